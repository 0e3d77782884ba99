//! JSON as text that is written from one end to the other, for what is written once for each request.
//!
//! Values are not built before they are written. Names of members are the caller's own words and hold nothing that would
//! have to be escaped; texts may hold anything.

use std::net::IpAddr;

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// The members of an object that is being written.
pub(crate) struct Members<'a>(&'a mut Vec<u8>);

/// The text of an object; `room` is how many bytes it is given at first.
pub(crate) fn object(room: usize, members: impl FnOnce(&mut Members<'_>)) -> Vec<u8> {
    let mut text = Vec::with_capacity(room);
    put_object(&mut text, members);
    text
}

fn put_object(out: &mut Vec<u8>, members: impl FnOnce(&mut Members<'_>)) {
    out.push(b'{');
    members(&mut Members(out));
    out.push(b'}');
}

impl Members<'_> {
    /// A text; what is not UTF-8 becomes U+FFFD.
    pub(crate) fn text(&mut self, name: &str, value: impl AsRef<[u8]>) {
        put_text(self.begin(name), value.as_ref());
    }

    /// A text in several parts.
    pub(crate) fn texts(&mut self, name: &str, parts: &[&str]) {
        let out = self.begin(name);
        let begin = out.len();
        out.push(b'"');
        parts.iter().for_each(|part| out.extend_from_slice(part.as_bytes()));
        if out.get(begin + 1..).is_some_and(is_plain) {
            out.push(b'"');
        } else {
            out.truncate(begin);
            put_text(out, parts.concat().as_bytes());
        }
    }

    /// A text, if there is one.
    pub(crate) fn perhaps_text(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// An id.
    pub(crate) fn id(&mut self, name: &str, id: Uuid) {
        let out = self.begin(name);
        out.push(b'"');
        out.extend_from_slice(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes());
        out.push(b'"');
    }

    /// An address.
    pub(crate) fn address(&mut self, name: &str, address: IpAddr) {
        match address {
            IpAddr::V4(address) => {
                let out = self.begin(name);
                let mut before = b'"';
                for part in address.octets() {
                    out.push(before);
                    out.extend_from_slice(itoa::Buffer::new().format(part).as_bytes());
                    before = b'.';
                }
                out.push(b'"');
            }
            IpAddr::V6(address) => self.text(name, address.to_string()),
        }
    }

    /// A number.
    pub(crate) fn number(&mut self, name: &str, value: impl itoa::Integer) {
        self.begin(name).extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }

    /// An object.
    pub(crate) fn object(&mut self, name: &str, members: impl FnOnce(&mut Members<'_>)) {
        put_object(self.begin(name), members);
    }

    /// A list of objects, one for each of `items`.
    pub(crate) fn objects<T>(
        &mut self,
        name: &str,
        items: impl Iterator<Item = T>,
        mut members: impl FnMut(&mut Members<'_>, T),
    ) {
        let out = self.begin(name);
        out.push(b'[');
        for item in items {
            if out.last() == Some(&b'}') {
                out.push(b',');
            }
            put_object(out, |of_item| members(of_item, item));
        }
        out.push(b']');
    }

    /// What is JSON already.
    pub(crate) fn json(&mut self, name: &str, value: &str) {
        self.begin(name).extend_from_slice(value.as_bytes());
    }

    /// Any value.
    pub(crate) fn value(&mut self, name: &str, value: &Value) {
        match value {
            Value::String(text) => put_text(self.begin(name), text.as_bytes()),
            other => put_value(self.begin(name), other),
        }
    }

    /// The value of a header field under its name, which becomes lower case. Such a name is a token (RFC 9110 section
    /// 5.6.2), which holds nothing that would have to be escaped.
    pub(crate) fn field(&mut self, name: &[u8], value: &[u8]) {
        self.0.reserve(name.len() + value.len() + ",\"\":\"\"".len());
        self.separate();
        self.0.push(b'"');
        let begin = self.0.len();
        self.0.extend_from_slice(name);
        make_lower(self.0.get_mut(begin..).unwrap_or_default());
        self.0.extend_from_slice(b"\":");
        put_text(self.0, value);
    }

    /// An argument, whose name may hold anything: its value, or `true` where it has none.
    pub(crate) fn argument(&mut self, name: &str, value: Option<&str>) {
        self.separate();
        put_text(self.0, name.as_bytes());
        self.0.push(b':');
        match value {
            Some(value) => put_text(self.0, value.as_bytes()),
            None => self.0.extend_from_slice(b"true"),
        }
    }

    #[inline]
    fn begin(&mut self, name: &str) -> &mut Vec<u8> {
        self.separate();
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
        self.0
    }

    /// Between two members stands a comma. An object that has no members yet ends in its brace.
    #[inline]
    fn separate(&mut self) {
        if self.0.last() != Some(&b'{') {
            self.0.push(b',');
        }
    }
}

fn put_value(out: &mut Vec<u8>, value: &impl Serialize) {
    let begin = out.len();
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.truncate(begin);
        out.extend_from_slice(b"null");
    }
}

fn put_text(out: &mut Vec<u8>, text: &[u8]) {
    if is_plain(text) {
        out.reserve(text.len() + "\"\"".len());
        out.push(b'"');
        out.extend_from_slice(text);
        out.push(b'"');
    } else {
        put_value(out, &String::from_utf8_lossy(text));
    }
}

/// Whether a text is ASCII that stands in JSON as it is.
#[inline]
fn is_plain(text: &[u8]) -> bool {
    // The last word overlaps the one before it where there is no whole one left.
    if let Some(last) = text.last_chunk() {
        let is_plain = |word: &[u8; 8]| is_plain_word(u64::from_le_bytes(*word));
        return is_plain(last) && text.as_chunks().0.iter().all(is_plain);
    }
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        return is_plain_word(u64::from(first) << 32 | u64::from(last));
    }
    text.iter().all(|byte| matches!(byte, b' '..=0x7f) && !matches!(byte, b'"' | b'\\'))
}

/// Whether eight bytes are plain. A byte that is not leaves its highest bit; a borrow can only begin at such a byte, so
/// that the answer is right although it may name a neighbour too.
#[inline]
fn is_plain_word(word: u64) -> bool {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGHEST: u64 = u64::from_le_bytes([0x80; 8]);
    let below = |bound: u8| word.wrapping_sub(ONES * u64::from(bound));
    let is = |byte: u8| (word ^ (ONES * u64::from(byte))).wrapping_sub(ONES);
    (word | below(b' ') | is(b'"') | is(b'\\')) & HIGHEST == 0
}

/// Makes the letters of a name lower case. The last block may overlap the one before it: it is lower case already.
#[inline]
fn make_lower(name: &mut [u8]) {
    for block in name.as_chunks_mut::<8>().0 {
        block.make_ascii_lowercase();
    }
    match name.last_chunk_mut::<8>() {
        Some(last) => last.make_ascii_lowercase(),
        None => name.make_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(members: impl FnOnce(&mut Members<'_>)) -> Value {
        serde_json::from_slice(&object(0, members)).unwrap()
    }

    #[test]
    fn members_stand_there_as_they_are_written() {
        let document = read(|all| {
            all.object("none", |_| {});
            all.object("some", |some| {
                some.number("n", -1);
                some.address("v4", [192, 0, 2, 10].into());
                some.address("v6", std::net::Ipv6Addr::LOCALHOST.into());
                some.id("id", Uuid::max());
                some.perhaps_text("absent", None);
                some.perhaps_text("there", Some("x"));
            });
            all.objects("list", [1, 2].into_iter(), |one, number| one.number("n", number));
            all.objects("empty", std::iter::empty::<u8>(), |_, _| {});
            all.json("json", "[{}]");
            all.texts("parts", &["a", "", "b"]);
            all.texts("escaped", &["a", "\"b"]);
            all.value("value", &json!(["a", "b"]));
            all.value("string", &json!("\"s"));
            all.field(b"X-Name", b"v");
            all.argument("a\"", Some("b\\"));
            all.argument("bare", None);
        });
        let expected = json!({
            "none": {}, "some": {
                "n": -1, "v4": "192.0.2.10", "v6": "::1", "id": "ffffffff-ffff-ffff-ffff-ffffffffffff", "there": "x",
            }, "list": [{ "n": 1 }, { "n": 2 }],
            "empty": [], "json": [{}], "parts": "ab", "escaped": "a\"b", "value": ["a", "b"], "string": "\"s",
            "x-name": "v", "a\"": "b\\", "bare": true,
        });
        assert_eq!(document, expected);
    }

    #[test]
    fn every_byte_at_every_place_is_plain_or_not() {
        for byte in 0..=u8::MAX {
            let expected = (b' '..=0x7f).contains(&byte) && byte != b'"' && byte != b'\\';
            for length in [1, 3, 4, 7, 8, 11, 16, 17] {
                for place in 0..length {
                    let mut text = vec![b'a'; length];
                    text[place] = byte;
                    assert_eq!(is_plain(&text), expected, "{byte} at {place} of {length}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_read_as_what_they_are(text in proptest::collection::vec(any::<u8>(), 0..40)) {
            let expected = String::from_utf8_lossy(&text).into_owned();
            prop_assert_eq!(read(|all| all.text("t", &text)), json!({ "t": expected }));
            prop_assert_eq!(read(|all| all.argument(&expected, Some(&expected))), json!({ &expected: expected }));
        }

        #[test]
        fn names_of_fields_become_lower_case(name in "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}") {
            prop_assert_eq!(read(|all| all.field(name.as_bytes(), b"")), json!({ name.to_ascii_lowercase(): "" }));
        }
    }
}
