//! The normal form of a path.
//!
//! The rules are those of Kong's `normalize(uri, true)` behind the checks that nginx makes before it:
//!
//! - Escapes of reserved characters (RFC 3986 section 2.2, and `%` itself) stay, with upper-case digits; all others are
//!   decoded. So `%7E` becomes `~`, `%20` becomes a space and `%C3%A9` becomes `é`; all of them are escaped again on the
//!   way upstream. `%2F` and `%25` stay.
//! - Dot segments are removed (RFC 3986 section 5.2.4), those written `%2E` too, and runs of slashes become one.
//!
//! Where Kong is careless we are not:
//!
//! - Control characters and the backslash are never decoded: `%0A` and `%5C` stay as they are. A backslash, `#` or `?`
//!   that stands in the path as itself becomes an escape.
//! - Bytes that are no UTF-8 become escapes, since routes are text.
//!
//! And some paths have no normal form, so that the request must be answered with 400, as nginx does in front of Kong:
//! broken escapes (`%zz`, `%2`), `%00` and control characters as themselves, and paths that leave the root, also when
//! their slashes are escaped (`/..%2F..`), because an upstream might decode them.
//!
//! For the same reason, and beyond what nginx does, a dot segment that only some readers would see is refused: one beside
//! an escaped slash or a backslash (`/a%2F..%2Fb`), or with a parameter (`/a/..;x/b`), which servlet containers take off.

use std::borrow::Cow;

use thiserror::Error;

use super::escape::push_escape;

/// Why a path has no normal form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PathError {
    /// It does not begin with a slash.
    #[error("the path does not begin with a slash")]
    NotAbsolute,
    /// A percent sign without two hexadecimal digits behind it.
    #[error("the path has a broken escape")]
    BrokenEscape,
    /// A control character as itself, or NUL in any form.
    #[error("the path has a control character")]
    ControlCharacter,
    /// More segments `..` than there are others before them.
    #[error("the path leaves the root")]
    AboveRoot,
    /// A segment `.` or `..` for some readers, and a part of another segment for others.
    #[error("the path has a hidden dot segment")]
    HiddenDots,
}

/// Brings the path of a request, without its query, into its normal form. A path that has it already is borrowed.
///
/// The result begins with a slash, and normalising it again changes nothing.
///
/// # Errors
///
/// [`PathError`] for a path that must be refused.
///
/// ```
/// use gibbon_router::path::normalize;
///
/// assert_eq!(normalize(b"/a//b/./c/../d").unwrap(), "/a/b/d");
/// assert_eq!(normalize(b"/%7euser%2fnotes%20x").unwrap(), "/~user%2Fnotes x");
/// assert!(normalize(b"/100%").is_err());
/// ```
pub fn normalize(raw: &[u8]) -> Result<Cow<'_, str>, PathError> {
    if raw.first() != Some(&b'/') {
        return Err(PathError::NotAbsolute);
    }
    if is_normal(raw)
        && let Ok(path) = std::str::from_utf8(raw)
    {
        return Ok(Cow::Borrowed(path));
    }
    let decoded = decode(raw)?;
    let normal = remove_segments(&decoded);
    // Both forms are looked at: a segment with an escaped slash is two segments in one reading and one in the other, so
    // that either may leave the root where the other does not.
    if leaves_root(&decoded) || leaves_root(&normal) {
        return Err(PathError::AboveRoot);
    }
    if has_hidden_dots(&normal) {
        return Err(PathError::HiddenDots);
    }
    Ok(Cow::Owned(into_text(&normal)))
}

/// What the scan for work to do must know of a byte.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Slash,
    Dot,
    /// Needs the thorough way: escapes, controls, what must become an escape, and everything outside of ASCII.
    Special,
}

static KINDS: [Kind; 256] = {
    let mut table = [Kind::Special; 256];
    let mut byte = b' ';
    while byte < 0x7F {
        table[byte as usize] = match byte {
            b'/' => Kind::Slash,
            b'.' => Kind::Dot,
            b'%' | b'\\' | b'#' | b'?' => Kind::Special,
            _ => Kind::Plain,
        };
        byte += 1;
    }
    table
};

/// Whether a look at each byte shows that there is nothing to do. It is the way of nearly every request.
fn is_normal(path: &[u8]) -> bool {
    let kind = |byte: u8| KINDS.get(usize::from(byte)).copied().unwrap_or(Kind::Special);
    let mut after_slash = false;
    for (at, &byte) in path.iter().enumerate() {
        match kind(byte) {
            Kind::Special => return false,
            Kind::Slash if after_slash => return false,
            Kind::Dot if after_slash && is_dot_segment(path.get(at..).unwrap_or_default()) => return false,
            kind => after_slash = kind == Kind::Slash,
        }
    }
    true
}

/// Whether a path that continues like this continues with a segment `.` or `..`, perhaps with a parameter.
fn is_dot_segment(rest: &[u8]) -> bool {
    matches!(rest, b"." | b".." | [b'.', b'/' | b';', ..] | [b'.', b'.', b'/' | b';', ..])
}

/// Decodes what may be decoded, and makes escapes of what must not stand as itself.
fn decode(raw: &[u8]) -> Result<Vec<u8>, PathError> {
    let mut out = Vec::with_capacity(raw.len() + 8);
    let mut rest = raw;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'%' => {
                let (digits, after) = after.split_at_checked(2).ok_or(PathError::BrokenEscape)?;
                rest = after;
                push_decoded(&mut out, digits)?;
            }
            b'\\' | b'#' | b'?' => push_bytes(&mut out, byte),
            byte if byte.is_ascii_control() => return Err(PathError::ControlCharacter),
            byte => out.push(byte),
        }
    }
    Ok(out)
}

/// Appends what an escape with these digits stands for, or the escape itself if it must stay one.
fn push_decoded(out: &mut Vec<u8>, digits: &[u8]) -> Result<(), PathError> {
    let value = |digit: &u8| char::from(*digit).to_digit(16).ok_or(PathError::BrokenEscape);
    let byte = digits.iter().try_fold(0, |byte, digit| Ok(byte << 4 | value(digit)?))? as u8;
    if byte == 0 {
        return Err(PathError::ControlCharacter);
    }
    if stays_escaped(byte) {
        push_bytes(out, byte);
    } else {
        out.push(byte);
    }
    Ok(())
}

/// Reserved characters, `%`, the backslash and controls: an escape of them is not the same as themselves.
fn stays_escaped(byte: u8) -> bool {
    byte.is_ascii_control() || br"!*'();:@&=+$,/?%#[]\".contains(&byte)
}

fn push_bytes(out: &mut Vec<u8>, byte: u8) {
    let mut escape = String::with_capacity(3);
    push_escape(&mut escape, byte);
    out.extend_from_slice(escape.as_bytes());
}

/// Whether some beginning of the path has more segments `..` than others, with escaped slashes counted as slashes.
fn leaves_root(decoded: &[u8]) -> bool {
    if memchr::memmem::find(decoded, b"..").is_none() {
        return false;
    }
    let mut depth = 0_usize;
    let mut segment = decoded;
    while !segment.is_empty() {
        let end = slash_at(segment).unwrap_or((segment.len(), 0));
        match segment.get(..end.0).unwrap_or_default() {
            b"" | b"." => {}
            b".." if depth == 0 => return true,
            b".." => depth -= 1,
            _ => depth += 1,
        }
        segment = segment.get(end.0 + end.1..).unwrap_or_default();
    }
    false
}

/// Where the next slash or escaped backslash stands, and its length: 1, or 3 if it is an escape.
fn slash_at(path: &[u8]) -> Option<(usize, usize)> {
    memchr::memchr2_iter(b'/', b'%', path).find_map(|at| match path.get(at..) {
        Some([b'/', ..]) => Some((at, 1)),
        Some([b'%', b'2', b'F', ..] | [b'%', b'5', b'C', ..]) => Some((at, 3)),
        _ => None,
    })
}

/// Whether a path without dot segments has one for a reader that decodes slashes, or takes parameters off.
fn has_hidden_dots(normal: &[u8]) -> bool {
    let mut rest = normal;
    loop {
        let (length, bound) = slash_at(rest).unwrap_or((rest.len(), 0));
        let segment = rest.get(..length).unwrap_or_default();
        if matches!(segment.split(|byte| *byte == b';').next(), Some(b"." | b"..")) {
            return true;
        }
        if bound == 0 {
            return false;
        }
        rest = rest.get(length + bound..).unwrap_or_default();
    }
}

/// Removes dot segments and empty segments. A last segment that is removed leaves its slash behind.
fn remove_segments(path: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(path.len());
    let mut segments = path.split(|&byte| byte == b'/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            b"" | b"." => {}
            b".." => out.truncate(memchr::memrchr(b'/', &out).unwrap_or(0)),
            _ => {
                out.push(b'/');
                out.extend_from_slice(segment);
                continue;
            }
        }
        if is_last {
            out.push(b'/');
        }
    }
    out
}

/// Makes escapes of what is no text or no visible text.
fn into_text(path: &[u8]) -> String {
    let mut out = String::with_capacity(path.len());
    for chunk in path.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character.is_control() {
                let mut bytes = [0; 4];
                character.encode_utf8(&mut bytes).bytes().for_each(|byte| push_escape(&mut out, byte));
            } else {
                out.push(character);
            }
        }
        chunk.invalid().iter().for_each(|&byte| push_escape(&mut out, byte));
    }
    out
}

#[cfg(test)]
mod tests;
