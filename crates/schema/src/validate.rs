//! The third step of preparing: every value against its field, then the checks across fields.

use serde_json::Value;

use crate::check::{Check, LEN_MIN_RANK, non_empty, of_type};
use crate::entity_check::run::run_checks;
use crate::field::{Field, Flag, Kind};
use crate::scope::{Context, Scope};
use crate::{Object, Schema};

pub(crate) const REQUIRED: &str = "required field missing";

/// Everything that is wrong with a record that has its defaults.
pub(crate) fn check_record(scope: Scope<'_>, record: &Object, cx: Context<'_>) -> Object {
    let mut violations = Object::new();
    for (name, value) in record {
        let outcome = match scope.field(name) {
            None => Err("unknown field".into()),
            Some(field) => check_value(Layers::of(field), value, cx),
        };
        if let Err(violation) = outcome {
            violations.insert(name.clone(), violation);
        }
    }
    for field in scope.schema.fields.iter().filter(|field| field.is_required()) {
        if record.get(field.name).is_none_or(Value::is_null) {
            violations.insert(field.name.to_owned(), REQUIRED.into());
        }
    }
    run_checks(scope, record, cx, &mut violations);
    violations
}

/// A field, and what a conditional check lays over it.
#[derive(Clone, Copy)]
pub(crate) struct Layers<'a> {
    over: Option<&'a Field>,
    base: &'a Field,
}

impl<'a> Layers<'a> {
    pub(crate) fn of(base: &'a Field) -> Self {
        Self { over: None, base }
    }

    pub(crate) fn laid(over: &'a Field, base: &'a Field) -> Self {
        Self { over: Some(over), base }
    }

    fn kind(self) -> &'a Kind {
        match self.over.map(|over| &over.kind) {
            None | Some(Kind::Any | Kind::Elements(_)) => &self.base.kind,
            Some(kind) => kind,
        }
    }

    fn elements(self, declared: &'a Field) -> &'a Field {
        match self.over.map(|over| &over.kind) {
            Some(Kind::Elements(elements)) => elements,
            _ => declared,
        }
    }

    fn is_required(self) -> bool {
        self.over.and_then(|over| over.required).or(self.base.required) == Some(true)
    }

    fn err(self) -> Option<&'static str> {
        self.over.and_then(|over| over.err).or(self.base.err)
    }

    /// The checks of both in order; those of the upper layer replace those of the same sort below.
    fn checks(self) -> impl Iterator<Item = &'a Check> {
        let upper: &[Check] = self.over.map_or(&[], |over| &over.checks);
        let mut upper = upper.iter().peekable();
        let mut lower = self.base.checks.iter().peekable();
        std::iter::from_fn(move || match (upper.peek(), lower.peek()) {
            (Some(over), Some(base)) if over.rank() >= base.rank() => {
                if over.rank() == base.rank() {
                    lower.next();
                    upper.next()
                } else {
                    lower.next()
                }
            }
            (Some(_), _) => upper.next(),
            (None, _) => lower.next(),
        })
    }
}

/// What is wrong with a value, as `fields` of an answer shows it.
pub(crate) fn check_value(field: Layers<'_>, value: &Value, cx: Context<'_>) -> Result<(), Value> {
    if value.is_null() {
        return check_null(field);
    }
    if field.checks().any(|check| matches!(check, Check::Eq(Value::Null))) {
        return Err(field.err().unwrap_or("value must be null").into());
    }
    if field.base.has(Flag::Abstract) {
        return Err("error in schema definition: abstract field was not specialized".into());
    }
    of_type(field.kind(), value)?;
    check_members(field, value, cx)?;
    if field.base.has(Flag::Referenceable) && is_reference(value) {
        return Ok(());
    }
    run(field, value).map_err(|violation| field.err().map_or(violation, str::to_owned).into())
}

fn check_null(field: Layers<'_>) -> Result<(), Value> {
    for check in field.checks() {
        match check {
            Check::Ne(Value::Null) => return Err(field.err().unwrap_or("value must not be null").into()),
            Check::Eq(wanted) if !wanted.is_null() => return Ok(check.run(&Value::Null)?),
            _ => {}
        }
    }
    if field.is_required() { Err(REQUIRED.into()) } else { Ok(()) }
}

/// What lies within a value of the right type.
fn check_members(field: Layers<'_>, value: &Value, cx: Context<'_>) -> Result<(), Value> {
    match (field.kind(), value) {
        (Kind::Array(element) | Kind::Set(element), Value::Array(values)) => {
            check_elements(field.elements(element), values, cx)
        }
        (Kind::Map { keys, values }, Value::Object(members)) => check_entries(keys, values, members, cx),
        (Kind::Record(schema), Value::Object(members)) => check_members_of_record(schema, members, cx),
        (Kind::Foreign { .. }, value) => check_foreign(value),
        _ => Ok(()),
    }
}

/// Violations of elements come as an array with null where an element is fine, up to the last that is not.
fn check_elements(element: &Field, values: &[Value], cx: Context<'_>) -> Result<(), Value> {
    let mut violations = Vec::new();
    for (index, value) in values.iter().enumerate() {
        if let Err(violation) = check_present(element, value, cx) {
            violations.resize(index, Value::Null);
            violations.push(violation);
        }
    }
    if violations.is_empty() { Ok(()) } else { Err(violations.into()) }
}

/// Elements of arrays and parts of maps are never null.
fn check_present(field: &Field, value: &Value, cx: Context<'_>) -> Result<(), Value> {
    match value {
        Value::Null => Err(check_null(Layers::of(field)).err().unwrap_or_else(|| REQUIRED.into())),
        value => check_value(Layers::of(field), value, cx),
    }
}

/// Of a map, as in Kong, only the first violation is told, without its key.
fn check_entries(keys: &Field, values: &Field, members: &Object, cx: Context<'_>) -> Result<(), Value> {
    for (key, value) in members {
        check_value(Layers::of(keys), &Value::String(key.clone()), cx)?;
        check_present(values, value, cx)?;
    }
    Ok(())
}

fn check_members_of_record(schema: &Schema, members: &Object, cx: Context<'_>) -> Result<(), Value> {
    let violations = check_record(Scope::plain(schema), members, cx);
    if violations.is_empty() { Ok(()) } else { Err(violations.into()) }
}

/// A reference is an object with an `id`. (Kong fails with a 500 at a number or boolean; for a string or an array it
/// misses the id, which is what is said here of everything that is no object.)
fn check_foreign(value: &Value) -> Result<(), Value> {
    let violation = match value.get("id") {
        None => "missing primary key",
        Some(Value::Null) => REQUIRED,
        Some(Value::String(id)) if crate::check::is_uuid(id) => return Ok(()),
        Some(Value::String(_)) => "expected a valid UUID",
        Some(_) => "expected a string",
    };
    let mut violations = Object::new();
    violations.insert("id".to_owned(), violation.into());
    Err(violations.into())
}

/// Runs the checks of a value up to the first violation. Strings must not be empty unless a length is declared.
fn run(field: Layers<'_>, value: &Value) -> Result<(), String> {
    let mut non_empty_due = matches!(field.kind(), Kind::String);
    for check in field.checks() {
        if non_empty_due && check.rank() >= LEN_MIN_RANK {
            non_empty_due = false;
            if check.rank() > LEN_MIN_RANK {
                non_empty(value)?;
            }
        }
        check.run(value)?;
    }
    if non_empty_due { non_empty(value) } else { Ok(()) }
}

/// Whether a value stands for a secret of a vault: `{vault://env/name}`.
pub(crate) fn is_reference(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with("{vault://") && text.ends_with('}'))
}

#[cfg(test)]
mod tests;
