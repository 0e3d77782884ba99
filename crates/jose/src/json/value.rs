//! Values, and what is nested in them: scanned again on demand, since most of a token's claims are never looked at.

use std::borrow::Cow;

use super::scanner::{Found, Kind, Scanner};
use super::string::{JsonStr, StringSpan};

/// A value inside a document that was accepted.
#[derive(Debug, Clone, Copy)]
pub enum JsonValue<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(JsonNumber<'a>),
    /// A string.
    String(JsonStr<'a>),
    /// An array, by its text; see [`JsonValue::items`].
    Array(&'a str),
    /// An object, by its text; see [`JsonValue::members`].
    Object(&'a str),
}

impl<'a> JsonValue<'a> {
    pub(super) fn new(found: Found, text: &'a str) -> Self {
        let text_of = found.span.of(text);
        match found.kind {
            Kind::Null => JsonValue::Null,
            Kind::False => JsonValue::Bool(false),
            Kind::True => JsonValue::Bool(true),
            Kind::Number => JsonValue::Number(JsonNumber(text_of)),
            Kind::String(escapes) => JsonValue::String(JsonStr { raw: text_of, escapes }),
            Kind::Array => JsonValue::Array(text_of),
            Kind::Object => JsonValue::Object(text_of),
        }
    }

    /// How many bytes of the document a string, an array or an object takes, and so at most what is in it; 1 for others.
    #[must_use]
    pub fn text_len(self) -> usize {
        match self {
            JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) => 1,
            JsonValue::String(string) => string.raw.len(),
            JsonValue::Array(text) | JsonValue::Object(text) => text.len(),
        }
    }

    /// What a string says; `None` for other values.
    #[must_use]
    pub fn as_str(self) -> Option<Cow<'a, str>> {
        match self {
            JsonValue::String(string) => Some(string.to_str()),
            _ => None,
        }
    }

    /// A member of an object; `None` where there is none, or where this is no object.
    #[must_use]
    pub fn get(self, name: &str) -> Option<JsonValue<'a>> {
        self.members().find(|(found, _)| found.is(name)).map(|(_, value)| value)
    }

    /// The members of an object; none for other values.
    #[must_use]
    pub fn members(self) -> Members<'a> {
        match self {
            JsonValue::Object(text) => Members(Inside::new(text, b'{')),
            _ => Members(Inside::none()),
        }
    }

    /// The elements of an array; none for other values.
    #[must_use]
    pub fn items(self) -> Items<'a> {
        match self {
            JsonValue::Array(text) => Items(Inside::new(text, b'[')),
            _ => Items(Inside::none()),
        }
    }
}

/// A number by its text, so that nothing is lost before someone says how to read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonNumber<'a>(&'a str);

impl<'a> JsonNumber<'a> {
    /// The nearest `f64`; finite.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        // Up to fifteen digits are exact, and that is what times look like.
        if let (true, Ok(whole)) = (self.0.len() <= 15, self.0.parse::<i64>()) {
            return whole as f64;
        }
        // The scanner has parsed it before; a number that could not be read would compare false with everything.
        self.0.parse().unwrap_or(f64::NAN)
    }

    /// The number if it was written as an integer that fits.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        self.0.parse().ok()
    }

    /// The number as it was written.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        self.0
    }
}

/// The members of a nested object.
pub struct Members<'a>(Inside<'a>);

impl<'a> Iterator for Members<'a> {
    type Item = (JsonStr<'a>, JsonValue<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (text, mut name) = (self.0.text, None::<StringSpan>);
        let value = self.0.advance(b'}', |scanner| {
            name = scanner.string().ok();
            scanner.skip_space();
            scanner.expect(b':').ok()?;
            scanner.skip_space();
            scanner.value(0).ok()
        })?;
        Some((name?.string(text), value))
    }
}

/// The elements of an array.
pub struct Items<'a>(Inside<'a>);

impl<'a> Iterator for Items<'a> {
    type Item = JsonValue<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.advance(b']', |scanner| scanner.value(0).ok())
    }
}

/// A walk over what stands between two brackets. The text was accepted before, so what does not scan ends the walk.
struct Inside<'a> {
    text: &'a str,
    scanner: Option<Scanner<'a>>,
}

impl<'a> Inside<'a> {
    fn none() -> Self {
        Inside { text: "", scanner: None }
    }

    fn new(text: &'a str, open: u8) -> Self {
        let mut scanner = Scanner::again(text);
        let entered = scanner.expect(open).is_ok();
        scanner.skip_space();
        Inside { text, scanner: entered.then_some(scanner) }
    }

    fn advance(&mut self, close: u8, element: impl FnOnce(&mut Scanner<'a>) -> Option<Found>) -> Option<JsonValue<'a>> {
        let mut scanner = self.scanner.take()?;
        if scanner.peek() == Some(close) {
            return None;
        }
        let found = element(&mut scanner)?;
        if scanner.next_or_end(close) == Ok(false) {
            self.scanner = Some(scanner);
        }
        Some(JsonValue::new(found, self.text))
    }
}
