//! The head of a request: found in what was received, and taken apart (RFC 9112 sections 2, 3 and 5).
//!
//! A head that is written as almost all are is taken apart in one pass ([`usual`]); httparse does that with all others,
//! and says what is no head.

use std::mem::MaybeUninit;
use std::ops::Range;

use gibbon_plugin_api::{Headers, RequestHead, Target};
use http::{Method, Version};
use httparse::{Error as ParseError, Header, Request, Status};

use crate::engine::usual;

/// Fields that are taken apart without asking for memory.
const USUAL_FIELDS: usize = 64;

/// How many fields the gateway and its plugins add to a request, as a rule.
const ADDED_FIELDS: usize = 8;

/// And the bytes of them.
const ADDED_BYTES: usize = 480;

/// What a head may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeadLimits {
    /// Bytes of the whole head.
    pub(crate) bytes: usize,
    /// Number of fields.
    pub(crate) fields: usize,
}

/// Bytes that are no head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadHead {
    /// They are no HTTP/1, or two readers could read them in two ways.
    Malformed,
    /// The head is over its limits.
    TooLarge,
    /// The first line alone is.
    TargetTooLong,
    /// It is plain HTTP, and the port is for TLS.
    NotTls,
}

/// A head, and how many bytes it takes; `None` where it has not ended.
type Outcome = Result<Option<(Box<RequestHead>, usize)>, BadHead>;

/// Reads the head at the beginning of `input`, which takes so many bytes of it; `None` while it has not ended.
pub(crate) fn read(input: &[u8], limits: HeadLimits) -> Outcome {
    let outcome = match read_usual(input, limits.fields) {
        Some(usual) => Some(usual?),
        None => read_any(input, limits.fields)?,
    };
    match outcome {
        Some((_, length)) if length > limits.bytes => Err(too_large(input, limits)),
        None if input.len() >= limits.bytes => Err(too_large(input, limits)),
        outcome => Ok(outcome),
    }
}

/// A head of the usual form; `None` for all others.
fn read_usual(input: &[u8], most_fields: usize) -> Option<Result<(Box<RequestHead>, usize), BadHead>> {
    let (method, _) = input.split_at_checked(usual::token(input)?)?;
    let (target, start) = usual::target(input, method.len())?;
    let mut lines = usual::Lines::new();
    let end = usual::fields(input, start, most_fields, &mut lines)?;
    let headers = Headers::of_lines(input.get(..end)?, &lines, ADDED_FIELDS, ADDED_BYTES);
    Some(assemble(method, target, Version::HTTP_11, headers).map(|head| (head, end)))
}

/// Any head.
fn read_any(input: &[u8], most_fields: usize) -> Outcome {
    let mut usual = [const { MaybeUninit::uninit() }; USUAL_FIELDS];
    let count = most_fields.min(USUAL_FIELDS);
    match parse(input, usual.get_mut(..count).unwrap_or_default()) {
        Err(BadHead::TooLarge) if most_fields > USUAL_FIELDS => {
            parse(input, &mut vec![MaybeUninit::uninit(); most_fields])
        }
        outcome => outcome,
    }
}

/// The first line is to blame where it is too long by itself.
fn too_large(input: &[u8], limits: HeadLimits) -> BadHead {
    match memchr::memchr(b'\n', input.trim_ascii_start()) {
        Some(end) if end < limits.bytes => BadHead::TooLarge,
        _ => BadHead::TargetTooLong,
    }
}

fn parse<'i>(input: &'i [u8], fields: &mut [MaybeUninit<Header<'i>>]) -> Outcome {
    let mut request = Request::new(&mut []);
    let length = match request.parse_with_uninit_headers(input, fields) {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) => return Ok(None),
        Err(ParseError::TooManyHeaders) => return Err(BadHead::TooLarge),
        Err(_) => return Err(BadHead::Malformed),
    };
    let head = input.get(..length).ok_or(BadHead::Malformed)?;
    let (Some(method), Some(target), Some(version)) = (request.method, request.path, request.version) else {
        return Err(BadHead::Malformed);
    };
    if !every_line_ends_in_crlf(head, method, target, request.headers) {
        return Err(BadHead::Malformed);
    }
    let version = if version == 0 { Version::HTTP_10 } else { Version::HTTP_11 };
    let headers = Headers::received(head, spans(head, request.headers), ADDED_FIELDS, ADDED_BYTES);
    Ok(Some((assemble(method.as_bytes(), target, version, headers)?, length)))
}

fn assemble(method: &[u8], target: &str, version: Version, headers: Headers) -> Result<Box<RequestHead>, BadHead> {
    let method = Method::from_bytes(method).map_err(|_| BadHead::Malformed)?;
    let target = match method {
        Method::CONNECT => Target::of_tunnel(target),
        _ => Target::parse(target).map_err(|_| BadHead::Malformed)?,
    };
    Ok(Box::new(RequestHead::new(method, target, version, headers)))
}

/// Where the names and values of `fields` stand in `head`.
pub(crate) fn spans<'f>(
    head: &'f [u8],
    fields: &'f [Header<'f>],
) -> impl ExactSizeIterator<Item = (Range<usize>, Range<usize>)> + 'f {
    fields.iter().map(move |field| (span(head, field.name.as_bytes()), span(head, field.value)))
}

/// Where a part of `head` stands in it.
fn span(head: &[u8], part: &[u8]) -> Range<usize> {
    let start = (part.as_ptr() as usize).wrapping_sub(head.as_ptr() as usize);
    start..start.wrapping_add(part.len())
}

/// A line that ends in a bare LF is one line for some readers and a part of a line for others (RFC 9112 section 2.2).
///
/// The parts of the head have been found, and what ends a line can only stand behind them: that costs less than to
/// look for every LF.
fn every_line_ends_in_crlf(head: &[u8], method: &str, target: &str, fields: &[Header<'_>]) -> bool {
    let ends_in_crlf = |end: usize| head.get(end..end.wrapping_add(2)) == Some(b"\r\n");
    let before = head.get(..span(head, method.as_bytes()).start).unwrap_or_default();
    before.chunks(2).all(|empty_line| empty_line == b"\r\n")
        && ends_in_crlf(span(head, target.as_bytes()).end.wrapping_add(VERSION.len()))
        && fields.iter().all(|field| {
            let end = span(head, field.value).end;
            ends_in_crlf(end) || ends_in_crlf(end.wrapping_add(white_space(head.get(end..).unwrap_or_default())))
        })
        && head.ends_with(b"\r\n")
}

/// What stands between the target and the end of its line; all versions are as long.
const VERSION: &str = " HTTP/1.1";

/// How many bytes of white space there are at the beginning.
fn white_space(text: &[u8]) -> usize {
    text.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// Whether a head may have ended in `input`, of which the first `seen` bytes were looked at before. Looking for an
/// empty line costs less than to take all apart again for each byte that trickles in.
pub(crate) fn may_have_ended(input: &[u8], seen: usize) -> bool {
    let from = seen.saturating_sub(2);
    memchr::memchr_iter(b'\n', input.get(from..).unwrap_or_default())
        .any(|end| matches!(input.get(from + end + 1..), Some([b'\n', ..] | [b'\r', b'\n', ..])))
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: HeadLimits = HeadLimits { bytes: 200, fields: 3 };

    fn outcome(text: &str) -> Result<Option<(Box<RequestHead>, usize)>, BadHead> {
        read(text.as_bytes(), LIMITS)
    }

    #[test]
    fn a_head_is_taken_apart_and_what_follows_is_left() {
        let text = "\r\nGET /a?b HTTP/1.1\r\nHOST:  h \r\nx: \r\n\r\n";
        let (head, length) = outcome(&format!("{text}GET /")).unwrap().unwrap();
        assert_eq!((head.method, head.version, length), (Method::GET, Version::HTTP_11, text.len()));
        let fields: Vec<_> = head.headers.iter().collect();
        assert_eq!(fields, [(&b"HOST"[..], &b"h"[..]), (b"x", b"")]);
    }

    #[test]
    fn a_part_of_a_head_is_waited_for() {
        for part in ["", "G", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: h\r\n\r"] {
            assert!(outcome(part).unwrap().is_none(), "{part:?}");
        }
    }

    #[test]
    fn what_two_readers_could_read_in_two_ways_is_refused() {
        for text in [
            "GET / HTTP/1.1\nHost: h\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: h\n\r\n",
            "GET / HTTP/1.1\r\nHost: h\r\n\n",
            "\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
            "GET / HTTP/1.1\r\nHost : h\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: h\r\n folded\r\n\r\n",
            "GET / HTTP/1.1\r\nX: a\rb\r\n\r\n",
            "GET / HTTP/1.1\r\nX: a\0b\r\n\r\n",
            "GET  / HTTP/1.1\r\n\r\n",
            "GET /  HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.2\r\n\r\n",
            "GET /\r\n\r\n",
            "GET h:443 HTTP/1.1\r\n\r\n",
            "\x16\x03\x01\x02\0\x01\0\x01",
        ] {
            assert_eq!(outcome(text).unwrap_err(), BadHead::Malformed, "{text:?}");
        }
    }

    #[test]
    fn a_head_has_its_limits() {
        let fields = |count: usize| format!("GET / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(count));
        assert!(outcome(&fields(3)).unwrap().is_some());
        assert_eq!(outcome(&fields(4)).unwrap_err(), BadHead::TooLarge);
        let long = "x".repeat(200);
        assert_eq!(outcome(&format!("GET / HTTP/1.1\r\nx: {long}\r\n\r\n")).unwrap_err(), BadHead::TooLarge);
        assert_eq!(outcome(&format!("GET / HTTP/1.1\r\nx: {long}")).unwrap_err(), BadHead::TooLarge);
        assert_eq!(outcome(&format!("GET /{long}")).unwrap_err(), BadHead::TargetTooLong);
    }

    #[test]
    fn more_fields_than_usual_are_taken_where_they_are_allowed() {
        let limits = HeadLimits { bytes: 10_000, fields: 200 };
        let text = |count: usize| format!("GET / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(count));
        let read = |count| read(text(count).as_bytes(), limits);
        assert_eq!(read(200).unwrap().unwrap().0.headers.len(), 200);
        assert_eq!(read(201).unwrap_err(), BadHead::TooLarge);
    }

    #[test]
    fn the_end_of_a_head_is_found_wherever_it_is_cut() {
        let text = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n";
        for seen in 0..text.len() {
            assert!(!may_have_ended(&text[..seen], 0));
            assert!(may_have_ended(text, seen), "{seen}");
        }
        assert!(may_have_ended(b"x\n\n", 0));
    }
}
