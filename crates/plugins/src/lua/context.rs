//! What one exchange keeps for all code that runs in it, from phase to phase.

use std::cell::RefCell;
use std::rc::Rc;

use gibbon_lua::Failure;
use gibbon_lua::mlua::Table;
use gibbon_plugin_api::{Headers, ResponseHead, Shared};
use gibbon_schema::Object;
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use super::state::State;

/// See the module.
pub(crate) struct Context {
    /// `kong.ctx`, `ngx.ctx` and the like; of the state with this number.
    pub(super) table: Table,
    generation: u64,
    /// What `access` has done to an answer that was not there yet.
    pub(super) edits: RefCell<Vec<Edit>>,
    /// What was added to logs.
    pub(super) logged: RefCell<Vec<Logged>>,
}

/// Something that is done to the head of an answer.
#[derive(Debug, Clone)]
pub(super) enum Edit {
    Status(StatusCode),
    Add(HeaderName, HeaderValue),
    Clear(HeaderName),
}

/// A member of the document that is logged.
pub(super) struct Logged {
    pub(super) path: Vec<Box<str>>,
    pub(super) value: Option<Value>,
    pub(super) mode: Mode,
}

/// Whether it has to be there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Set,
    Add,
    Replace,
}

impl Context {
    /// That of an exchange; made when code runs in it for the first time, and anew where the state is another one.
    pub(super) fn of(state: &State, shared: &Shared) -> Result<Rc<Self>, Failure> {
        let known = shared.get::<Self>();
        if let Some(known) = known.as_ref().filter(|known| known.generation == state.generation) {
            return Ok(Rc::clone(known));
        }
        let make = state.sandbox.function("context")?;
        let table = make.call(()).map_err(|error| Failure::Raised(error.to_string()))?;
        let context = Rc::new(Self {
            table,
            generation: state.generation,
            edits: known.as_ref().map(|known| known.edits.take()).unwrap_or_default().into(),
            logged: known.map(|known| known.logged.take()).unwrap_or_default().into(),
        });
        shared.put(Rc::clone(&context));
        Ok(context)
    }
}

impl Edit {
    pub(super) fn apply(self, head: &mut ResponseHead) {
        match self {
            Self::Status(status) => head.status = status,
            Self::Add(name, value) => head.headers.append(name, value),
            Self::Clear(name) => drop(head.headers.remove(name)),
        }
    }
}

/// Does to an answer what was done before there was one.
pub(crate) fn respond(shared: &Shared, head: &mut ResponseHead) {
    let Some(context) = shared.get::<Context>() else { return };
    for edit in context.edits.take() {
        edit.apply(head);
    }
}

/// The fields that an answer has so far.
pub(super) fn pending(edits: &[Edit]) -> Headers {
    let mut head = ResponseHead { status: StatusCode::OK, headers: Headers::default() };
    edits.iter().cloned().for_each(|edit| edit.apply(&mut head));
    head.headers
}

/// Whether code has added something to the document that is logged.
pub(crate) fn amends(shared: &Shared) -> bool {
    shared.get::<Context>().is_some_and(|context| !context.logged.borrow().is_empty())
}

/// Puts into a document that is logged what code has added to it.
pub(crate) fn amended(shared: &Shared, mut document: Object) -> Object {
    let Some(context) = shared.get::<Context>() else { return document };
    for Logged { path, value, mode } in &*context.logged.borrow() {
        put(&mut document, path, value.as_ref(), *mode);
    }
    document
}

fn put(document: &mut Object, path: &[Box<str>], value: Option<&Value>, mode: Mode) {
    let Some((name, rest)) = path.split_first() else { return };
    if !rest.is_empty() {
        if !document.contains_key(&**name) && (mode == Mode::Replace || value.is_none()) {
            return;
        }
        let inner = document.entry(&**name).or_insert_with(|| Object::new().into());
        if let Value::Object(inner) = inner {
            put(inner, rest, value, mode);
        }
        return;
    }
    let is_there = document.contains_key(&**name);
    match (mode, is_there, value) {
        (Mode::Add, true, _) | (Mode::Replace, false, _) => {}
        (_, _, Some(value)) => drop(document.insert(name.to_string(), value.clone())),
        (_, _, None) => drop(document.shift_remove(&**name)),
    }
}
