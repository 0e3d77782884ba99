//! Writing heads.

pub(crate) use gibbon_plugin_api::headers::is_value;
use gibbon_plugin_api::headers::write_line;
use gibbon_plugin_api::{KnownName, KnownNames, ResponseHead};
use http::{StatusCode, Version};

use crate::engine::outgoing::Coding;

/// Writes one field. The value must be one ([`is_value`]).
pub(crate) fn field(out: &mut Vec<u8>, name: impl AsRef<[u8]>, value: &[u8]) {
    write_line(out, name.as_ref(), value);
}

/// What becomes of the client's connection after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Afterwards {
    Stay,
    Close,
    /// It goes over to another protocol; the fields say to which.
    Switch,
}

/// Writes the head of an answer.
pub(crate) fn answer_head(
    out: &mut Vec<u8>,
    head: &ResponseHead,
    client: Version,
    coding: Coding,
    afterwards: Afterwards,
    date: &[u8],
) {
    status_line(out, head.status);
    let mut without = KnownNames::NONE;
    if says_close(head) {
        // Said below.
        without = without.with(KnownName::Connection);
    }
    if coding == Coding::Chunked {
        without = without.with(KnownName::ContentLength);
    }
    head.headers.write(out, without);
    if !head.headers.present().contains(KnownName::Date) {
        field(out, "Date", date);
    }
    if coding == Coding::Chunked {
        out.extend_from_slice(b"Transfer-Encoding: chunked\r\n");
    }
    match afterwards {
        Afterwards::Close => out.extend_from_slice(b"Connection: close\r\n"),
        // HTTP/1.0 closes unless it is told otherwise.
        Afterwards::Stay if client == Version::HTTP_10 => out.extend_from_slice(b"Connection: keep-alive\r\n"),
        Afterwards::Stay | Afterwards::Switch => {}
    }
    out.extend_from_slice(b"\r\n");
}

fn status_line(out: &mut Vec<u8>, status: StatusCode) {
    if status == StatusCode::OK {
        out.extend_from_slice(b"HTTP/1.1 200 OK\r\n");
        return;
    }
    out.extend_from_slice(b"HTTP/1.1 ");
    out.extend_from_slice(status.as_str().as_bytes());
    out.push(b' ');
    out.extend_from_slice(status.canonical_reason().unwrap_or_default().as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// Whether the gateway's own answer says that the connection ends with it.
pub(crate) fn says_close(head: &ResponseHead) -> bool {
    head.headers.get(KnownName::Connection) == Some(b"close")
}
