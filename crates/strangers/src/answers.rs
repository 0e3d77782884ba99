//! What the engine takes for the answer of an upstream, hyper takes for the same answer. The engine may refuse more.
//!
//! Where it is stricter, on purpose: two lengths in one field, a transfer coding beside or before `chunked`, more than 16
//! interim answers, and in chunks what [`requests`](crate::requests) names.

use gibbon_proxy::reading::{self, Answer};
use http::Method;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};
use proptest::prop_oneof;
use proptest::sample::select;

use crate::connection::on_connection;
use crate::requests::{chunked, have_same_values, is_same_body};
use crate::{Inputs, mutation, second_reader};

/// Compares the two readers.
pub fn check(bytes: &[u8]) {
    for method in [Method::GET, Method::HEAD] {
        let (ours, theirs) = on_connection(bytes, async |stream| {
            (reading::answer(stream, &method).await, second_reader::answer(bytes, &method).await)
        });
        // What follows a change of protocol is no HTTP any more.
        let Some(ours) = ours.filter(|answer| answer.status != 101) else { continue };
        let shown = String::from_utf8_lossy(bytes);
        let same = theirs.as_ref().is_some_and(|theirs| is_same(&ours, theirs));
        assert!(same, "{method}: {shown:?}\n  ours {ours:?}\ntheirs {theirs:?}");
    }
}

fn is_same(ours: &Answer, theirs: &Answer) -> bool {
    ours.status == theirs.status
        && have_same_values(&ours.fields, &theirs.fields)
        && is_same_body(&ours.body, &theirs.body)
}

const WORDS: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n ",
    b"0\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.0",
    b"Content-Length: 5\r\n",
    b"Content-Length: 5, 5\r\n",
    b"Content-Length: 0\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip, chunked\r\n",
    b"Transfer-Encoding: chunked, gzip\r\n",
    b"Connection: close\r\n",
    b"X : 1\r\n",
    b"ffffffffffffffff",
];

/// An answer, right but for some changes.
pub fn inputs() -> Inputs {
    mutation::changed(answer(), WORDS)
}

fn answer() -> impl Strategy<Value = Vec<u8>> {
    let interim = select(vec!["", "", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"]);
    let version = select(vec!["1.1", "1.1", "1.1", "1.0"]);
    let status = select(vec!["200 OK", "200", "204 No Content", "304 Not Modified", "404 \u{e9}", "500  x", "999 y"]);
    (interim, version, status, vec("[A-Za-z-]{1,6}: ?[ -~\t]{0,8}\r\n", 0..4), framed()).prop_map(
        |(interim, version, status, fields, (framing, body))| {
            let head = format!("{interim}HTTP/{version} {status}\r\n{}{framing}\r\n", fields.concat());
            [head.as_bytes(), &body].concat()
        },
    )
}

fn framed() -> impl Strategy<Value = (String, Vec<u8>)> {
    let body = || vec(any::<u8>(), 0..20);
    prop_oneof![
        body().prop_map(|body| (String::new(), body)),
        (body(), -2..3_isize).prop_map(|(body, off)| {
            let length = body.len().saturating_add_signed(off);
            (format!("Content-Length: {length}\r\n"), body)
        }),
        chunked().prop_map(|body| ("transfer-encoding: chunked\r\n".to_owned(), body)),
        chunked().prop_map(|body| ("Content-Length: 3\r\nTransfer-Encoding: Chunked\r\n".to_owned(), body)),
        Just(("Content-Length: 3\r\nContent-Length: 3\r\n".to_owned(), b"abc".to_vec())),
    ]
}
