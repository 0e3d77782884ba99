//! Escaping what may not stand in a path on the wire.

use std::borrow::Cow;

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Whether a byte may stand in a path as it is: the unreserved and reserved characters of RFC 3986 and `%`. A
/// normalised path holds `?` and `#` only as escapes, so that neither can begin a query or a fragment here.
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b'-'
                | b'.'
                | b'/'
                | b':'
                | b';'
                | b'='
                | b'?'
                | b'@'
                | b'['
                | b']'
                | b'_'
                | b'~'
        )
}

/// Which bytes must be escaped.
static ESCAPED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = !is_plain(byte as u8);
        byte += 1;
    }
    table
};

/// The path as it may stand on the wire. Escapes that are there stay as they are.
pub fn escape(path: &str) -> Cow<'_, str> {
    if !path.bytes().any(is_escaped) {
        return Cow::Borrowed(path);
    }
    let mut out = String::with_capacity(path.len() + 16);
    push_escaped(&mut out, path);
    Cow::Owned(out)
}

/// Appends the path as it may stand on the wire.
pub(super) fn push_escaped(out: &mut String, path: &str) {
    if !path.bytes().any(is_escaped) {
        return out.push_str(path);
    }
    for character in path.chars() {
        let mut bytes = [0; 4];
        let encoded = character.encode_utf8(&mut bytes);
        if encoded.bytes().any(is_escaped) {
            encoded.bytes().for_each(|byte| push_escape(out, byte));
        } else {
            out.push(character);
        }
    }
}

/// Appends one byte as an escape, in upper case as RFC 3986 section 2.1 prefers.
pub(super) fn push_escape(out: &mut String, byte: u8) {
    let digit = |nibble: u8| char::from(HEX.get(usize::from(nibble)).copied().unwrap_or(b'0'));
    out.push('%');
    out.push(digit(byte >> 4));
    out.push(digit(byte & 0xF));
}

fn is_escaped(byte: u8) -> bool {
    ESCAPED.get(usize::from(byte)).copied().unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_stand_in_a_path_is_left_alone() {
        let path = "/aZ09-._~!$&'()*+,;=:@[]%2F";
        assert!(matches!(escape(path), Cow::Borrowed(same) if same == path));
    }

    #[test]
    fn the_rest_is_escaped_byte_by_byte() {
        assert_eq!(escape("/a b\"<>\\^`{|}"), "/a%20b%22%3C%3E%5C%5E%60%7B%7C%7D");
        assert_eq!(escape("/é\u{1F980}"), "/%C3%A9%F0%9F%A6%80");
        assert_eq!(escape("/\u{7f}\n"), "/%7F%0A");
    }
}
