//! A schema together with what specialises it for one record.

use serde_json::Value;

use crate::check::is_uuid;
use crate::field::Field;
use crate::field_path;
use crate::schema::{SubschemaSource, Subschemas};
use crate::validate::{Layers, check_value};
use crate::{Environment, Object, Schema, Subschema};

/// What a record is prepared for; some messages differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// A record that is complete in itself.
    Insert,
    /// A change to an existing record.
    Update,
}

/// What every step of preparing needs.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) entity: &'a str,
    pub(crate) env: &'a dyn Environment,
    pub(crate) operation: Operation,
}

/// The fields and checks that apply to one record.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) specialised: Option<&'a Subschema>,
}

impl<'a> Scope<'a> {
    /// The scope of a record within a record: those are never specialised.
    pub(crate) fn plain(schema: &'a Schema) -> Self {
        Self { schema, specialised: None }
    }

    /// The scope that the value of the subschema key selects, if it selects one.
    pub(crate) fn select(schema: &'a Schema, key: Option<&Value>, cx: Context<'a>) -> Self {
        let specialised = schema.subschemas.as_ref().zip(key).and_then(|(subschemas, key)| match key {
            Value::String(name) => find(subschemas, name, cx),
            Value::Array(names) => names.iter().filter_map(Value::as_str).find_map(|name| find(subschemas, name, cx)),
            _ => None,
        });
        Self { schema, specialised }
    }

    /// The scope of a record as it is.
    pub(crate) fn of(schema: &'a Schema, record: &Object, cx: Context<'a>) -> Self {
        Self::select(schema, schema.subschemas.as_ref().and_then(|subschemas| record.get(subschemas.key)), cx)
    }

    /// As [`Scope::of`] for a record with its defaults. An entity that must be specialised and is not cannot be
    /// checked any further: that one violation is the error.
    pub(crate) fn resolve(schema: &'a Schema, record: &Object, cx: Context<'a>) -> Result<Self, Object> {
        let scope = Self::of(schema, record, cx);
        let Some(subschemas) = schema.subschemas.as_ref().filter(|_| scope.specialised.is_none()) else {
            return Ok(scope);
        };
        let violation = match record.get(subschemas.key).unwrap_or(&Value::Null) {
            Value::Null => "required field missing".into(),
            key => unknown(subschemas, key, schema, cx),
        };
        let mut violations = Object::new();
        violations.insert(subschemas.key.to_owned(), violation);
        Err(violations)
    }

    /// The fields in declared order.
    pub(crate) fn fields(self) -> impl Iterator<Item = &'a Field> {
        self.schema.fields.iter().map(move |field| self.specialise(field))
    }

    /// The field of that name.
    pub(crate) fn field(self, name: &str) -> Option<&'a Field> {
        self.schema.field(name).map(|field| self.specialise(field))
    }

    /// The field at a path such as `config.redis.host`.
    pub(crate) fn lookup(self, path: &str) -> Option<&'a Field> {
        let (head, rest) = field_path::split(path);
        let field = self.field(head)?;
        match rest {
            None => Some(field),
            Some(rest) => Scope::plain(Schema::of_record(field)?).lookup(rest),
        }
    }

    fn specialise(self, field: &'a Field) -> &'a Field {
        self.specialised.and_then(|subschema| subschema.field(field.name)).unwrap_or(field)
    }
}

fn find<'a>(subschemas: &'a Subschemas, name: &str, cx: Context<'a>) -> Option<&'a Subschema> {
    match &subschemas.source {
        SubschemaSource::Own(own) => {
            own.iter().find(|(names, _)| names.contains(&name)).map(|(_, subschema)| subschema)
        }
        SubschemaSource::Environment => cx.env.subschema(cx.entity, name),
    }
}

/// What is wrong with a key that selects nothing: its type if that is wrong, else that it is unknown.
fn unknown(subschemas: &Subschemas, key: &Value, schema: &Schema, cx: Context<'_>) -> Value {
    let first = key.as_str().or_else(|| key.as_array()?.first()?.as_str());
    let of_field = || {
        let field = schema.field(subschemas.key)?;
        check_value(Layers::of(field), key, cx).err()
    };
    match first {
        Some(name) => (subschemas.unknown)(name).into(),
        None => of_field().unwrap_or_else(|| (subschemas.unknown)("nil").into()),
    }
}

/// The id in a foreign value, in its canonical form.
pub(crate) fn foreign_id(value: &Value) -> Option<String> {
    value.get("id")?.as_str().filter(|id| is_uuid(id)).map(str::to_ascii_lowercase)
}
