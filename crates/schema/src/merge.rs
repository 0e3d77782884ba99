//! A change laid over an existing record: records are merged, everything else is replaced.

use serde_json::Value;

use crate::field::{Flag, Kind};
use crate::scope::Scope;
use crate::{Object, Schema};

/// `existing` with what `patch` gives; null clears.
pub(crate) fn merge(scope: Scope<'_>, existing: &Object, patch: Object) -> Object {
    let mut merged = existing.clone();
    for (name, value) in patch {
        let inner = scope.field(&name).filter(|field| !field.has(Flag::Abstract)).and_then(Schema::of_record);
        let value = match (inner, value, existing.get(&name)) {
            (Some(schema), Value::Object(patch), Some(Value::Object(existing))) => {
                merge(Scope::plain(schema), existing, patch).into()
            }
            (_, value, _) => value,
        };
        merged.insert(name, value);
    }
    merged
}

/// The violations of a change to what cannot be changed. Arrays are compared without regard to order.
pub(crate) fn immutable(scope: Scope<'_>, existing: &Object, changed: &Object) -> Object {
    let mut violations = Object::new();
    for field in scope.fields().filter(|field| field.has(Flag::Immutable)) {
        if let (Some(before), Some(after)) = (existing.get(field.name), changed.get(field.name))
            && !same(&field.kind, before, after)
        {
            violations.insert(field.name.to_owned(), "immutable field cannot be updated".into());
        }
    }
    violations
}

fn same(kind: &Kind, before: &Value, after: &Value) -> bool {
    match (kind, before, after) {
        (Kind::Array(_) | Kind::Set(_), Value::Array(before), Value::Array(after)) => {
            before.len() == after.len() && before.iter().all(|element| after.contains(element))
        }
        _ => before == after,
    }
}
