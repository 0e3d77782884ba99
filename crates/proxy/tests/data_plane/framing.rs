//! Requests that two readers could read in two ways are refused: none of what follows them is served.

use gibbon_testkit::{Gateway, Origin};

const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";

fn gateway() -> (Gateway, Origin) {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    gateway.proxy_to(&origin);
    (gateway, origin)
}

#[test]
fn a_head_that_is_ambiguous_gets_400_and_the_end_of_the_connection() {
    for head in [
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: a",
        "GET / HTTP/1.1\r\nX: y",
        "GET / HTTP/1.1\r\nHost: a b",
        "GET / HTTP/1.1\r\nHost: a/b",
        "GET / HTTP/1.1\r\nHost: user@a",
        "GET / HTTP/1.1\r\nHost: a, b",
        "GET / HTTP/1.1\r\nHost: h\r\nHost : g",
        "GET / HTTP/1.1\r\nHost: h\r\n folded: x",
        "GET / HTTP/1.1\r\nHost: h\r\nX Y: z",
        "GET / HTTP/1.1\r\nHost: h\r\nX\0: z",
        "GET / HTTP/1.1\r\nHost: h\r\nX: a\0b",
        "GET / HTTP/1.1\r\nHost: h\r\nX: a\rb",
        "GET / HTTP/1.1\r\nHost: h\r\n: empty",
        "GET /a b HTTP/1.1\r\nHost: h",
        "GET / HTTP/1.2\r\nHost: h",
        "GET / HTTP/2.0\r\nHost: h",
        "GET / http/1.1\r\nHost: h",
        "GET /\r\nHost: h",
        "GET\t/\tHTTP/1.1\r\nHost: h",
        "G(T / HTTP/1.1\r\nHost: h",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3, 3",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +3",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -3",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x3",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3 3",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length:",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length : 3",
    ] {
        let (gateway, origin) = gateway();
        let mut client = gateway.connect();
        client.send(format!("{head}\r\n\r\n{SMUGGLED}"));
        let answer = client.response();
        assert_eq!(answer.status, 400, "{head:?}");
        assert!(client.is_closed_by_gateway(), "{head:?}");
        assert!(origin.requests().is_empty(), "{head:?}");
    }
}

#[test]
fn codings_other_than_one_chunked_get_400_although_their_chunks_are_fine() {
    for fields in [
        "Transfer-Encoding: identity",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: \x0bchunked",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: chunked;q=1",
        "Transfer-Encoding:",
        "Transfer-Encoding : chunked",
        " Transfer-Encoding: chunked",
    ] {
        let (gateway, origin) = gateway();
        let mut client = gateway.connect();
        client.send(format!("POST / HTTP/1.1\r\nHost: h\r\n{fields}\r\n\r\n2\r\nhi\r\n0\r\n\r\n{SMUGGLED}"));
        assert_eq!(client.response().status, 400, "{fields}");
        assert!(client.is_closed_by_gateway(), "{fields}");
        assert!(origin.requests().is_empty(), "{fields}");
    }
}

#[test]
fn an_http_1_0_client_has_no_chunks() {
    let (gateway, origin) = gateway();
    let answer = gateway.connect().ask("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n");
    assert_eq!((answer.status, origin.requests().len()), (400, 0));
}

#[test]
fn a_body_that_is_framed_wrongly_gets_400_and_the_end_of_the_connection() {
    for body in [
        "x\r\n",
        "-5\r\nhello\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n",
        "5\r\nhelloX0\r\n\r\n",
        "4\r\nhello\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\nhello",
        "5\nhello\r\n0\r\n\r\n",
        "5\r\nhello\r\n\r\n0\r\n\r\n",
    ] {
        let (gateway, origin) = gateway();
        let mut client = gateway.connect();
        client.send(format!("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n{body}{SMUGGLED}"));
        assert_eq!(client.response().status, 400, "{body:?}");
        assert!(client.is_closed_by_gateway(), "{body:?}");
        assert!(origin.requests().is_empty(), "{body:?}");
    }
}

#[test]
fn a_length_that_is_said_twice_in_the_same_words_counts_once_if_at_all() {
    let (gateway, origin) = gateway();
    let answer =
        gateway.connect().ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi");
    match answer.status {
        400 => assert!(origin.requests().is_empty()),
        status => {
            assert_eq!(status, 200);
            assert_eq!(
                (origin.only_request().all("content-length"), origin.only_request().text()),
                (vec!["2"], "hi".into())
            );
        }
    }
}

#[test]
fn of_two_framings_of_a_request_only_the_chunks_can_count_and_nothing_follows() {
    for fields in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\nConnection: keep-alive",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\nConnection: Content-Length",
    ] {
        let (gateway, origin) = gateway();
        let mut client = gateway.connect();
        client.send(format!("POST / HTTP/1.1\r\nHost: h\r\n{fields}\r\n\r\n2\r\nhi\r\n0\r\n\r\n{SMUGGLED}"));
        let answer = client.response();
        assert!(client.is_closed_by_gateway(), "{fields}");
        match answer.status {
            400 => assert!(origin.requests().is_empty(), "{fields}"),
            status => {
                assert_eq!(status, 200, "{fields}");
                let request = origin.only_request();
                assert_eq!(request.text(), "hi", "{fields}");
                // Which framing the upstream sees is the gateway's choice, but there is one.
                let framings = request.all("content-length").len() + request.all("transfer-encoding").len();
                assert_eq!(framings, 1, "{fields}");
            }
        }
    }
}

#[test]
fn lines_may_end_without_a_carriage_return_and_be_preceded_by_empty_ones() {
    let (gateway, origin) = gateway();
    assert_eq!(gateway.connect().ask("\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
    let answer = gateway.connect().ask("GET /b HTTP/1.1\nHost: h\n\n");
    assert!(matches!(answer.status, 200 | 400));
    let targets: Vec<_> = origin.requests().into_iter().map(|request| request.target).collect();
    assert!(targets == ["/a", "/b"] || targets == ["/a"]);
}
