//! Form bodies: everything in them is text, and becomes what the field wants.

use serde_json::{Number, Value};

use crate::field::{Field, Flag, Kind};
use crate::scope::Scope;
use crate::{Object, Schema};

/// The members of a form with the types of their fields. What does not fit stays as it is, for validation to name.
pub(crate) fn coerce(scope: Scope<'_>, form: Object) -> Object {
    let fields = form.into_iter().map(|(name, value)| {
        let shorthand = || scope.schema.shorthands.iter().map(|each| &each.field).find(|field| field.name == name);
        let value = match scope.field(&name).or_else(shorthand) {
            Some(field) => coerce_value(field, value),
            None => value,
        };
        (name, value)
    });
    fields.collect()
}

fn coerce_value(field: &Field, value: Value) -> Value {
    match (&field.kind, value) {
        (_, Value::Null) => Value::Null,
        (_, Value::String(text)) if text.is_empty() => Value::Null,
        (Kind::Integer | Kind::Number, Value::String(text)) => number(&text).map_or(Value::String(text), Value::Number),
        (Kind::Boolean, Value::String(text)) => match text.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => Value::String(text),
        },
        (Kind::Array(element) | Kind::Set(element), value) => coerce_list(element, value),
        (Kind::Map { values, .. }, Value::Object(members)) => {
            members.into_iter().map(|(name, member)| (name, coerce_value(values, member))).collect::<Object>().into()
        }
        (Kind::Record(schema), Value::Object(members)) if !field.has(Flag::Abstract) => within(schema, members),
        (Kind::Foreign { .. }, Value::Object(members)) => {
            members.into_iter().map(|(name, member)| (name, empty_is_null(member))).collect::<Object>().into()
        }
        (_, value) => value,
    }
}

fn within(schema: &Schema, members: Object) -> Value {
    coerce(Scope::plain(schema), members).into()
}

/// A single value is a list of one; members with the indices 1, 2, … are a list too.
fn coerce_list(element: &Field, value: Value) -> Value {
    let elements = match value {
        Value::Array(elements) => elements,
        Value::Object(members) if is_indexed(&members) => indexed(members),
        Value::Object(members) if members.is_empty() => Vec::new(),
        Value::Object(members) if !matches!(element.kind, Kind::Record(_) | Kind::Map { .. }) => return members.into(),
        single => vec![single],
    };
    elements.into_iter().map(|value| coerce_value(element, value)).collect::<Vec<_>>().into()
}

fn is_indexed(members: &Object) -> bool {
    !members.is_empty() && members.keys().all(|key| key.parse::<u32>().is_ok())
}

fn indexed(members: Object) -> Vec<Value> {
    let mut numbered: Vec<_> =
        members.into_iter().map(|(key, value)| (key.parse::<u32>().unwrap_or_default(), value)).collect();
    numbered.sort_by_key(|(index, _)| *index);
    numbered.into_iter().map(|(_, value)| value).collect()
}

fn empty_is_null(value: Value) -> Value {
    match value {
        Value::String(text) if text.is_empty() => Value::Null,
        other => other,
    }
}

/// A number as Lua's `tonumber` reads it: decimal, with an exponent or not, or hexadecimal, in any white space.
fn number(text: &str) -> Option<Number> {
    let text = text.trim_matches([' ', '\t', '\n', '\r', '\u{b}', '\u{c}']);
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        let magnitude = i64::from_str_radix(hex, 16).ok().filter(|_| !hex.starts_with(['-', '+']))?;
        return Some(Number::from(if text.starts_with('-') { -magnitude } else { magnitude }));
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    text.parse::<i64>().ok().map(Number::from).or_else(|| Number::from_f64(text.parse().ok()?))
}

#[cfg(test)]
mod tests;
