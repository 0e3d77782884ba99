//! Heads as almost every client and upstream writes them, taken apart in one pass.
//!
//! A field is `Name: value` and CRLF: one space, visible characters, nothing behind them. What is written in any other
//! way is left to httparse, which alone decides what is no head: this pass may only know less than it. That both read
//! the same is checked with every head that the properties of [`head`](super::head) make.

use gibbon_plugin_api::headers::{Line, first_control};
use smallvec::SmallVec;

/// More fields than this are not usual.
const MOST_FIELDS: usize = 64;

/// Where the lines of fields are noted.
pub(super) type Lines = SmallVec<[Line; MOST_FIELDS]>;

/// Notes the fields that begin at `start`; where the empty line behind them ends. `None` where they are not of the usual
/// form, or more than `most`, or have not all come.
#[inline]
pub(super) fn fields(input: &[u8], start: usize, most: usize, lines: &mut Lines) -> Option<usize> {
    let most = most.min(MOST_FIELDS);
    let mut at = start;
    loop {
        let rest = input.get(at..)?;
        if rest.starts_with(b"\r\n") {
            return Some(at + 2);
        }
        let name = at + rest.iter().position(|byte| !is_of_token(*byte))?;
        let value = name + 2;
        if name == at || lines.len() == most || input.get(name..value) != Some(b": ") {
            return None;
        }
        let end = line_end(input, value)?;
        let is_padded = end > value && (input.get(value) == Some(&b' ') || input.get(end - 1) == Some(&b' '));
        if is_padded {
            return None;
        }
        lines.push(Line::new(at, name, end)?);
        at = end + 2;
    }
}

/// The target of a request line and where the next line begins, for a line whose method has `method` bytes; `None` for
/// other versions than 1.1.
#[inline]
pub(super) fn target(input: &[u8], method: usize) -> Option<(&str, usize)> {
    const REST: &[u8] = b" HTTP/1.1\r\n";
    let rest = input.get(method..)?.strip_prefix(b" ")?;
    let length = rest.iter().position(|byte| !byte.is_ascii_graphic())?;
    let (target, behind) = rest.split_at_checked(length)?;
    if length == 0 || !behind.starts_with(REST) {
        return None;
    }
    Some((std::str::from_utf8(target).ok()?, method + 1 + length + REST.len()))
}

/// How many bytes of a token there are at the beginning (RFC 9110 section 5.6.2).
#[inline]
pub(super) fn token(input: &[u8]) -> Option<usize> {
    input.iter().position(|byte| !is_of_token(*byte)).filter(|length| *length > 0)
}

/// Where the CRLF stands that ends the line, with nothing before it from `from` that is no visible character or space.
#[inline]
pub(super) fn line_end(input: &[u8], from: usize) -> Option<usize> {
    let end = from + first_control(input.get(from..)?)?;
    input.get(end..)?.starts_with(b"\r\n").then_some(end)
}

/// Characters of a token (RFC 9110 section 5.6.2).
#[inline]
fn is_of_token(byte: u8) -> bool {
    const TOKEN: [bool; 256] = {
        let mut token = [false; 256];
        let mut byte = 0;
        while byte < 256 {
            let character = byte as u8;
            token[byte] = character.is_ascii_alphanumeric()
                || matches!(
                    character,
                    b'!' | b'#'
                        | b'$'
                        | b'%'
                        | b'&'
                        | b'\''
                        | b'*'
                        | b'+'
                        | b'-'
                        | b'.'
                        | b'^'
                        | b'_'
                        | b'`'
                        | b'|'
                        | b'~'
                );
            byte += 1;
        }
        token
    };
    TOKEN[usize::from(byte)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_line_is_found_wherever_it_stands() {
        for length in 0..40 {
            let line = format!("{}\r\nnext: line\r\n", "v \u{e4}".repeat(length));
            assert_eq!(line_end(line.as_bytes(), 0), Some(line.find('\r').unwrap()), "{length}");
            assert_eq!(line_end(line.trim_end().split_once('\r').unwrap().0.as_bytes(), 0), None, "{length}");
        }
    }

    #[test]
    fn what_is_not_usual_is_left_to_others() {
        for text in [
            "x:y\r\n\r\n",
            "x : y\r\n\r\n",
            "x:  y\r\n\r\n",
            "x: y \r\n\r\n",
            "x: y\n\r\n",
            "x: y\r\n",
            "x: y\r\n\r",
            ": y\r\n\r\n",
            "x: y\r\n z\r\n\r\n",
            "x: a\tb\r\n\r\n",
            "x: y\r\n\n",
        ] {
            assert!(fields(text.as_bytes(), 0, 64, &mut Lines::new()).is_none(), "{text:?}");
        }
        let end = |text: &str, most| fields(text.as_bytes(), 0, most, &mut Lines::new());
        assert_eq!(end("x: y\r\nx: \r\n\r\nrest", 2), Some(13));
        assert_eq!(end("x: y\r\nx: \r\n\r\nrest", 1), None);
        assert_eq!(target(b"GET /a?b HTTP/1.1\r\nx", 3), Some(("/a?b", 19)));
        for line in ["GET  / HTTP/1.1\r\n", "GET / HTTP/1.0\r\n", "GET /\x7f HTTP/1.1\r\n", "GET / HTTP/1.1\n"] {
            assert_eq!(target(line.as_bytes(), 3), None, "{line:?}");
        }
    }
}
