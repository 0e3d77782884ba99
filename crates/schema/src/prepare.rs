//! The way of a record from a body to what is stored: shorthands, defaults, checks, transformations.

use serde_json::Value;
use uuid::Uuid;

use crate::entity_check::run::push;
use crate::field::Flag;
use crate::fill::fill;
use crate::merge::{immutable, merge};
use crate::scope::{Context, Operation, Scope};
use crate::shorthand::expand;
use crate::validate::check_record;
use crate::{Environment, Object, Schema, Transformation, Violations};

/// Preparing records of one entity.
pub(crate) struct Preparation<'a> {
    schema: &'a Schema,
    cx: Context<'a>,
    transformations: Transformations,
}

/// Whether what is computed from a record is computed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Transformations {
    Run,
    /// The record is one that has been stored before.
    Done,
}

impl<'a> Preparation<'a> {
    pub(crate) fn new(entity: &'a str, schema: &'a Schema, env: &'a dyn Environment, operation: Operation) -> Self {
        Self { schema, cx: Context { entity, env, operation }, transformations: Transformations::Run }
    }

    /// The same for records whose transformations have been made before.
    pub(crate) fn of_transformed(self) -> Self {
        Self { transformations: Transformations::Done, ..self }
    }

    /// A complete record made of a body.
    pub(crate) fn insert(&self, mut body: Object) -> Result<Object, Violations> {
        self.schema.rewrite(&mut body);
        let scope = Scope::of(self.schema, &body, self.cx);
        reject(expand(scope, &mut body, self.cx))?;
        self.finish(scope, None, body.clone(), &body)
    }

    /// A complete record that takes the place of `existing`, if there is one, under the id that both have.
    pub(crate) fn replace(&self, id: Uuid, existing: Option<&Object>, mut body: Object) -> Result<Object, Violations> {
        body.insert("id".to_owned(), id.to_string().into());
        if let Some(created_at) = existing.and_then(|existing| existing.get("created_at")) {
            body.insert("created_at".to_owned(), created_at.clone());
        }
        self.schema.rewrite(&mut body);
        let scope = Scope::of(self.schema, &body, self.cx);
        reject(expand(scope, &mut body, self.cx))?;
        self.finish(scope, existing, body.clone(), &body)
    }

    /// `existing` with the changes of a body.
    pub(crate) fn update(&self, existing: &Object, mut patch: Object) -> Result<Object, Violations> {
        patch.shift_remove("id");
        self.schema.rewrite(&mut patch);
        let key = self.schema.subschemas.as_ref().map(|subschemas| subschemas.key);
        let key = key.and_then(|key| patch.get(key).or_else(|| existing.get(key))).cloned();
        let scope = Scope::select(self.schema, key.as_ref(), self.cx);
        reject(expand(scope, &mut patch, self.cx))?;
        let merged = merge(scope, existing, patch.clone());
        self.finish(scope, Some(existing), merged, &patch)
    }

    /// Defaults, checks and transformations. `given` is what the user wrote, without its shorthands.
    fn finish(
        &self,
        scope: Scope<'_>,
        existing: Option<&Object>,
        record: Object,
        given: &Object,
    ) -> Result<Object, Violations> {
        let mut record = fill(scope, record, self.cx);
        let scope = Scope::resolve(self.schema, &record, self.cx).map_err(Violations::new)?;
        if let Some(existing) = existing {
            reject(immutable(scope, existing, &record))?;
        }
        let is_wanted =
            |each: &&Transformation| self.transformations == Transformations::Run && each.is_wanted(given, existing);
        let wanted: Vec<_> = self.schema.transformations.iter().filter(is_wanted).collect();
        let mut violations = check_record(scope, &record, self.cx);
        for violation in wanted.iter().filter_map(|transformation| transformation.lacking(&record)) {
            push(&mut violations, violation);
        }
        reject(violations)?;
        transform(&wanted, &mut record)?;
        record.retain(|name, _| !self.schema.field(name).is_some_and(|field| field.has(Flag::Transient)));
        Ok(record)
    }
}

fn transform(wanted: &[&Transformation], record: &mut Object) -> Result<(), Violations> {
    for transformation in wanted {
        if let Err(violation) = transformation.apply(record) {
            let mut violations = Object::new();
            push(&mut violations, violation.as_str().unwrap_or_default().to_owned());
            return Err(Violations::new(violations));
        }
    }
    Ok(())
}

fn reject(violations: Object) -> Result<(), Violations> {
    if violations.is_empty() { Ok(()) } else { Err(Violations::new(violations)) }
}

/// The value of a single field as the store compares it.
pub(crate) fn unique_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Object(_) => value.get("id").and_then(Value::as_str).map(str::to_owned),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod properties;
