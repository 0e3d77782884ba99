//! What is done to the members of a JSON object.

use bytes::Bytes;
use gibbon_schema::Object;
use serde_json::Value;

use super::config::Operations;

/// The body after the operations; `None` where it is no object of JSON.
pub(super) fn edited(body: &[u8], operations: &Operations<String, Value>) -> Option<Bytes> {
    let mut members: Object = serde_json::from_slice(body).ok()?;
    edit(&mut members, operations);
    Some(Value::Object(members).to_string().into())
}

fn edit(members: &mut Object, operations: &Operations<String, Value>) {
    for name in &operations.remove {
        members.shift_remove(name);
    }
    for (old, new) in &operations.rename {
        if let Some(value) = members.shift_remove(old) {
            members.insert(new.clone(), value);
        }
    }
    for (name, value) in &operations.replace {
        if let Some(present) = members.get_mut(name) {
            *present = value.clone();
        }
    }
    for (name, value) in &operations.add {
        members.entry(name.clone()).or_insert_with(|| value.clone());
    }
    for (name, value) in &operations.append {
        match members.get_mut(name) {
            None => drop(members.insert(name.clone(), Value::Array(vec![value.clone()]))),
            Some(Value::Array(values)) => values.push(value.clone()),
            Some(present) => *present = Value::Array(vec![present.take(), value.clone()]),
        }
    }
}
