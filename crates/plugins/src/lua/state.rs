//! A thread's sandbox, and what is compiled in it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use gibbon_lua::mlua::{Function, MultiValue, Value};
use gibbon_lua::{Failure, Host, Limits, Sandbox};
use gibbon_plugin_api::Shared;

use super::context::Context;

/// The kit, in the order in which its parts build upon each other.
const KIT: [(&str, &str); 6] = [
    ("kit", include_str!("kit/base.lua")),
    ("kit.request", include_str!("kit/request.lua")),
    ("kit.service", include_str!("kit/service.lua")),
    ("kit.response", include_str!("kit/response.lua")),
    ("kit.log", include_str!("kit/log.lua")),
    ("kit.ngx", include_str!("kit/ngx.lua")),
];

/// How the pieces of a code make one function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Functions of a phase: each piece may return the function that runs from then on.
    Phase,
    /// The same for the phase that has a body.
    Filter,
    /// One piece, whose value counts.
    Value,
    /// The same, over the tables that templates have.
    Expression,
}

/// Code of a configuration, for all threads.
#[derive(Debug)]
pub(crate) struct Code {
    id: u64,
    sources: Arc<[Box<str>]>,
    shape: Shape,
}

/// What a call is for.
pub(crate) struct Call<'c> {
    /// What all calls of the exchange share.
    pub(crate) shared: &'c Shared,
    /// Whose `kong.ctx.plugin` it is.
    pub(crate) instance: u64,
    /// The name of the phase.
    pub(crate) phase: &'c str,
}

thread_local! {
    static STATE: RefCell<Option<Rc<State>>> = const { RefCell::new(None) };
    static GENERATION: Cell<u64> = const { Cell::new(0) };
}

/// Numbers for whatever is configured, never given twice.
pub(crate) fn number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// What was compiled, for as long as its source is configured.
type Compiled = HashMap<u64, (Weak<[Box<str>]>, Function)>;

pub(super) struct State {
    pub(super) sandbox: Sandbox,
    pub(super) generation: u64,
    compiled: RefCell<Compiled>,
}

impl Code {
    /// Of pieces that are Lua.
    pub(crate) fn new(sources: impl IntoIterator<Item = Box<str>>, shape: Shape) -> Self {
        Self { id: number(), sources: sources.into_iter().collect(), shape }
    }

    /// Whether there is nothing to run.
    pub(crate) fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// Whether any piece has one of `words` in it.
    pub(crate) fn mentions(&self, words: &[&str]) -> bool {
        self.sources.iter().any(|source| words.iter().any(|word| source.contains(word)))
    }

    /// Runs it with `argument`, and reads what it returns first.
    ///
    /// # Errors
    /// However it ends but by returning or answering.
    pub(crate) fn run<T>(
        &self,
        call: &Call<'_>,
        host: &mut dyn Host,
        argument: Option<&[u8]>,
        read: impl FnOnce(&Value) -> T,
    ) -> Result<T, Failure> {
        let state = State::of_thread()?;
        let outcome = self.run_in(&state, call, host, argument);
        if matches!(outcome, Err(Failure::Memory)) && state.sandbox.used_memory() > Limits::default().memory / 2 {
            // What is kept leaves no room: the next call begins with a new state.
            STATE.with_borrow_mut(|kept| *kept = None);
        }
        outcome.map(|values| read(values.front().unwrap_or(&Value::Nil)))
    }

    fn run_in(
        &self,
        state: &State,
        call: &Call<'_>,
        host: &mut dyn Host,
        argument: Option<&[u8]>,
    ) -> Result<MultiValue, Failure> {
        let function = state.function(self)?;
        let context = Context::of(state, call.shared)?;
        let instance = call.instance.to_string();
        let argument = argument.map(|bytes| state.sandbox.lua().create_string(bytes)).transpose();
        let argument = argument.map_err(|_| Failure::Memory)?;
        let bound = (&context.table, instance, call.phase);
        state.sandbox.run(host, bound, &function, argument)
    }
}

impl State {
    fn of_thread() -> Result<Rc<Self>, Failure> {
        STATE.with_borrow_mut(|kept| {
            if let Some(state) = kept {
                return Ok(Rc::clone(state));
            }
            let sandbox = Sandbox::new(Limits::default(), &KIT)?;
            let generation = GENERATION.replace(GENERATION.get() + 1);
            let state = Rc::new(Self { sandbox, generation, compiled: RefCell::default() });
            *kept = Some(Rc::clone(&state));
            Ok(state)
        })
    }

    fn function(&self, code: &Code) -> Result<Function, Failure> {
        if let Some((_, function)) = self.compiled.borrow().get(&code.id) {
            return Ok(function.clone());
        }
        let function = self.compile(code)?;
        let mut compiled = self.compiled.borrow_mut();
        compiled.retain(|_, (source, _)| source.strong_count() > 0);
        compiled.insert(code.id, (Arc::downgrade(&code.sources), function.clone()));
        Ok(function)
    }

    fn compile(&self, code: &Code) -> Result<Function, Failure> {
        let pieces = code.sources.iter().map(|source| self.sandbox.compile(source)).collect::<Result<Vec<_>, _>>()?;
        let whole = match code.shape {
            Shape::Value => return pieces.into_iter().next().ok_or_else(|| Failure::Raised("no code".to_owned())),
            Shape::Expression => "expression",
            Shape::Phase => "all",
            Shape::Filter => "filter",
        };
        let (lasting, whole) = (self.sandbox.function("lasting")?, self.sandbox.function(whole)?);
        let keeps = code.shape != Shape::Expression;
        let make = || {
            let pieces = pieces.into_iter().map(|piece| match keeps {
                true => lasting.call::<Value>(piece),
                false => Ok(Value::Function(piece)),
            });
            whole.call(pieces.collect::<gibbon_lua::mlua::Result<MultiValue>>()?)
        };
        make().map_err(|error: gibbon_lua::mlua::Error| Failure::Raised(error.to_string()))
    }
}
