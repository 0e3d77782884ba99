//! What is done to bodies: JSON objects, forms and multipart forms.

use bytes::Bytes;
use gibbon_schema::Object;
use serde_json::Value;

use super::arguments;
use super::handler::Rendered;
use crate::body_format::Format;
use crate::multipart;

/// The body after the operations; `None` where it stays as it is, since it is not what its type says.
pub(super) fn edited(format: &Format, body: &[u8], operations: &Rendered) -> Option<Bytes> {
    match format {
        Format::Form => {
            let form = std::str::from_utf8(body).ok()?;
            Some(arguments::edited(form, operations).unwrap_or_default().into())
        }
        Format::Json => {
            let mut members = if body.is_empty() { Object::new() } else { serde_json::from_slice(body).ok()? };
            edit_members(&mut members, operations);
            Some(Value::Object(members).to_string().into())
        }
        Format::Multipart(boundary) => Some(edited_parts(body, boundary, operations)),
    }
}

fn edit_members(members: &mut Object, operations: &Rendered) {
    for name in operations.remove.iter() {
        members.shift_remove(&**name);
    }
    for (old, new) in &operations.rename {
        if let Some(value) = members.shift_remove(&**old) {
            members.insert(new.clone(), value);
        }
    }
    for (name, value) in &operations.replace {
        if let Some(present) = members.get_mut(&**name) {
            *present = value.as_str().into();
        }
    }
    for (name, value) in &operations.add {
        if !members.contains_key(&**name) {
            members.insert(name.to_string(), value.as_str().into());
        }
    }
    for (name, value) in &operations.append {
        match members.get_mut(&**name) {
            None => drop(members.insert(name.to_string(), vec![value.as_str()].into())),
            Some(Value::Array(values)) => values.push(value.as_str().into()),
            Some(present) => *present = Value::Array(vec![present.take(), value.as_str().into()]),
        }
    }
}

/// A part has one value; what is appended to is left alone, as in Kong.
fn edited_parts(body: &[u8], boundary: &str, operations: &Rendered) -> Bytes {
    let value_of = |body: &[u8], name: &str| {
        multipart::parts(body, boundary).iter().find(|part| part.is_named(name)).map(|part| part.value.to_vec())
    };
    let mut body = Bytes::copy_from_slice(body);
    let set = |body: &mut Bytes, name: &str, value: &[u8]| {
        let rest = multipart::without(body, boundary, name).unwrap_or_else(|| body.clone());
        *body = multipart::with(&rest, boundary, name, value);
    };
    for (old, new) in &operations.rename {
        if let Some(value) = value_of(&body, old) {
            body = multipart::without(&body, boundary, old).unwrap_or(body);
            set(&mut body, new, &value);
        }
    }
    for name in operations.remove.iter() {
        body = multipart::without(&body, boundary, name).unwrap_or(body);
    }
    for (name, value) in &operations.replace {
        if value_of(&body, name).is_some() {
            set(&mut body, name, value.as_bytes());
        }
    }
    for (name, value) in &operations.add {
        if value_of(&body, name).is_none() {
            set(&mut body, name, value.as_bytes());
        }
    }
    body
}
