//! Requests that hide another one in their body: whatever an upstream takes for the end of a body, it never sees more
//! requests than the gateway has answered.

use gibbon_testkit::{Gateway, Origin, Received};

/// What must stay a part of a body, or be refused with it.
const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n";

/// What follows, and ends the connection.
const LAST: &str = "GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

/// Lines that one reader takes for a transfer coding, and another for something else, or for two lines.
pub(crate) const CODINGS: [&str; 36] = [
    "Transfer-Encoding: chunked",
    "TRANSFER-ENCODING: CHUNKED",
    "Transfer-Encoding:chunked",
    "Transfer-Encoding:\tchunked",
    "Transfer-Encoding: chunked ",
    "Transfer-Encoding: chunked\t",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding\t: chunked",
    " Transfer-Encoding: chunked",
    "\tTransfer-Encoding: chunked",
    "X: y\r\n Transfer-Encoding: chunked",
    "X: y\nTransfer-Encoding: chunked",
    "X: y\rTransfer-Encoding: chunked",
    "X: y\r\rTransfer-Encoding: chunked",
    "X: y\0\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding\r\n: chunked",
    "Transfer-Encoding\n: chunked",
    "Transfer-Encoding:\r\n chunked",
    "Transfer-Encoding:\n chunked",
    "Transfer-Encoding: \x0bchunked",
    "Transfer-Encoding: \x0cchunked",
    "Transfer-Encoding: \0chunked",
    "Transfer-Encoding: chunked\0",
    "Transfer-Encoding: \"chunked\"",
    "Transfer-Encoding: 'chunked'",
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding: chunkedx",
    "Transfer-Encoding: chunk",
    "Transfer-Encoding: x, chunked",
    "Transfer-Encoding: chunked, x",
    "Transfer-Encoding: ,chunked",
    "Transfer-Encoding: chunked,",
    "Transfer-Encoding: chunked;q=1",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: identity",
];

fn gateway() -> (Gateway, Origin) {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    gateway.proxy_to(&origin);
    (gateway, origin)
}

/// How many requests are answered with 200 until the connection ends, and what the upstream has seen of them.
fn exchanged(gateway: &Gateway, origin: &Origin, request: &str) -> (usize, Vec<Received>) {
    let before = origin.requests().len();
    let mut client = gateway.connect();
    client.send(format!("{request}{LAST}"));
    let answered = std::iter::from_fn(|| client.try_response().ok()).filter(|answer| answer.status == 200).count();
    (answered, origin.requests().into_iter().skip(before).collect())
}

/// Sends `request` and asserts that nothing hidden comes through.
fn assert_nothing_is_hidden_in(gateway: &Gateway, origin: &Origin, request: &str) {
    let (answered, seen) = exchanged(gateway, origin, request);
    assert!(seen.iter().all(|request| request.target != "/hidden"), "{request:?}");
    assert!(seen.len() <= answered, "{} seen, {answered} answered: {request:?}", seen.len());
    for request in seen {
        let framings = request.all("content-length").len() + request.all("transfer-encoding").len();
        assert!(framings <= 1, "{request:?}");
    }
}

#[test]
fn a_length_and_a_coding_hide_nothing_whichever_an_upstream_believes() {
    let (gateway, origin) = gateway();
    for coding in CODINGS {
        // Who believes the chunks sees the hidden request behind them.
        let body = format!("0\r\n\r\n{HIDDEN}");
        let length = body.len();
        for order in [format!("Content-Length: {length}\r\n{coding}"), format!("{coding}\r\nContent-Length: {length}")]
        {
            let request = format!("POST /a HTTP/1.1\r\nHost: h\r\n{order}\r\n\r\n{body}");
            assert_nothing_is_hidden_in(&gateway, &origin, &request);
        }
        // Who believes the length sees it behind that.
        let size = format!("{:x}\r\n", HIDDEN.len());
        let body = format!("{size}{HIDDEN}\r\n0\r\n\r\n");
        let request =
            format!("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n{coding}\r\n\r\n{body}", size.len());
        assert_nothing_is_hidden_in(&gateway, &origin, &request);
    }
}

#[test]
fn lengths_that_could_be_read_in_several_ways_hide_nothing() {
    let (gateway, origin) = gateway();
    let length = HIDDEN.len();
    for fields in [
        format!("Content-Length: 0\r\nContent-Length: {length}"),
        format!("Content-Length: {length}\r\nContent-Length: 0"),
        format!("Content-Length: 0, {length}"),
        format!("Content-Length: {length}, {length}"),
        format!("Content-Length: +{length}"),
        format!("Content-Length: {length}\t{length}"),
        format!("Content-Length: 0x{length:x}"),
        format!("Content-Length: {length}e0"),
        format!("Content-Length: {length}.0"),
        format!("Content-Length : {length}"),
        format!(" Content-Length: {length}"),
        format!("Content-Length:\r\n {length}"),
        format!("Content-Length\0: {length}"),
        format!("X: y\nContent-Length: {length}"),
        format!("Connection: Content-Length\r\nContent-Length: {length}"),
        format!("Content-Length: {length}\r\nConnection: close, Content-Length"),
    ] {
        let request = format!("POST /a HTTP/1.1\r\nHost: h\r\n{fields}\r\n\r\n{HIDDEN}");
        assert_nothing_is_hidden_in(&gateway, &origin, &request);
    }
}

#[test]
fn chunks_that_could_be_read_in_several_ways_hide_nothing() {
    let (gateway, origin) = gateway();
    let size = HIDDEN.len();
    for body in [
        format!("0;\n\r\n{HIDDEN}"),
        format!("0\n\r\n{HIDDEN}"),
        format!("0\r\r\n\r\n{HIDDEN}"),
        format!("0\r\n\n{HIDDEN}"),
        format!("0\r\nX: y\n\r\n{HIDDEN}"),
        format!("{size:x}\n{HIDDEN}\r\n0\r\n\r\n"),
        format!("{size:x};a=\"\r\n{HIDDEN}\"\r\n0\r\n\r\n"),
        format!("{size:x};a\n{HIDDEN}\r\n0\r\n\r\n"),
        format!("10000000000000000\r\n{HIDDEN}"),
        format!("-1\r\n{HIDDEN}"),
        format!("0x{size:x}\r\n{HIDDEN}\r\n0\r\n\r\n"),
        format!("{size:x}\r\n{HIDDEN}0\r\n\r\n"),
        format!("1\r\nZZ\r\n0\r\n\r\n{HIDDEN}"),
        format!("00_\r\n\r\n{HIDDEN}"),
    ] {
        let request = format!("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
        assert_nothing_is_hidden_in(&gateway, &origin, &request);
    }
}

#[test]
fn a_get_with_a_body_hides_nothing() {
    let (gateway, origin) = gateway();
    for method in ["GET", "DELETE", "OPTIONS"] {
        let request = format!("{method} /a HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n{HIDDEN}", HIDDEN.len());
        let (_, seen) = exchanged(&gateway, &origin, &request);
        assert_eq!((seen[0].target.as_str(), seen[0].text()), ("/a", HIDDEN.to_owned()), "{method}");
        assert!(seen.len() == 1 || (seen.len() == 2 && seen[1].target == "/last"), "{method}");
    }
}
