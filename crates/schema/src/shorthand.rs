//! Other ways to write a field: `url` for the parts of an address, a former name for the present one.

use serde_json::Value;

use crate::field::{Field, Kind};
use crate::number::{display, equal};
use crate::scope::{Context, Scope};
use crate::validate::{Layers, check_value};
use crate::{Object, field_path};

/// A name that is accepted in bodies and written into other fields.
///
/// A shorthand overrides the fields that it stands for, unless it is deprecated: then it gives way to them, and
/// contradicting them is a violation.
#[derive(Debug, Clone)]
pub struct Shorthand {
    pub(crate) field: Field,
    expand: Expand,
    read_back: bool,
}

#[derive(Debug, Clone)]
enum Expand {
    Function(fn(&Value) -> Object),
    Path(&'static [&'static str]),
}

/// A shorthand whose value `expand` turns into values of other fields.
pub fn shorthand(field: Field, expand: fn(&Value) -> Object) -> Shorthand {
    Shorthand { field, expand: Expand::Function(expand), read_back: false }
}

impl Shorthand {
    /// A former name of the field at `path`, counted from the record that has the shorthand.
    pub fn renamed(field: Field, path: &'static [&'static str]) -> Self {
        Self { field, expand: Expand::Path(path), read_back: false }
    }

    /// Answers still carry the former name beside the present one; see [`EntityDef::view`](crate::EntityDef::view).
    pub fn read_back(self) -> Self {
        Self { read_back: true, ..self }
    }

    fn values(&self, value: &Value) -> Object {
        match &self.expand {
            Expand::Function(expand) => expand(value),
            Expand::Path(path) => {
                let mut values = Object::new();
                field_path::set(&mut values, &path.join("."), value.clone());
                values
            }
        }
    }

    /// The violation of a deprecated name used together with its replacement for two different values.
    fn contradiction(&self, record: &Object, value: &Value) -> Option<String> {
        let deprecation = self.field.deprecation.as_ref()?;
        deprecation.replaced_with.iter().find_map(|path| {
            let path = path.join(".");
            let present =
                field_path::get(record, &path).filter(|present| !present.is_null() && !equal(present, value))?;
            Some(format!(
                "both deprecated and new field are used but their values mismatch: {} = {} vs {path} = {}",
                self.field.name,
                display(value),
                display(present)
            ))
        })
    }
}

/// Replaces all shorthands of a record, and of the records in it; what is wrong with them comes back.
pub(crate) fn expand(scope: Scope<'_>, record: &mut Object, cx: Context<'_>) -> Object {
    let mut violations = Object::new();
    for shorthand in &scope.schema.shorthands {
        let name = shorthand.field.name;
        if let Some(value) = record.shift_remove(name)
            && let Err(violation) = expand_one(shorthand, &value, record, cx)
        {
            violations.insert(name.to_owned(), violation);
        }
    }
    for (name, value) in record.iter_mut() {
        if let Some(field) = scope.field(name)
            && let Some(violation) = expand_within(field, value, cx)
        {
            violations.insert(name.clone(), violation);
        }
    }
    violations
}

fn expand_one(shorthand: &Shorthand, value: &Value, record: &mut Object, cx: Context<'_>) -> Result<(), Value> {
    check_value(Layers::of(&shorthand.field), value, cx)?;
    if value.is_null() {
        return Ok(());
    }
    if let Some(violation) = shorthand.contradiction(record, value) {
        return Err(violation.into());
    }
    let precedence = match shorthand.field.deprecation {
        Some(_) => Precedence::Record,
        None => Precedence::Shorthand,
    };
    for (name, value) in shorthand.values(value) {
        put(record, name, value, precedence);
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Precedence {
    Record,
    Shorthand,
}

fn put(record: &mut Object, name: String, value: Value, precedence: Precedence) {
    let present = record.get_mut(&name).filter(|present| !present.is_null());
    match (present, value, precedence) {
        (Some(Value::Object(inner)), Value::Object(values), _) => {
            values.into_iter().for_each(|(name, value)| put(inner, name, value, precedence));
        }
        (Some(_), _, Precedence::Record) => {}
        (_, value, _) => drop(record.insert(name, value)),
    }
}

/// As [`expand`] for whatever lies in a field; an array of violations has null where an element is fine.
fn expand_within(field: &Field, value: &mut Value, cx: Context<'_>) -> Option<Value> {
    match (&field.kind, value) {
        (Kind::Record(schema), Value::Object(record)) => {
            let violations = expand(Scope::plain(schema), record, cx);
            (!violations.is_empty()).then_some(Value::Object(violations))
        }
        (Kind::Array(element) | Kind::Set(element), Value::Array(values)) => {
            let violations: Vec<_> =
                values.iter_mut().map(|value| expand_within(element, value, cx).unwrap_or_default()).collect();
            violations.iter().any(|violation| !violation.is_null()).then_some(Value::Array(violations))
        }
        (Kind::Map { values: field, .. }, Value::Object(values)) => {
            values.values_mut().find_map(|value| expand_within(field, value, cx))
        }
        _ => None,
    }
}

/// Adds the former names that answers still carry.
pub(crate) fn read_back(scope: Scope<'_>, record: &mut Object) {
    for (name, value) in record.iter_mut() {
        if let Some(Kind::Record(schema)) = scope.field(name).map(|field| &field.kind)
            && let Value::Object(inner) = value
        {
            read_back(Scope::plain(schema), inner);
        }
    }
    for shorthand in scope.schema.shorthands.iter().filter(|shorthand| shorthand.read_back) {
        if let Expand::Path(path) = shorthand.expand {
            let value = field_path::get(record, &path.join(".")).cloned().unwrap_or_default();
            record.insert(shorthand.field.name.to_owned(), value);
        }
    }
}

/// Whether answers of this scope carry former names.
pub(crate) fn has_read_back(scope: Scope<'_>) -> bool {
    scope.schema.shorthands.iter().any(|shorthand| shorthand.read_back)
        || scope.fields().any(|field| match &field.kind {
            Kind::Record(schema) => has_read_back(Scope::plain(schema)),
            _ => false,
        })
}

#[cfg(test)]
mod tests;
