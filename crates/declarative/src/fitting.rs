//! Loading what can be loaded of a file that another gateway made, and telling what cannot.

use std::fmt;

use gibbon_schema::{Environment, Object};
use serde_json::Value;

use crate::document::Document;
use crate::faults::Step;
use crate::flattened::Misfit;
use crate::header::UNKNOWN;
use crate::kinds::Kinds;
use crate::load::{Declaration, load};
use crate::rejection::Rejection;

/// Something of a file that is not loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The kind.
    pub kind: String,
    /// The name or id; empty if it has none, or where all of a kind are meant.
    pub name: String,
    /// Why it is not loaded.
    pub reason: String,
}

/// `services orders: host: required field missing`.
impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, name, reason } = self;
        if name.is_empty() { write!(f, "{kind}: {reason}") } else { write!(f, "{kind} {name}: {reason}") }
    }
}

/// Loads a document without the entities that cannot be loaded, without those that refer to these, and without fields
/// that are unknown here and say nothing.
///
/// # Errors
/// Where something else than single entities is wrong.
pub fn load_what_fits<'a>(
    document: &Document,
    kinds: &Kinds<'a>,
    env: &dyn Environment,
) -> Result<(Declaration<'a>, Vec<LeftOut>), Box<Rejection>> {
    let mut document = document.clone();
    let mut left_out = strangers(&mut document.content, kinds);
    loop {
        let rejection = match load(&document, kinds, env) {
            Ok(declaration) => return Ok((declaration, left_out)),
            Err(rejection) => rejection,
        };
        // Each round takes something out, so that there is a last one.
        if rejection.misfits.is_empty() {
            return Err(rejection);
        }
        // From the end, so that places in front of what is taken out stay what they are.
        for misfit in rejection.misfits.iter().rev() {
            left_out.extend(leave_out(&mut document.content, misfit));
        }
    }
}

/// Takes out the lists of entities that are unknown here. Empty ones say nothing.
fn strangers(content: &mut Object, kinds: &Kinds<'_>) -> Vec<LeftOut> {
    let is_stranger = |name: &str, value: &Value| {
        !name.starts_with('_') && kinds.get(name).is_none() && name != "workspaces" && value.is_array()
    };
    let names: Vec<String> =
        content.iter().filter(|(name, value)| is_stranger(name, value)).map(|(name, _)| name.clone()).collect();
    let mut left_out = Vec::new();
    for name in names {
        let count = content.shift_remove(&name).map_or(0, |list| list.as_array().map_or(0, Vec::len));
        if count > 0 {
            left_out.push(stranger(name, count));
        }
    }
    left_out
}

fn stranger(kind: String, count: usize) -> LeftOut {
    LeftOut { kind, name: String::new(), reason: format!("{count} of them; this gateway has no such entity") }
}

/// Takes out what does not fit of an entity, if the rest does, else the entity.
fn leave_out(content: &mut Object, misfit: &Misfit) -> Vec<LeftOut> {
    let mut content_value = Value::Object(std::mem::take(content));
    let left_out = match entity(&mut content_value, &misfit.place).map(|body| without_strangers(body, misfit)) {
        Some(Some(strangers)) => strangers,
        _ => {
            remove(&mut content_value, &misfit.place);
            vec![LeftOut { kind: misfit.kind.to_owned(), name: misfit.name.clone(), reason: reason(misfit) }]
        }
    };
    if let Value::Object(rest) = content_value {
        *content = rest;
    }
    left_out
}

fn reason(misfit: &Misfit) -> String {
    let said = |(field, message): &(String, String)| {
        if field.is_empty() { message.clone() } else { format!("{field}: {message}") }
    };
    misfit.errors.iter().map(said).collect::<Vec<_>>().join("; ")
}

fn entity<'v>(content: &'v mut Value, place: &[Step]) -> Option<&'v mut Value> {
    let mut node = content;
    for step in place {
        node = match step {
            Step::Name(name) => node.get_mut(name)?,
            Step::Index(index) => node.get_mut(*index)?,
        };
    }
    Some(node)
}

fn remove(content: &mut Value, place: &[Step]) {
    if let Some((Step::Index(index), list)) = place.split_last()
        && let Some(Value::Array(elements)) = entity(content, list)
        && *index < elements.len()
    {
        elements.remove(*index);
    }
}

/// Takes out the unknown fields of an entity, if that is all that is wrong with it and they say nothing or hold
/// entities of a kind that is unknown here.
fn without_strangers(body: &mut Value, misfit: &Misfit) -> Option<Vec<LeftOut>> {
    let fields: Vec<Vec<&str>> = misfit.errors.iter().map(|(field, _)| field.split('.').collect()).collect();
    let mut left_out = Vec::new();
    for (path, (field, message)) in fields.iter().zip(&misfit.errors) {
        let value = path.iter().try_fold(&*body, |node, name| node.get(*name))?;
        match value {
            _ if message != UNKNOWN => return None,
            Value::Null => {}
            Value::Array(elements) if elements.iter().all(Value::is_object) => {
                if !elements.is_empty() {
                    let LeftOut { reason, .. } = stranger(String::new(), elements.len());
                    left_out.push(LeftOut {
                        kind: field.clone(),
                        name: format!("of {} {}", misfit.kind, misfit.name),
                        reason,
                    });
                }
            }
            _ => return None,
        }
    }
    for path in fields {
        let (last, way) = path.split_last()?;
        let node = way.iter().try_fold(&mut *body, |node, name| node.get_mut(*name))?;
        node.as_object_mut()?.shift_remove(*last);
    }
    Some(left_out)
}
