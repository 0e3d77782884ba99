//! The second step of preparing: automatic values, defaults, one notation for equal values, declared order.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::check::{Check, is_uuid};
use crate::field::{Field, Flag, Kind};
use crate::number::simplify;
use crate::scope::{Context, Scope, foreign_id};
use crate::{Object, Schema};

/// The record with every field that has a value to be given, in declared order; what is not declared follows, for
/// validation to name. A required field without a value stays absent.
pub(crate) fn fill(scope: Scope<'_>, mut record: Object, cx: Context<'_>) -> Object {
    let mut filled = Object::new();
    for field in scope.fields() {
        let value = automatic(field, record.swap_remove(field.name), cx);
        if let Some(value) = complete(field, value, cx).filter(|value| is_named(field, value)) {
            filled.insert(field.name.to_owned(), value);
        }
    }
    filled.extend(record);
    filled
}

/// Whether a record names a field that has this value.
fn is_named(field: &Field, value: &Value) -> bool {
    !(field.has(Flag::AbsentWhileUnset) && value.is_null())
}

/// What the gateway makes itself: ids and random strings where none are given, the times of creation and of change.
fn automatic(field: &Field, value: Option<Value>, cx: Context<'_>) -> Option<Value> {
    if !field.has(Flag::Auto) {
        return value;
    }
    let is_null = value.as_ref().is_none_or(Value::is_null);
    match (&field.kind, field.name) {
        (Kind::String, _) if is_id(field) => {
            if is_null {
                Some(cx.env.new_id().to_string().into())
            } else {
                value
            }
        }
        (Kind::String, _) if value.is_none() => Some(cx.env.random_string().into()),
        (_, "updated_at") => Some(now(field, cx)),
        (_, "created_at") if is_null => Some(now(field, cx)),
        _ => value,
    }
}

fn now(field: &Field, cx: Context<'_>) -> Value {
    match field.kind {
        #[expect(clippy::cast_precision_loss, reason = "the present is far below 2^53 milliseconds")]
        Kind::Number => json!(cx.env.now_millis() as f64 / 1000.0),
        _ => cx.env.now().into(),
    }
}

fn is_id(field: &Field) -> bool {
    field.checks.iter().any(|check| matches!(check, Check::Uuid))
}

/// A value with the defaults within it, or the default of an absent one.
fn complete(field: &Field, value: Option<Value>, cx: Context<'_>) -> Option<Value> {
    let Some(value) = value else {
        return absent(field, cx);
    };
    if field.has(Flag::Abstract) {
        return Some(value);
    }
    Some(match (&field.kind, value) {
        (Kind::Record(schema), Value::Object(members)) => within(schema, members, cx),
        // An empty table has one notation in Lua, so clients in that tradition write `[]` for `{}` and the reverse.
        (Kind::Record(schema), Value::Array(elements)) if elements.is_empty() => within(schema, Object::new(), cx),
        (Kind::Map { .. }, Value::Array(elements)) if elements.is_empty() => Object::new().into(),
        (Kind::Array(_) | Kind::Set(_), Value::Object(members)) if members.is_empty() => Value::Array(Vec::new()),
        (Kind::Array(element), Value::Array(elements)) => each(element, elements, cx).into(),
        (Kind::Set(element), Value::Array(elements)) => distinct(each(element, elements, cx)).into(),
        (Kind::Map { values, .. }, Value::Object(members)) => {
            let completed = |(name, member)| Some((name, complete(values, Some(member), cx)?));
            members.into_iter().filter_map(completed).collect::<Object>().into()
        }
        (Kind::Integer | Kind::Number, Value::Number(number)) => simplify(&number).unwrap_or(number).into(),
        (Kind::String, Value::String(id)) if is_id(field) && is_uuid(&id) => id.to_ascii_lowercase().into(),
        (Kind::Foreign { .. }, value) => foreign_id(&value).map_or(value, |id| json!({ "id": id })),
        (_, value) => value,
    })
}

fn absent(field: &Field, cx: Context<'_>) -> Option<Value> {
    match (&field.default, &field.kind) {
        (Some(Value::Object(members)), Kind::Record(schema)) => Some(within(schema, members.clone(), cx)),
        (Some(default), _) => Some(default.clone()),
        (None, _) if !field.is_required() => Some(Value::Null),
        (None, Kind::Record(schema)) if !field.has(Flag::Abstract) => Some(within(schema, Object::new(), cx)),
        (None, _) => None,
    }
}

fn within(schema: &Schema, members: Object, cx: Context<'_>) -> Value {
    fill(Scope::plain(schema), members, cx).into()
}

fn each(element: &Field, elements: Vec<Value>, cx: Context<'_>) -> Vec<Value> {
    elements.into_iter().filter_map(|value| complete(element, Some(value), cx)).collect()
}

/// The elements without repetitions; records, as in Kong, are never taken for the same.
fn distinct(mut elements: Vec<Value>) -> Vec<Value> {
    let mut seen = HashSet::new();
    elements.retain(|element| element.is_object() || element.is_array() || seen.insert(element.to_string()));
    elements
}

#[cfg(test)]
mod tests;
