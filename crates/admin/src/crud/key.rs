//! How a path names a record: by its id, or by the one unique field that is meant for that.

use gibbon_schema::{EntityDef, Environment, Object};
use serde_json::{Value, json};
use uuid::Uuid;

use super::names::Names;
use super::reader::Reader;
use crate::error::ApiError;

/// What names a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    /// Its id.
    Id(Uuid),
    /// The value of a unique field.
    Value {
        /// The field.
        field: &'static str,
        /// Its value.
        value: String,
    },
    /// One of the names that the record lists.
    Name {
        /// The list.
        names: &'static Names,
        /// The name.
        name: String,
    },
}

/// The length of an id in its one form that paths take, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`.
const ID_LENGTH: usize = 36;

impl Key {
    /// Reads a segment of a path.
    ///
    /// # Errors
    /// [`ApiError::InvalidUnique`] where no record can have that value.
    pub(crate) fn parse(def: &EntityDef, text: &str, env: &dyn Environment) -> Result<Self, ApiError> {
        if is_id(text)
            && let Ok(id) = Uuid::try_parse(text)
        {
            return Ok(Self::Id(id));
        }
        if let Some(names) = Names::of(def.name) {
            return Ok(Self::Name { names, name: text.to_owned() });
        }
        Self::of_field(def, def.endpoint_key, text, env)
    }

    /// As [`Key::parse`] below a parent, where some records have names that are only unique there.
    pub(crate) fn parse_below(def: &EntityDef, text: &str, env: &dyn Environment) -> Result<Self, ApiError> {
        match def.key_below() {
            Some(field) if !is_id(text) => Self::of_field(def, Some(field), text, env),
            _ => Self::parse(def, text, env),
        }
    }

    fn of_field(
        def: &EntityDef,
        field: Option<&'static str>,
        text: &str,
        env: &dyn Environment,
    ) -> Result<Self, ApiError> {
        let field = field.ok_or_else(|| ApiError::InvalidPrimaryKey { key: text.to_owned() })?;
        let mut only = Object::from_iter([(field.to_owned(), json!(text))]);
        def.rewrite(&mut only);
        let value = only.get(field).and_then(Value::as_str).unwrap_or(text).to_owned();
        check_value(def, field, &value, env)?;
        Ok(Self::Value { field, value })
    }

    /// The record that it names.
    pub(crate) async fn find(&self, reader: &mut Reader<'_>, def: &EntityDef) -> Result<Option<Object>, ApiError> {
        Ok(match self {
            Self::Id(id) => reader.get(def.name, *id).await?,
            Self::Value { field, value } => reader.find(def.name, field, value).await?,
            Self::Name { names, name } => match names.owner(reader, name).await? {
                Some(id) => reader.get(def.name, id).await?,
                None => None,
            },
        })
    }

    /// The record that it names below a parent, where some records have names that are only unique there. A record
    /// that is found may belong to another parent.
    pub(crate) async fn find_below(
        &self,
        reader: &mut Reader<'_>,
        def: &EntityDef,
        parent: Uuid,
    ) -> Result<Option<Object>, ApiError> {
        if let Self::Value { value, .. } = self
            && let Some(unique) = def.value_below(parent, value)
        {
            return Ok(reader.find(def.name, unique.field, &unique.value).await?);
        }
        self.find(reader, def).await
    }

    /// It says that there is no such record to be changed.
    pub(crate) fn not_found(&self) -> ApiError {
        let (field, value) = match self {
            Self::Id(id) => ("id", json!(id)),
            Self::Value { field, value } => (*field, json!(value)),
            Self::Name { .. } => return self.not_there(),
        };
        ApiError::NoSuchRecord { key: Object::from_iter([(field.to_owned(), value)]) }
    }

    /// It says that there is no such record to be shown.
    pub(crate) fn not_there(&self) -> ApiError {
        match self {
            Self::Name { names, .. } => ApiError::Missing(names.missing),
            Self::Id(_) | Self::Value { .. } => ApiError::NotFound,
        }
    }
}

fn is_id(text: &str) -> bool {
    text.len() == ID_LENGTH && Uuid::try_parse(text).is_ok()
}

/// Whether a record can have `value` in a unique field.
///
/// # Errors
/// [`ApiError::InvalidUnique`] if not.
pub(crate) fn check_value(
    def: &EntityDef,
    field: &'static str,
    value: &str,
    env: &dyn Environment,
) -> Result<(), ApiError> {
    let only = Object::from_iter([(field.to_owned(), json!(value))]);
    let Err(violations) = def.validate(only, env) else { return Ok(()) };
    match violations.fields().get(field) {
        Some(Value::String(reason)) => Err(ApiError::InvalidUnique { field, reason: reason.clone() }),
        // The others are of fields that were not asked about.
        _ => Ok(()),
    }
}
