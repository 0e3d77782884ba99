//! A JSON object as tokens carry them, scanned once and strictly.
//!
//! Tokens are read by more than one program, so everything on which two parsers may differ is refused: duplicate
//! members at any depth, bytes that are not UTF-8, lone surrogates, numbers that no finite `f64` can hold. What is
//! accepted keeps its text; only the top level is indexed, and what is nested is scanned when someone asks for it.

mod scanner;
mod string;
mod value;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

use crate::Limits;
use scanner::{Member, Scanner};
pub use string::JsonStr;
pub use value::{Items, JsonNumber, JsonValue, Members};

/// Why a document was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not JSON (RFC 8259), or something behind it.
    #[error("not valid JSON")]
    Syntax,
    /// Not UTF-8, or an escape that stands for half a character.
    #[error("a string is not valid Unicode")]
    Unicode,
    /// A number that is too large to be finite, such as `1e400`.
    #[error("a number is not finite")]
    NotFinite,
    /// An object has two members of one name (RFC 7515 section 4, RFC 7519 section 4).
    #[error("an object has two members of one name")]
    DuplicateMember,
    /// Nested deeper than [`Limits::max_depth`].
    #[error("nested too deep")]
    TooDeep,
    /// More members than [`Limits::max_members`].
    #[error("too many members")]
    TooManyMembers,
}

/// A document that is valid JSON: an object, or something else that no token may consist of.
#[derive(Debug)]
pub(crate) enum Document {
    Object(JsonObject),
    Other,
}

/// A JSON object with its text and an index of its own members.
#[derive(Clone, PartialEq, Eq)]
pub struct JsonObject {
    text: Box<str>,
    members: Vec<Member>,
}

impl Default for JsonObject {
    /// `{}`.
    fn default() -> Self {
        Self { text: "{}".into(), members: Vec::new() }
    }
}

impl Document {
    pub(crate) fn parse(bytes: Vec<u8>, limits: &Limits) -> Result<Self, JsonError> {
        let text = String::from_utf8(bytes).map_err(|_| JsonError::Unicode)?.into_boxed_str();
        match Scanner::new(&text, limits).document()? {
            Some(members) => Ok(Document::Object(JsonObject { members, text })),
            None => Ok(Document::Other),
        }
    }
}

impl JsonObject {
    /// Parses a document that must be an object.
    ///
    /// # Errors
    /// [`JsonError`]; [`JsonError::Syntax`] also where the document is another kind of value.
    pub fn parse(text: &str, limits: &Limits) -> Result<Self, JsonError> {
        match Document::parse(text.as_bytes().to_vec(), limits)? {
            Document::Object(object) => Ok(object),
            Document::Other => Err(JsonError::Syntax),
        }
    }

    /// The member of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<JsonValue<'_>> {
        let found = self.members.iter().find(|member| member.name.says(name, &self.text))?;
        Some(found.value(&self.text))
    }

    /// The member of this name if it is a string; borrowed unless it was written with escapes.
    #[must_use]
    pub fn get_str(&self, name: &str) -> Option<Cow<'_, str>> {
        match self.get(name) {
            Some(JsonValue::String(string)) => Some(string.to_str()),
            _ => None,
        }
    }

    /// The member of this name if it is a number; always finite.
    #[must_use]
    pub fn get_number(&self, name: &str) -> Option<f64> {
        match self.get(name) {
            Some(JsonValue::Number(number)) => Some(number.as_f64()),
            _ => None,
        }
    }

    /// Whether there is a member of this name, whatever its value; `null` counts.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The value at the end of a path of member names, such as `["realm_access", "roles"]`.
    #[must_use]
    pub fn at_path<'n>(&self, path: impl IntoIterator<Item = &'n str>) -> Option<JsonValue<'_>> {
        let mut path = path.into_iter();
        let first = self.get(path.next()?)?;
        path.try_fold(first, |value, name| value.get(name))
    }

    /// The members in the order in which they were written.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Cow<'_, str>, JsonValue<'_>)> {
        self.members.iter().map(|member| (member.name.string(&self.text).to_str(), member.value(&self.text)))
    }

    /// The number of members.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether this is `{}`.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The document as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The heap that this object holds, in bytes.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.text.len() + self.members.capacity() * size_of::<Member>()
    }
}

impl fmt::Debug for JsonObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
