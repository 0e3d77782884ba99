//! Reading prepared bodies into typed structs.

use std::str::FromStr;

use gibbon_schema::Object;
use serde_json::Value;
use uuid::Uuid;

/// Why a stored body cannot be read. Bodies are validated when they are written, so this means that one was damaged
/// or comes from another version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// A field without which the record means nothing has no value.
    #[error("field `{field}` has no value")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// A field has a value of another type.
    #[error("field `{field}` is not {expected}")]
    Type {
        /// The field.
        field: &'static str,
        /// What it should be: "a string".
        expected: &'static str,
    },
    /// A field has a value of the right type that means nothing.
    #[error("field `{field}` cannot be `{value}`")]
    Value {
        /// The field.
        field: &'static str,
        /// Its value.
        value: String,
    },
}

/// A stored body, read field by field. Null and an absent field are the same.
#[derive(Clone, Copy)]
pub struct Body<'a>(&'a Object);

impl<'a> Body<'a> {
    /// Reads `object`.
    pub fn new(object: &'a Object) -> Self {
        Self(object)
    }

    /// The value of a field, if it has one.
    pub fn get(self, field: &'static str) -> Option<&'a Value> {
        self.0.get(field).filter(|value| !value.is_null())
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// If it is not, or is no string.
    pub fn text(self, field: &'static str) -> Result<&'a str, BodyError> {
        self.optional_text(field)?.ok_or(BodyError::Missing { field })
    }

    /// A text.
    ///
    /// # Errors
    /// If the value is no string.
    pub fn optional_text(self, field: &'static str) -> Result<Option<&'a str>, BodyError> {
        self.typed(field, "a string", Value::as_str)
    }

    /// A text to keep.
    ///
    /// # Errors
    /// If the value is no string.
    pub fn boxed(self, field: &'static str) -> Result<Option<Box<str>>, BodyError> {
        Ok(self.optional_text(field)?.map(Box::from))
    }

    /// A text that is the name of something.
    ///
    /// # Errors
    /// If it is not there, is no string, or names nothing.
    pub fn parsed<T: FromStr>(self, field: &'static str) -> Result<T, BodyError> {
        let text = self.text(field)?;
        text.parse().map_err(|_| BodyError::Value { field, value: text.to_owned() })
    }

    /// A text that is the name of something, or `default`.
    ///
    /// # Errors
    /// If the value is no string or names nothing.
    pub fn parsed_or<T: FromStr>(self, field: &'static str, default: T) -> Result<T, BodyError> {
        match self.optional_text(field)? {
            None => Ok(default),
            Some(_) => self.parsed(field),
        }
    }

    /// The record in a field.
    ///
    /// # Errors
    /// If it is not there or is no record.
    pub fn record(self, field: &'static str) -> Result<Self, BodyError> {
        self.typed(field, "a record", Value::as_object)?.map(Self).ok_or(BodyError::Missing { field })
    }

    /// A number, or `default`.
    ///
    /// # Errors
    /// If the value is no number.
    pub fn number(self, field: &'static str, default: f64) -> Result<f64, BodyError> {
        Ok(self.typed(field, "a number", Value::as_f64)?.unwrap_or(default))
    }

    /// The id of the record.
    ///
    /// # Errors
    /// If it is not there or no UUID.
    pub fn id(self) -> Result<Uuid, BodyError> {
        self.parsed("id")
    }

    /// The id of the record that a foreign field names.
    ///
    /// # Errors
    /// If the value is no reference.
    pub fn reference(self, field: &'static str) -> Result<Option<Uuid>, BodyError> {
        self.typed(field, "a reference", |value| value.get("id")?.as_str()?.parse().ok())
    }

    /// An integer that fits its type, or `default`.
    ///
    /// # Errors
    /// If the value is no integer or out of range.
    pub fn integer<T: TryFrom<i64>>(self, field: &'static str, default: T) -> Result<T, BodyError> {
        match self.typed(field, "an integer", Value::as_i64)? {
            None => Ok(default),
            Some(integer) => T::try_from(integer).map_err(|_| BodyError::Value { field, value: integer.to_string() }),
        }
    }

    /// A boolean, or `default`.
    ///
    /// # Errors
    /// If the value is no boolean.
    pub fn boolean(self, field: &'static str, default: Switch) -> Result<bool, BodyError> {
        Ok(self.optional_boolean(field)?.unwrap_or(default == Switch::On))
    }

    /// A boolean.
    ///
    /// # Errors
    /// If the value is no boolean.
    pub fn optional_boolean(self, field: &'static str) -> Result<Option<bool>, BodyError> {
        self.typed(field, "a boolean", Value::as_bool)
    }

    /// The elements of an array or set; none if it is null.
    ///
    /// # Errors
    /// If the value is no array.
    pub fn elements(self, field: &'static str) -> Result<&'a [Value], BodyError> {
        let elements = self.typed(field, "an array", |value| value.as_array().map(Vec::as_slice))?;
        Ok(elements.unwrap_or_default())
    }

    /// The texts of an array or set; none if it is null.
    ///
    /// # Errors
    /// If the value is no array of strings.
    pub fn texts(self, field: &'static str) -> Result<Vec<Box<str>>, BodyError> {
        texts(self.elements(field)?).ok_or(BodyError::Type { field, expected: "an array of strings" })
    }

    fn typed<T>(
        self,
        field: &'static str,
        expected: &'static str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, BodyError> {
        self.get(field).map(|value| read(value).ok_or(BodyError::Type { field, expected })).transpose()
    }
}

/// A text that names nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such name")]
pub struct UnknownName;

/// The value of a boolean that a body leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// True.
    On,
    /// False.
    Off,
}

/// All elements as texts, if they are.
pub(crate) fn texts(elements: &[Value]) -> Option<Vec<Box<str>>> {
    elements.iter().map(|element| element.as_str().map(Box::from)).collect()
}
