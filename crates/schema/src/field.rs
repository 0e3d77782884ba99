//! A field: its type, its attributes, and how one is made. The methods that refine it are in files of their own.

mod attributes;
mod checks;
mod types;

use serde_json::Value;

use crate::Schema;
use crate::check::Check;

/// One field of a schema, or the type of an array's elements, a map's keys or values.
///
/// Fields are made by [`field`] (with a name) or by [`string`], [`set_of`], [`record`] and their siblings (without),
/// and refined by the methods below, so that a declaration reads as a sentence:
///
/// ```
/// use gibbon_schema::{field, set_of, string};
/// let retries = field("retries").integer().default(5).between(0, 32767);
/// let tags = field("tags").of(set_of(string().required()));
/// ```
#[derive(Debug, Clone)]
pub struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) description: &'static str,
    pub(crate) required: Option<bool>,
    pub(crate) default: Option<Value>,
    pub(crate) flags: Vec<Flag>,
    pub(crate) checks: Vec<Check>,
    pub(crate) err: Option<&'static str>,
    pub(crate) deprecation: Option<Deprecation>,
    /// The kind of the records whose ids the elements are.
    pub(crate) elements_refer_to: Option<&'static str>,
    /// What `/schemas` shows of the JSON that a field may hold.
    pub(crate) json_schema: Option<Value>,
}

/// The type of a field.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// No type of its own: only checks. Used in the matches of conditional checks.
    Any,
    /// As [`Kind::Any`], with other elements than those of the array or set that it overlays.
    Elements(Box<Field>),
    String,
    Integer,
    Number,
    Boolean,
    Array(Box<Field>),
    Set(Box<Field>),
    Map {
        keys: Box<Field>,
        values: Box<Field>,
    },
    Record(Box<Schema>),
    Foreign {
        reference: &'static str,
        on_delete: Option<OnDelete>,
    },
    Json,
}

/// A yes-or-no attribute of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flag {
    /// Beyond what Kong knows: a record in which it is not set does not name it.
    AbsentWhileUnset,
    Abstract,
    Auto,
    Encrypted,
    Immutable,
    /// Declared to be no unique field: `/schemas` says `"unique": false`.
    NotUnique,
    /// Goes when the record that it refers to goes, which Kong does without saying so in `/schemas`.
    Owned,
    Referenceable,
    /// Never shown where changes are; absent from `/schemas`, which Kong's clients compare.
    Secret,
    /// Checked in bodies and shown in `/schemas`, but no part of the record.
    Transient,
    Unique,
    UniqueAcrossWorkspaces,
    /// Accepted and answered, but absent from `/schemas`: `ttl`, which Kong keeps beside the fields.
    Unlisted,
}

/// What happens to a record when the record that its foreign field names is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OnDelete {
    /// The deletion is refused.
    Restrict,
    /// The record is deleted too.
    Cascade,
    /// The foreign field becomes null.
    SetNull,
}

/// Why a field should no longer be used, and what takes its place.
#[derive(Debug, Clone)]
pub struct Deprecation {
    /// What the user is told.
    pub message: &'static str,
    /// The version of Kong that drops the field.
    pub removal_in_version: &'static str,
    /// The former default, whose use is not worth a warning.
    pub old_default: Option<Value>,
    /// The fields, as paths from the record that holds the deprecated one, that replace it.
    pub replaced_with: Vec<&'static [&'static str]>,
}

/// A field with a name; it needs a type next, as in `field("port").integer()`.
pub fn field(name: &'static str) -> Field {
    Field { name, ..untyped(Kind::Any) }
}

/// The checks of a conditional: a field without name and type that overlays the one that is looked at.
pub fn matching() -> Field {
    untyped(Kind::Any)
}

/// A string; unless [`Field::len_min`] says otherwise it must not be empty.
pub fn string() -> Field {
    untyped(Kind::String)
}

/// An integer; `5.0` is one.
pub fn integer() -> Field {
    untyped(Kind::Integer)
}

/// A number.
pub fn number() -> Field {
    untyped(Kind::Number)
}

/// A boolean.
pub fn boolean() -> Field {
    untyped(Kind::Boolean)
}

/// An array, whose order counts.
pub fn array_of(elements: Field) -> Field {
    untyped(Kind::Array(Box::new(elements)))
}

/// A set: an array whose repetitions are dropped.
pub fn set_of(elements: Field) -> Field {
    untyped(Kind::Set(Box::new(elements)))
}

/// A map from any string that satisfies `keys` to `values`.
pub fn map_of(keys: Field, values: Field) -> Field {
    untyped(Kind::Map { keys: Box::new(keys), values: Box::new(values) })
}

/// A record of `fields`.
pub fn record(fields: impl IntoIterator<Item = Field>) -> Field {
    untyped(Kind::Record(Box::new(Schema::new(fields))))
}

/// A reference to a record of the kind `reference`: `{"id": "<uuid>"}`.
pub fn foreign(reference: &'static str) -> Field {
    untyped(Kind::Foreign { reference, on_delete: None })
}

/// Any JSON value, kept as it is.
pub fn any_json() -> Field {
    untyped(Kind::Json)
}

fn untyped(kind: Kind) -> Field {
    Field {
        name: "",
        kind,
        description: "",
        required: None,
        default: None,
        flags: Vec::new(),
        checks: Vec::new(),
        err: None,
        deprecation: None,
        elements_refer_to: None,
        json_schema: None,
    }
}
