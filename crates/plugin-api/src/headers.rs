//! The header fields of a request or a response.
//!
//! The one place that knows how they are kept: as lines in one buffer, first those that were received, then those that
//! were set since. Names are case-insensitive (RFC 9110 section 5.1) and go out as they were written; a name may occur
//! several times, and the order of the values of one name is kept. There are few fields, so they are looked through
//! rather than hashed; what the gateway itself looks for is recognised when it comes in ([`KnownName`]).

mod line;
mod name;
mod sketch;
mod value;

use std::ops::Range;

use http::HeaderValue;

use crate::known_name::{KnownName, KnownNames};
pub use line::Line;
pub use name::{AsFieldName, FieldName};
use sketch::Sketch;
pub use value::{AsFieldValue, FieldText, first_control, is_value, visible};

/// Header fields, by name.
#[derive(Debug, Default, Clone)]
pub struct Headers {
    /// What was received, and behind it a line for each field that was set. Nothing is ever taken out of it.
    bytes: Vec<u8>,
    fields: Vec<Field>,
    /// Which known names there are.
    present: KnownNames,
    /// Which of them there are, or were, more than once.
    repeated: KnownNames,
    /// Which other names there may be.
    others: Sketch,
    /// Whether two of those may be the same.
    others_repeat: bool,
}

/// A part of a buffer that is never as long as 4 GiB.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: u32,
    end: u32,
}

#[derive(Debug, Clone, Copy)]
struct Field {
    name: Span,
    value: Span,
    known: Option<KnownName>,
    /// Whether it stands in the buffer just as it is written: name, colon, space, value, CRLF.
    is_line: bool,
}

/// What is looked for.
#[derive(Clone, Copy)]
enum Wanted<'n> {
    Known(KnownName),
    Other(&'n [u8]),
}

impl<'n> Wanted<'n> {
    #[inline]
    fn new(name: &'n impl AsFieldName) -> Self {
        name.known().map_or_else(|| Self::Other(name.as_field_name().as_bytes()), Self::Known)
    }

    #[inline]
    fn is(self, field: &Field, bytes: &[u8]) -> bool {
        match self {
            Self::Known(known) => field.known == Some(known),
            Self::Other(name) => {
                field.name.length() == name.len()
                    && field.known.is_none()
                    && field.name.of(bytes).eq_ignore_ascii_case(name)
            }
        }
    }
}

impl Headers {
    /// For the engine: `fields` are where the names and values stand in `head`, in the order in which they came. There
    /// is room for `more` fields, of `more_bytes` together.
    pub fn received(
        head: &[u8],
        fields: impl ExactSizeIterator<Item = (Range<usize>, Range<usize>)>,
        more: usize,
        more_bytes: usize,
    ) -> Self {
        let fields = fields.map(|(name, value)| Field::received(head, name, value));
        Self::begin(head, more_bytes, fields, more)
    }

    /// For the engine: the same for fields that are written as the gateway itself writes them.
    pub fn of_lines(head: &[u8], lines: &[Line], more: usize, more_bytes: usize) -> Self {
        Self::begin(head, more_bytes, lines.iter().map(|line| line.field(head)), more)
    }

    #[inline]
    fn begin(head: &[u8], more_bytes: usize, fields: impl ExactSizeIterator<Item = Field>, more: usize) -> Self {
        let mut bytes = Vec::with_capacity(head.len() + more_bytes);
        bytes.extend_from_slice(head);
        let mut list = Vec::with_capacity(fields.len() + more);
        let (mut present, mut repeated) = (KnownNames::NONE, KnownNames::NONE);
        let (mut others, mut others_repeat) = (Sketch::default(), false);
        list.extend(fields.inspect(|field| match field.known {
            Some(known) => {
                let name = KnownNames::NONE.with(known);
                repeated = repeated.or(present.and(name));
                present = present.or(name);
            }
            None => others_repeat |= others.add(field.name.of(head)),
        }));
        Self { bytes, fields: list, present, repeated, others, others_repeat }
    }

    /// Which known names there are.
    pub fn present(&self) -> KnownNames {
        self.present
    }

    /// Whether there may be several values of `name`.
    pub fn is_repeated(&self, name: KnownName) -> bool {
        self.repeated.contains(name)
    }

    /// The first value of `name`.
    #[inline]
    pub fn get(&self, name: impl AsFieldName) -> Option<&[u8]> {
        let wanted = Wanted::new(&name);
        if !self.may_have(wanted) {
            return None;
        }
        self.fields.iter().find(|field| wanted.is(field, &self.bytes)).map(|field| field.value.of(&self.bytes))
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
        let wanted = Wanted::new(&name);
        let known = wanted.known();
        let most = match known {
            _ if !self.may_have(wanted) => 0,
            Some(known) if !self.is_repeated(known) => 1,
            _ => usize::MAX,
        };
        let is_wanted = move |field: &&Field| match known {
            Some(known) => field.known == Some(known),
            None => Wanted::Other(name.as_field_name().as_bytes()).is(field, &self.bytes),
        };
        self.fields.iter().filter(is_wanted).map(|field| field.value.of(&self.bytes)).take(most)
    }

    /// Whether `name` occurs at all.
    pub fn contains(&self, name: impl AsFieldName) -> bool {
        self.get(name).is_some()
    }

    /// Replaces all values of `name` by one.
    pub fn set(&mut self, name: impl FieldName, value: impl AsFieldValue) {
        let wanted = Wanted::new(&name);
        let first = if self.may_have(wanted) {
            self.fields.iter().position(|field| wanted.is(field, &self.bytes))
        } else {
            None
        };
        let field = self.line(name.as_field_name(), wanted.known(), value.as_field_value());
        match first {
            None => self.push(field),
            Some(first) => {
                self.remove_from(first + 1, wanted);
                if let Some(place) = self.fields.get_mut(first) {
                    *place = field;
                }
            }
        }
    }

    /// Adds a value and keeps those that are there.
    pub fn append(&mut self, name: impl FieldName, value: impl AsFieldValue) {
        let field = self.line(name.as_field_name(), name.known(), value.as_field_value());
        self.push(field);
    }

    /// Removes all values of `name`; whether there was any.
    pub fn remove(&mut self, name: impl AsFieldName) -> bool {
        let wanted = Wanted::new(&name);
        if !self.may_have(wanted) {
            return false;
        }
        let before = self.fields.len();
        self.remove_from(0, wanted);
        if let Wanted::Known(known) = wanted {
            self.present = self.present.without(known);
        }
        self.fields.len() < before
    }

    /// Every field with its name as it is written, a repeated name once for each of its values.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.fields.iter().map(|field| (field.name.of(&self.bytes), field.value.of(&self.bytes)))
    }

    /// Whether no name occurs twice. That it does not may not be noticed where there are very many.
    pub fn names_differ(&self) -> bool {
        self.repeated == KnownNames::NONE && (!self.others_repeat || self.other_names_differ())
    }

    fn other_names_differ(&self) -> bool {
        /// How many names are compared with each other.
        const FEW: usize = 32;
        let others =
            || self.fields.iter().filter(|field| field.known.is_none()).map(|field| field.name.of(&self.bytes));
        self.fields.len() <= FEW
            && others().enumerate().all(|(place, name)| {
                others().take(place).all(|earlier| earlier.len() != name.len() || !earlier.eq_ignore_ascii_case(name))
            })
    }

    /// How many bytes all fields have as lines.
    pub fn length(&self) -> usize {
        self.fields.iter().map(|field| field.name.length() + field.value.length() + ": \r\n".len()).sum()
    }

    /// Writes every field as a line that ends in CRLF, but for those of the names in `without`.
    pub fn write(&self, out: &mut Vec<u8>, without: KnownNames) {
        // Lines that stand one behind the other in the buffer are copied together.
        let mut run = Span::default();
        for field in &self.fields {
            if field.known.is_some_and(|known| without.contains(known)) {
                continue;
            }
            if field.is_line && field.name.start == run.end {
                run.end = field.value.end + LINE_END;
                continue;
            }
            out.extend_from_slice(run.of(&self.bytes));
            run = Span::default();
            if field.is_line {
                run = Span { start: field.name.start, end: field.value.end + LINE_END };
            } else {
                write_line(out, field.name.of(&self.bytes), field.value.of(&self.bytes));
            }
        }
        out.extend_from_slice(run.of(&self.bytes));
    }

    /// How many fields there are, repeated ones counted each.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    #[inline]
    fn may_have(&self, wanted: Wanted<'_>) -> bool {
        match wanted {
            Wanted::Known(known) => self.present.contains(known),
            Wanted::Other(name) => self.others.may_have(name),
        }
    }

    /// Writes the line of a field behind everything else.
    fn line(&mut self, name: &str, known: Option<KnownName>, value: &[u8]) -> Field {
        let start = self.bytes.len();
        write_line(&mut self.bytes, name.as_bytes(), value);
        let name = start..start + name.len();
        let value = name.end + SEPARATOR.len()..name.end + SEPARATOR.len() + value.len();
        match (Span::new(name), Span::new(value)) {
            (Some(name), Some(value)) => Field { name, value, known, is_line: true },
            _ => Field { name: Span::default(), value: Span::default(), known, is_line: false },
        }
    }

    fn push(&mut self, field: Field) {
        match field.known {
            Some(known) => {
                if self.present.contains(known) {
                    self.repeated = self.repeated.with(known);
                }
                self.present = self.present.with(known);
            }
            None => self.others_repeat |= self.others.add(field.name.of(&self.bytes)),
        }
        self.fields.push(field);
    }

    fn remove_from(&mut self, first: usize, wanted: Wanted<'_>) {
        let bytes = &self.bytes;
        if !self.fields.iter().skip(first).any(|field| wanted.is(field, bytes)) {
            return;
        }
        let mut index = 0;
        self.fields.retain(|field| {
            index += 1;
            index <= first || !wanted.is(field, bytes)
        });
    }
}

const SEPARATOR: &[u8] = b": ";

/// The length of CRLF.
const LINE_END: u32 = 2;

/// For the engine: writes one field as a line. The value must be one ([`is_value`]).
#[inline]
pub fn write_line(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    // Grown once at most for a field.
    out.reserve(name.len() + value.len() + 4);
    out.extend_from_slice(name);
    out.extend_from_slice(SEPARATOR);
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

impl Wanted<'_> {
    fn known(self) -> Option<KnownName> {
        match self {
            Self::Known(known) => Some(known),
            Self::Other(_) => None,
        }
    }
}

impl Field {
    #[inline]
    fn received(head: &[u8], name: Range<usize>, value: Range<usize>) -> Self {
        let known = head.get(name.clone()).and_then(KnownName::of);
        let is_line =
            head.get(name.end..value.start) == Some(SEPARATOR) && head.get(value.end..value.end + 2) == Some(b"\r\n");
        match (Span::new(name), Span::new(value)) {
            (Some(name), Some(value)) => Self { name, value, known, is_line },
            _ => Self { name: Span::default(), value: Span::default(), known, is_line: false },
        }
    }
}

impl Span {
    #[inline]
    fn new(range: Range<usize>) -> Option<Self> {
        Some(Self { start: u32::try_from(range.start).ok()?, end: u32::try_from(range.end).ok()? })
    }

    #[inline]
    fn length(self) -> usize {
        self.end.saturating_sub(self.start) as usize
    }

    #[inline]
    fn of(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
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
            spans.push((start..colon, start + line.find(": ").unwrap() + 2..start + line.len()));
            start += line.len() + 2;
        }
        Headers::received(text.replace('\n', "\r\n").as_bytes(), spans.into_iter(), 0, 0)
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
    fn what_is_known_is_found_as_what_is_not() {
        let mut headers = received("HOST: a\nX: 1\nhost: b\n");
        assert_eq!((headers.get("Host"), headers.get(KnownName::Host)), (Some(&b"a"[..]), Some(&b"a"[..])));
        assert!(headers.is_repeated(KnownName::Host) && !headers.is_repeated(KnownName::Te));
        headers.set(http::header::HOST, HeaderValue::from_static("c"));
        assert_eq!((headers.all("host").count(), headers.len()), (1, 2));
        assert!(headers.remove(KnownName::Host) && !headers.remove("host") && headers.get("HOST").is_none());
        assert!(!headers.present().contains(KnownName::Host));
        headers.append(KnownName::Host, HeaderValue::from_static("d"));
        assert_eq!(headers.get("host"), Some(&b"d"[..]));
    }

    #[test]
    fn fields_are_written_as_lines_whatever_stood_around_them() {
        let mut headers = received("Host: h\nX-A: 1\nX-Gone: 2\nX-B: 3 \nX-C:  4\nVia: v\nX-D: 5");
        headers.remove("X-Gone");
        headers.append("X-E", HeaderValue::from_static("6"));
        headers.append("X-F", HeaderValue::from_static(""));
        let mut out = b"|".to_vec();
        headers.write(&mut out, KnownNames::of(&[KnownName::Host, KnownName::Via]));
        let expected = "|X-A: 1\r\nX-B: 3 \r\nX-C:  4\r\nX-D: 5\r\nX-E: 6\r\nX-F: \r\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn names_differ_unless_one_comes_twice_in_whatever_case() {
        for (head, expected) in [
            ("", true),
            ("Host: h\nX-A: 1\nX-B: 1\nX-AB: 1", true),
            ("Host: h\nX-A: 1\nhost: h", false),
            ("X-A: 1\nHost: h\nx-a: 1", false),
        ] {
            assert_eq!(received(head).names_differ(), expected, "{head}");
        }
    }

    #[test]
    fn the_length_is_that_of_what_is_written() {
        let mut headers = received("Host:  h\nX-A: 1 ");
        headers.append("X-E", HeaderValue::from_static("6"));
        headers.remove("x-a");
        let mut out = Vec::new();
        headers.write(&mut out, KnownNames::NONE);
        assert_eq!(headers.length(), out.len());
    }

    #[test]
    fn only_visible_text_is_text() {
        let mut headers = Headers::default();
        headers.append("X-A", HeaderValue::from_bytes(b"caf\xc3\xa9").unwrap());
        assert_eq!((headers.get_str("x-a"), headers.get("x-a")), (None, Some(&b"caf\xc3\xa9"[..])));
    }
}
