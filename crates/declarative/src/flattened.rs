//! The faults of a file by entity, for programs that made the file and want to know which of their objects is at fault.

use gibbon_schema::Object;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::defaults::singular;
use crate::entry::Entry;
use crate::faults::{Place, Step};
use crate::header::WHOLE;
use crate::references::top_level;

/// Everything that is wrong with one entity.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Misfit {
    /// Where it stands.
    pub(crate) place: Place,
    /// What it is.
    pub(crate) kind: &'static str,
    /// What it is called.
    pub(crate) name: String,
    /// What is wrong: the paths of fields, which are empty where the whole is meant, and what is said of them.
    pub(crate) errors: Vec<(String, String)>,
}

/// The entities with which something is wrong, in the order of the file.
pub(crate) fn misfits(fields: &Object, entries: &[Entry<'_>]) -> Vec<Misfit> {
    let mut rest = Value::Object(fields.clone());
    let mut misfits = Vec::new();
    for entry in entries.iter().rev() {
        let (own, of_name) = (take(&mut rest, &entry.place), take(&mut rest, &top_level(entry)));
        let mut errors = Vec::new();
        own.iter().for_each(|fault| errors_of("", fault, &mut errors));
        errors.extend(of_name.iter().flat_map(texts).map(|text| json!({ "message": text })));
        if !errors.is_empty() {
            let text = |error: &Value, name: &str| error[name].as_str().unwrap_or_default().to_owned();
            let errors = errors.iter().map(|error| (text(error, "field"), text(error, "message"))).collect();
            misfits.push(Misfit { place: entry.place.clone(), kind: entry.def.name, name: name(entry), errors });
        }
    }
    misfits.reverse();
    misfits
}

fn name(entry: &Entry<'_>) -> String {
    let text = |field: &str| entry.body.get(field).and_then(Value::as_str).map(str::to_owned);
    entry.def.endpoint_key.and_then(text).or_else(|| text("name")).or_else(|| text("id")).unwrap_or_default()
}

/// What is left of the faults when those of entities are taken out, and these, in the order of the file.
pub(crate) fn flatten(fields: &Object, entries: &[Entry<'_>]) -> (Object, Vec<Value>) {
    let mut rest = Value::Object(fields.clone());
    let mut flattened = Vec::new();
    // What stands within an entity goes first, so that the rest is its own.
    for entry in entries.iter().rev() {
        let Some(fault) = take(&mut rest, &entry.place) else { continue };
        let mut errors = Vec::new();
        errors_of("", &fault, &mut errors);
        if !errors.is_empty() {
            flattened.push(describe(entry, entries, errors));
        }
    }
    flattened.reverse();
    prune(&mut rest);
    let outside = match rest {
        Value::Object(outside) => outside,
        _ => Object::new(),
    };
    (outside, flattened)
}

/// Takes out what is wrong at a place.
fn take(fault: &mut Value, place: &[Step]) -> Option<Value> {
    let mut node = fault;
    for step in place {
        node = match (step, node) {
            (Step::Name(name), Value::Object(members)) => members.get_mut(name)?,
            (Step::Index(index), Value::Array(elements)) => elements.get_mut(*index)?,
            (Step::Index(index), Value::Object(members)) => members.get_mut(&(index + 1).to_string())?,
            _ => return None,
        };
    }
    let mut taken = std::mem::take(node);
    prune(&mut taken);
    Some(taken).filter(|taken| !taken.is_null())
}

/// Leaves out what is empty.
fn prune(fault: &mut Value) {
    match fault {
        Value::Array(elements) => {
            elements.iter_mut().for_each(prune);
            if elements.iter().all(Value::is_null) {
                *fault = Value::Null;
            }
        }
        Value::Object(members) => {
            members.values_mut().for_each(prune);
            members.retain(|_, member| !member.is_null());
            if members.is_empty() {
                *fault = Value::Null;
            }
        }
        _ => {}
    }
}

fn describe(entry: &Entry<'_>, entries: &[Entry<'_>], errors: Vec<Value>) -> Value {
    let mut body = entry.body.clone();
    if let Some(parent) = entry.parent
        && let Some(id) = entries.get(parent.position).and_then(|parent| valid_id(&parent.body))
    {
        body.entry(parent.field).or_insert_with(|| json!({ "id": id }));
    }
    let mut described = Object::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            described.insert(name.to_owned(), value);
        }
    };
    let name = body.get("name").filter(|name| name.as_str().is_some_and(|name| !name.is_empty()));
    put("entity_type", Some(singular(entry.def.name).into()));
    put("entity_name", name.cloned());
    put("entity_id", valid_id(&body).cloned());
    put("entity_tags", body.get("tags").filter(|tags| are_texts(tags)).cloned());
    put("entity", Some(body.into()));
    put("errors", Some(errors.into()));
    described.into()
}

fn valid_id(body: &Object) -> Option<&Value> {
    body.get("id").filter(|id| id.as_str().is_some_and(|id| Uuid::try_parse(id).is_ok()))
}

fn are_texts(tags: &Value) -> bool {
    tags.as_array().is_some_and(|tags| tags.iter().all(Value::is_string))
}

/// Lists the texts in a fault; the path to each is the name of its field.
fn errors_of(path: &str, fault: &Value, errors: &mut Vec<Value>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match fault {
        Value::Null => {}
        Value::Object(members) => {
            for (name, member) in members {
                if name == WHOLE {
                    errors.extend(texts(member).map(|text| json!({ "type": "entity", "message": text })));
                } else {
                    errors_of(&below(name), member, errors);
                }
            }
        }
        Value::Array(_) if path.is_empty() => {
            errors.extend(texts(fault).map(|text| json!({ "type": "entity", "message": text })));
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                errors_of(&below(&(index + 1).to_string()), element, errors);
            }
        }
        text if path.is_empty() => errors.push(json!({ "type": "entity", "message": text })),
        text => errors.push(json!({ "type": "field", "field": path, "message": text })),
    }
}

fn texts(fault: &Value) -> impl Iterator<Item = &Value> {
    let list = fault.as_array().map_or(std::slice::from_ref(fault), Vec::as_slice);
    list.iter().filter(|text| text.is_string())
}
