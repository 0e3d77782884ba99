//! Strings as they stand in the text, and what they mean.

use std::borrow::Cow;

/// Where a string or a value stands in the text of its document.
///
/// Four bytes each: a document is never longer than [`crate::Limits::max_bytes`], and the scanner refuses what does
/// not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Span {
    pub(super) fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    fn length(self) -> usize {
        self.end.saturating_sub(self.start) as usize
    }
}

/// Whether a string has to be decoded before it can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    None,
    Some,
}

/// A string's place, without its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StringSpan {
    pub(super) span: Span,
    pub(super) escapes: Escapes,
}

impl StringSpan {
    pub(super) fn string(self, text: &str) -> JsonStr<'_> {
        JsonStr { raw: self.span.of(text), escapes: self.escapes }
    }

    /// Whether the string says exactly this. Most that do not are of another length.
    #[inline]
    pub(super) fn says(self, other: &str, text: &str) -> bool {
        match self.escapes {
            Escapes::None => self.span.length() == other.len() && self.span.of(text) == other,
            Escapes::Some => self.string(text).is(other),
        }
    }
}

/// A JSON string, decoded only when it is asked for.
#[derive(Debug, Clone, Copy)]
pub struct JsonStr<'a> {
    pub(super) raw: &'a str,
    pub(super) escapes: Escapes,
}

impl<'a> JsonStr<'a> {
    /// What the string says; borrowed unless it was written with escapes.
    #[must_use]
    pub fn to_str(self) -> Cow<'a, str> {
        match self.escapes {
            Escapes::None => Cow::Borrowed(self.raw),
            Escapes::Some => Cow::Owned(unescape(self.raw)),
        }
    }

    /// Whether the string says exactly this.
    #[must_use]
    pub fn is(self, other: &str) -> bool {
        match self.escapes {
            Escapes::None => self.raw == other,
            Escapes::Some => unescape(self.raw) == other,
        }
    }
}

/// Replaces the escapes of a string that the scanner has accepted (RFC 8259 section 7).
fn unescape(raw: &str) -> String {
    let mut plain = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let (character, behind) = escaped(after);
        plain.push(character);
        rest = behind;
    }
    plain.push_str(rest);
    plain
}

/// The character of the escape whose backslash stands before `text`, and what follows.
fn escaped(text: &str) -> (char, &str) {
    let mut characters = text.chars();
    let character = match characters.next() {
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('u') => return unicode_escape(characters.as_str()),
        Some(other) => other,
        None => char::REPLACEMENT_CHARACTER,
    };
    (character, characters.as_str())
}

/// Reads `XXXX`, or `XXXX\uXXXX` where the first is the upper half of a pair.
fn unicode_escape(text: &str) -> (char, &str) {
    let unit = |at: usize| text.get(at..at + 4).and_then(|hex| u16::from_str_radix(hex, 16).ok());
    let units = [unit(0), unit(6)].into_iter().map_while(|unit| unit);
    let character = char::decode_utf16(units).next().and_then(Result::ok).unwrap_or(char::REPLACEMENT_CHARACTER);
    let length = if character.len_utf16() == 2 { 10 } else { 4 };
    (character, text.get(length..).unwrap_or_default())
}
