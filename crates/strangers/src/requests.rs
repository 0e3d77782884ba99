//! What the engine takes for requests, hyper takes for the same requests: with the same method, target, fields, body
//! and boundaries. The engine may refuse more, and does.
//!
//! Where it is stricter, on purpose:
//!
//! - a line that ends in a bare LF; a first line behind one;
//! - a Content-Length that is said twice, in two fields or in one, even in the same words; one beside a coding;
//! - a transfer coding beside or before `chunked`;
//! - a chunk's size of more than 16 digits; an extension or a trailer with control characters; more than 16 KiB of both;
//! - `Connection: close` holds, whatever another field says;
//! - a target that is no origin form, no absolute form with `http` or `https`, and no `*`.
//!
//! hyper is stricter in one thing that frames nothing: some characters of targets (`<`, `>` and the like) are none for its
//! type of URI. Such a target is no part of the comparison.

use gibbon_proxy::reading::{self, Body, Field, Request};
use http::Uri;
use http::uri::Authority;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};
use proptest::prop_oneof;
use proptest::sample::select;

use crate::connection::on_connection;
use crate::{Inputs, mutation, second_reader};

/// Compares the two readers.
pub fn check(bytes: &[u8]) {
    let (ours, theirs) =
        on_connection(bytes, async |stream| (reading::requests(stream).await, second_reader::requests(bytes).await));
    for (index, request) in ours.iter().enumerate() {
        if has_target_that_is_no_uri(request) {
            return;
        }
        let same = theirs.get(index).is_some_and(|other| is_same(request, other));
        let shown = String::from_utf8_lossy(bytes);
        assert!(same, "request {index} of {shown:?}\n  ours {request:?}\ntheirs {:?}", theirs.get(index));
    }
}

fn is_same(ours: &Request, theirs: &Request) -> bool {
    ours.method == theirs.method
        && has_same_target(ours, theirs)
        && ours.version == theirs.version
        && have_same_values(&ours.fields, &theirs.fields)
        && is_same_body(&ours.body, &theirs.body)
}

/// A tunnel, which the gateway refuses, has only a name; hyper takes `*` for a path even there.
fn has_same_target(ours: &Request, theirs: &Request) -> bool {
    let whole = |request: &Request| format!("{}{}", request.authority.as_deref().unwrap_or_default(), request.target);
    (ours.authority == theirs.authority || ours.method == "CONNECT") && whole(ours) == whole(theirs)
}

fn has_target_that_is_no_uri(request: &Request) -> bool {
    let authority = request.authority.as_deref();
    request.target.parse::<Uri>().is_err() && !request.target.is_empty()
        || authority.is_some_and(|authority| authority.parse::<Authority>().is_err())
}

/// The values of each name in their order; hyper does not keep the order of different names.
pub(crate) fn have_same_values(ours: &[Field], theirs: &[Field]) -> bool {
    by_name(ours) == by_name(theirs)
}

/// Sorted so that the values of one name stay in their order.
fn by_name(fields: &[Field]) -> Vec<(Vec<u8>, &[u8])> {
    let mut fields: Vec<_> = fields.iter().map(|(name, value)| (name.to_ascii_lowercase(), &value[..])).collect();
    fields.sort_by(|one, other| one.0.cmp(&other.0));
    fields
}

/// Of a body that breaks off, one reader may have seen more than the other, but nothing else.
pub(crate) fn is_same_body(ours: &Body, theirs: &Body) -> bool {
    match (ours, theirs) {
        (Body::Whole(ours), Body::Whole(theirs)) => ours == theirs,
        (Body::Part(ours), Body::Part(theirs)) => ours.starts_with(theirs) || theirs.starts_with(ours),
        (Body::Part(ours), Body::Whole(theirs)) => theirs.starts_with(ours),
        (Body::Whole(_), Body::Part(_)) => false,
    }
}

const WORDS: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n ",
    b"\r\n\t",
    b"\r\n\r\n",
    b"0\r\n\r\n",
    b"Content-Length: 5\r\n",
    b"Content-Length: 5, 5\r\n",
    b"Content-Length: 05\r\n",
    b"Content-Length: +5\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip, chunked\r\n",
    b"Transfer-Encoding: identity\r\n",
    b"Connection: close\r\n",
    b"Connection: keep-alive\r\n",
    b"Connection: keep-alive, close\r\n",
    b"Expect: 100-continue\r\n",
    b"Upgrade: h2c\r\nConnection: Upgrade\r\n",
    b"Host: other\r\n",
    b" HTTP/1.0",
    b"http://h",
    b";ext=\"a\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"ffffffffffffffff",
    b"0000000000000000000",
    b"X: 1\r\n",
    b"X 1\r\n",
    b" : ",
];

/// Up to three requests, right but for some changes.
pub fn inputs() -> Inputs {
    mutation::changed(vec(request(), 1..4).prop_map(|requests| requests.concat()), WORDS)
}

fn request() -> impl Strategy<Value = Vec<u8>> {
    let method = select(vec!["GET", "POST", "PUT", "HEAD", "OPTIONS", "CONNECT", "X-Y"]);
    let target = prop_oneof![
        "/[a-z0-9%?/.;<>{}\"\\\\#]{0,8}",
        select(vec!["*", "http://h/x", "http://h", "HTTPS://h:1?q", "h:80", "http://u@h/", "//h/x"])
            .prop_map(String::from),
    ];
    let version = select(vec!["1.1", "1.1", "1.1", "1.0"]);
    (method, target, version, vec(field(), 0..4), framed()).prop_map(
        |(method, target, version, fields, (framing, body))| {
            let head = format!("{method} {target} HTTP/{version}\r\nHost: h\r\n{}{framing}\r\n", fields.concat());
            [head.as_bytes(), &body].concat()
        },
    )
}

fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z!#$-]{1,6}:[ \t]{0,2}[ -~\t]{0,8}[ \t]{0,2}\r\n",
        select(vec![
            "Connection: keep-alive\r\n",
            "Connection: close\r\n",
            "Connection: Upgrade\r\n",
            "Upgrade: websocket\r\n",
            "Expect: 100-continue\r\n",
            "TE: trailers\r\n",
            "Trailer: x\r\n",
            "Cookie: a=1\r\n",
            "cookie: b=2\r\n",
        ])
        .prop_map(String::from),
    ]
}

/// The fields that tell how long a body is, and the body.
fn framed() -> impl Strategy<Value = (String, Vec<u8>)> {
    let body = || vec(any::<u8>(), 0..20);
    prop_oneof![
        Just((String::new(), Vec::new())),
        body().prop_map(|body| (format!("Content-Length: {}\r\n", body.len()), body)),
        (body(), -2..3_isize).prop_map(|(body, off)| {
            let length = body.len().saturating_add_signed(off);
            (format!("content-length: {length}\r\n"), body)
        }),
        chunked().prop_map(|body| ("Transfer-Encoding: chunked\r\n".to_owned(), body)),
    ]
}

/// A body in chunks, with extensions, zeros and trailers.
pub(crate) fn chunked() -> impl Strategy<Value = Vec<u8>> {
    let extension = select(vec!["", "", "", ";a", ";a=b", "; a=\"b c\"", " ;a", "\t", " x", ";\u{e9}", ";a=\"\n\""]);
    let chunk = (vec(any::<u8>(), 1..20), 0..4_usize, extension.clone()).prop_map(|(data, zeros, extension)| {
        let size = format!("{}{:x}{extension}\r\n", "0".repeat(zeros), data.len());
        [size.as_bytes(), &data, b"\r\n"].concat()
    });
    let trailer =
        select(vec!["X: 1\r\n", "X:\r\n", "Content-Length: 3\r\n", "X\r\n", "X Y: 1\r\n", ": 1\r\n", "X : 1\r\n"]);
    let last = (extension, vec(trailer, 0..2))
        .prop_map(|(extension, trailers)| format!("0{extension}\r\n{}\r\n", trailers.concat()).into_bytes());
    (vec(chunk, 0..4), last).prop_map(|(chunks, last)| [chunks.concat(), last].concat())
}

#[cfg(test)]
mod tests {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    use super::*;

    #[test]
    fn many_inputs_are_accepted_and_many_are_not() {
        let (inputs, mut runner) = (inputs(), TestRunner::deterministic());
        let accepted = (0..400)
            .filter(|_| {
                let bytes = inputs.new_tree(&mut runner).unwrap().current();
                let requests = on_connection(&bytes, reading::requests);
                requests.iter().any(|request| matches!(request.body, Body::Whole(_)))
            })
            .count();
        assert!((100..390).contains(&accepted), "{accepted}");
    }
}
