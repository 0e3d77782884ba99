//! Heads of requests and answers, parsed with httparse and copied field by field into what goes out.

use std::mem::MaybeUninit;

use prototype_work::{Check, PREFIX};

const FIELDS: usize = 96;

pub enum Request {
    Partial,
    /// The status line without the version.
    Refuse(&'static str),
    /// The head takes this many bytes of the input.
    Forward {
        length: usize,
    },
}

pub enum Answer {
    Partial,
    Refuse,
    Whole,
}

/// Reads a head from `input` and writes the upstream's to `out`.
pub fn request(input: &[u8], ip: &str, port: &str, check: &Check, out: &mut Vec<u8>) -> Request {
    let mut fields = [const { MaybeUninit::uninit() }; FIELDS];
    let mut parsed = httparse::Request::new(&mut []);
    let length = match parsed.parse_with_uninit_headers(input, &mut fields) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) if input.len() <= 65_536 => return Request::Partial,
        _ => return Request::Refuse("400 Bad Request"),
    };
    let (Some(method), Some(target), Some(1)) = (parsed.method, parsed.path, parsed.version) else {
        return Request::Refuse("505 HTTP Version Not Supported");
    };
    let Some(rest) = target.strip_prefix(PREFIX).filter(|rest| rest.starts_with('/')) else {
        return Request::Refuse("404 Not Found");
    };
    let Some(known) = Known::of(parsed.headers) else { return Request::Refuse("501 Not Implemented") };
    if !check.passes(known.authorization) {
        return Request::Refuse("401 Unauthorized");
    }
    out.reserve(length + 256);
    extend(out, &[method.as_bytes(), b" ", rest.as_bytes(), b" HTTP/1.1\r\nHost: upstream.local\r\n"]);
    for field in parsed.headers.iter().filter(|field| passed_on(field.name)) {
        extend(out, &[field.name.as_bytes(), b": ", field.value, b"\r\n"]);
    }
    out.extend_from_slice(b"X-Forwarded-For: ");
    if let Some(before) = known.forwarded_for {
        extend(out, &[before, b", "]);
    }
    extend(out, &[ip.as_bytes(), b"\r\nX-Real-IP: ", ip.as_bytes(), b"\r\nX-Forwarded-Proto: http\r\n"]);
    extend(out, &[b"X-Forwarded-Port: ", port.as_bytes(), b"\r\nX-Forwarded-Host: ", known.host, b"\r\n\r\n"]);
    Request::Forward { length }
}

/// The fields that are looked at.
#[derive(Default)]
struct Known<'a> {
    host: &'a [u8],
    authorization: Option<&'a [u8]>,
    forwarded_for: Option<&'a [u8]>,
}

impl<'a> Known<'a> {
    /// `None` for a request with a body, or one after which the client leaves.
    fn of(fields: &[httparse::Header<'a>]) -> Option<Self> {
        let mut known = Known::default();
        for httparse::Header { name, value } in fields {
            match name.len() {
                4 if name.eq_ignore_ascii_case("host") => known.host = value,
                10 if name.eq_ignore_ascii_case("connection") && value.eq_ignore_ascii_case(b"close") => return None,
                13 if name.eq_ignore_ascii_case("authorization") => known.authorization = Some(value),
                14 if name.eq_ignore_ascii_case("content-length") => return None,
                15 if name.eq_ignore_ascii_case("x-forwarded-for") => known.forwarded_for = Some(value),
                17 if name.eq_ignore_ascii_case("transfer-encoding") => return None,
                _ => {}
            }
        }
        Some(known)
    }
}

/// Neither hop by hop nor written anew.
fn passed_on(name: &str) -> bool {
    let is = |other: &str| name.eq_ignore_ascii_case(other);
    !match name.len() {
        2 => is("te"),
        4 => is("host"),
        7 => is("upgrade") || is("trailer"),
        9 => is("x-real-ip"),
        10 => is("connection") || is("keep-alive"),
        16 if is("proxy-connection") => true,
        13.. => name.as_bytes()[..12].eq_ignore_ascii_case(b"x-forwarded-"),
        _ => false,
    }
}

/// Reads an answer from `input` and writes the client's to `out`.
pub fn answer(input: &[u8], out: &mut Vec<u8>) -> Answer {
    let mut fields = [const { MaybeUninit::uninit() }; FIELDS];
    let mut parsed = httparse::Response::new(&mut []);
    let config = httparse::ParserConfig::default();
    let head = match config.parse_response_with_uninit_headers(&mut parsed, input, &mut fields) {
        Ok(httparse::Status::Complete(head)) => head,
        Ok(httparse::Status::Partial) => return Answer::Partial,
        Err(_) => return Answer::Refuse,
    };
    let mut length = None;
    out.reserve(input.len() + 64);
    extend(out, &[b"HTTP/1.1 ", &input[9..12], b" ", parsed.reason.unwrap_or_default().as_bytes(), b"\r\n"]);
    for httparse::Header { name, value } in parsed.headers.iter() {
        match name.len() {
            10 if name.eq_ignore_ascii_case("connection") || name.eq_ignore_ascii_case("keep-alive") => continue,
            14 if name.eq_ignore_ascii_case("content-length") => {
                length = std::str::from_utf8(value).ok().and_then(|text| text.parse::<usize>().ok());
            }
            _ => {}
        }
        extend(out, &[name.as_bytes(), b": ", value, b"\r\n"]);
    }
    let Some(length) = length else { return Answer::Refuse };
    if input.len() < head + length {
        return Answer::Partial;
    }
    extend(out, &[b"Via: 1.1 prototype\r\n\r\n", &input[head..head + length]]);
    Answer::Whole
}

/// An answer of our own, after which the connection is closed.
pub fn refusal(status: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

#[inline]
fn extend(out: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        out.extend_from_slice(part);
    }
}
