//! The header fields of a request or a response.
//!
//! The one place that knows how they are kept: as parts of the bytes that were received, beside those that were set
//! since. Names are case-insensitive (RFC 9110 section 5.1) and go out as they were written; a name may occur several
//! times, and the order of the values of one name is kept. There are few fields, so they are looked through rather than
//! hashed.

use std::rc::Rc;

use http::{HeaderName, HeaderValue};

use crate::received::{ReceivedHead, Span};

/// Header fields, by name.
#[derive(Debug, Default, Clone)]
pub struct Headers {
    received: Rc<ReceivedHead>,
    fields: Vec<Field>,
}

#[derive(Debug, Clone)]
struct Field {
    /// Of the name: most names differ in it already, and nothing else of them has to be looked at.
    length: u32,
    name: Name,
    value: Value,
}

#[derive(Debug, Clone)]
enum Name {
    Received(Span),
    Set(FieldName),
}

#[derive(Debug, Clone)]
enum Value {
    Received(Span),
    Set(HeaderValue),
}

/// The name of a field that is set.
#[derive(Debug, Clone)]
pub enum FieldName {
    /// Written as it stands.
    Fixed(&'static str),
    /// Written in lower case.
    Any(HeaderName),
}

impl FieldName {
    fn as_str(&self) -> &str {
        match self {
            Self::Fixed(name) => name,
            Self::Any(name) => name.as_str(),
        }
    }
}

impl From<&'static str> for FieldName {
    fn from(name: &'static str) -> Self {
        Self::Fixed(name)
    }
}

impl From<HeaderName> for FieldName {
    fn from(name: HeaderName) -> Self {
        Self::Any(name)
    }
}

/// Whatever a field can be asked for by.
pub trait AsFieldName {
    /// The name, in any case.
    fn as_field_name(&self) -> &str;
}

impl AsFieldName for &str {
    fn as_field_name(&self) -> &str {
        self
    }
}

impl AsFieldName for HeaderName {
    fn as_field_name(&self) -> &str {
        self.as_str()
    }
}

impl AsFieldName for &HeaderName {
    fn as_field_name(&self) -> &str {
        self.as_str()
    }
}

impl Headers {
    /// For the engine: fields as parts of `received`, in the order in which they came. There is room for `more`.
    pub fn received(
        received: Rc<ReceivedHead>,
        fields: impl ExactSizeIterator<Item = (Span, Span)>,
        more: usize,
    ) -> Self {
        let mut list = Vec::with_capacity(fields.len() + more);
        list.extend(fields.map(|(name, value)| Field::received(name, value)));
        Self { received, fields: list }
    }

    /// The first value of `name`.
    pub fn get(&self, name: impl AsFieldName) -> Option<&[u8]> {
        let name = name.as_field_name().as_bytes();
        self.fields.iter().find(|field| self.is_named(field, name)).map(|field| self.value(field))
    }

    /// The first value of `name`, where it is visible ASCII.
    pub fn get_str(&self, name: impl AsFieldName) -> Option<&str> {
        self.get(name).and_then(visible)
    }

    /// The first value of `name`, to be kept beyond the request.
    pub fn get_value(&self, name: impl AsFieldName) -> Option<HeaderValue> {
        self.get(name).and_then(|value| HeaderValue::from_bytes(value).ok())
    }

    /// Every value of `name`, in the order in which they came.
    pub fn all(&self, name: impl AsFieldName) -> impl Iterator<Item = &[u8]> {
        self.fields
            .iter()
            .filter(move |field| self.is_named(field, name.as_field_name().as_bytes()))
            .map(|field| self.value(field))
    }

    /// Whether `name` occurs at all.
    pub fn contains(&self, name: impl AsFieldName) -> bool {
        self.get(name).is_some()
    }

    /// Replaces all values of `name` by one.
    pub fn set(&mut self, name: impl Into<FieldName>, value: HeaderValue) {
        let name = name.into();
        let Some(first) = self.fields.iter().position(|field| self.is_named(field, name.as_str().as_bytes())) else {
            self.append(name, value);
            return;
        };
        self.remove_from(first + 1, name.as_str());
        if let Some(field) = self.fields.get_mut(first) {
            *field = Field::set(name, value);
        }
    }

    /// Adds a value and keeps those that are there.
    pub fn append(&mut self, name: impl Into<FieldName>, value: HeaderValue) {
        self.fields.push(Field::set(name.into(), value));
    }

    /// Removes all values of `name`; whether there was any.
    pub fn remove(&mut self, name: impl AsFieldName) -> bool {
        let before = self.fields.len();
        self.remove_from(0, name.as_field_name());
        self.fields.len() < before
    }

    fn remove_from(&mut self, first: usize, name: &str) {
        let (name, received) = (name.as_bytes(), &self.received);
        if !self.fields.iter().skip(first).any(|field| field.is_named(received, name)) {
            return;
        }
        let mut index = 0;
        self.fields.retain(|field| {
            index += 1;
            index <= first || !field.is_named(received, name)
        });
    }

    /// Every field with its name as it is written, a repeated name once for each of its values.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.fields.iter().map(|field| (field.name(&self.received), self.value(field)))
    }

    /// How many fields there are, repeated ones counted each.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    fn is_named(&self, field: &Field, name: &[u8]) -> bool {
        field.is_named(&self.received, name)
    }

    fn value<'h>(&'h self, field: &'h Field) -> &'h [u8] {
        match &field.value {
            Value::Received(span) => self.received.slice(*span),
            Value::Set(value) => value.as_bytes(),
        }
    }
}

impl Field {
    fn received(name: Span, value: Span) -> Self {
        Self { length: name.length(), name: Name::Received(name), value: Value::Received(value) }
    }

    fn set(name: FieldName, value: HeaderValue) -> Self {
        // A name that is as long as that would not have become one.
        let length = u32::try_from(name.as_str().len()).unwrap_or(u32::MAX);
        Self { length, name: Name::Set(name), value: Value::Set(value) }
    }

    #[inline]
    fn is_named(&self, received: &ReceivedHead, name: &[u8]) -> bool {
        self.length as usize == name.len() && self.name(received).eq_ignore_ascii_case(name)
    }

    fn name<'f>(&'f self, received: &'f ReceivedHead) -> &'f [u8] {
        match &self.name {
            Name::Received(span) => received.slice(*span),
            Name::Set(name) => name.as_str().as_bytes(),
        }
    }
}

/// A value as text, where it is visible ASCII with spaces and tabs: what else it may be has no agreed encoding (RFC
/// 9110 section 5.5).
pub fn visible(value: &[u8]) -> Option<&str> {
    let is_visible = value.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
    if is_visible { std::str::from_utf8(value).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fields of a head, one a line.
    fn received(text: &str) -> Headers {
        let mut spans = Vec::new();
        let mut start = 0;
        for line in text.lines() {
            let colon = start + line.find(':').unwrap();
            spans.push((Span::new(start..colon), Span::new(colon + 2..start + line.len())));
            start += line.len() + 1;
        }
        let head = ReceivedHead { bytes: text.as_bytes().to_vec() };
        Headers::received(Rc::new(head), spans.into_iter(), 0)
    }

    fn written(headers: &Headers) -> Vec<String> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        headers.iter().map(|(name, value)| format!("{}: {}", text(name), text(value))).collect()
    }

    #[test]
    fn a_repeated_name_keeps_all_values_until_it_is_set() {
        let mut headers = received("X-A: 1\nX-B: 2\nx-a: 3");
        headers.append("X-A", HeaderValue::from_static("4"));
        assert_eq!(headers.all("x-a").collect::<Vec<_>>(), [b"1", b"3", b"4"]);
        assert_eq!(headers.get_str("x-a"), Some("1"));
        headers.set("X-A", HeaderValue::from_static("5"));
        assert_eq!(written(&headers), ["X-A: 5", "X-B: 2"]);
    }

    #[test]
    fn what_is_not_changed_is_written_as_it_came() {
        let mut headers = received("hOST: h\nX-b: 2");
        headers.set(http::header::ACCEPT, HeaderValue::from_static("*/*"));
        assert!(!headers.remove("absent"));
        assert_eq!(written(&headers), ["hOST: h", "X-b: 2", "accept: */*"]);
    }

    #[test]
    fn a_removed_name_is_gone_in_every_case() {
        let mut headers = received("X-A: 1\nx-a: 2\nX-AB: 3");
        assert!(headers.remove("x-A"));
        assert_eq!((written(&headers), headers.contains("X-A")), (vec!["X-AB: 3".to_owned()], false));
    }

    #[test]
    fn only_visible_text_is_text() {
        let mut headers = Headers::default();
        headers.append("X-A", HeaderValue::from_bytes(b"caf\xc3\xa9").unwrap());
        assert_eq!((headers.get_str("x-a"), headers.get("x-a")), (None, Some(&b"caf\xc3\xa9"[..])));
    }
}
