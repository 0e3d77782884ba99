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
fn a_length_that_is_said_twice_gets_400_even_in_the_same_words() {
    let (gateway, origin) = gateway();
    let answer =
        gateway.connect().ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi");
    assert_eq!((answer.status, origin.requests().len()), (400, 0));
}

#[test]
fn two_framings_of_a_request_get_400_and_nothing_follows() {
    for fields in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\nConnection: keep-alive",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\nConnection: Content-Length",
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
fn empty_lines_may_come_first_and_every_line_ends_in_crlf() {
    let (gateway, origin) = gateway();
    assert_eq!(gateway.connect().ask("\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
    for head in [
        "GET /b HTTP/1.1\nHost: h\n\n",
        "GET /b HTTP/1.1\r\nHost: h\n\r\n",
        "GET /b HTTP/1.1\nHost: h\r\n\r\n",
        "\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n",
    ] {
        assert_eq!(gateway.connect().ask(head).status, 400, "{head:?}");
    }
    assert_eq!(origin.only_request().target, "/a");
}

#[test]
fn a_head_is_the_same_however_it_is_cut() {
    let (gateway, origin) = gateway();
    let head = "GET /cut HTTP/1.1\r\nHost: h\r\nX-A: 1\r\n\r\n";
    for cut in [1, 5, 16, 17, 18, 30, head.len() - 3, head.len() - 2, head.len() - 1] {
        let mut client = gateway.connect();
        client.send(&head[..cut]);
        client.send(&head[cut..head.len() - 1]);
        assert_eq!(client.ask("\n").text(), "/cut", "{cut}");
        assert_eq!(origin.last_request().field("x-a"), Some("1"), "{cut}");
    }
}

#[test]
fn a_length_is_passed_on_without_the_zeros_before_it() {
    let (gateway, origin) = gateway();
    let answer = gateway.connect().ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0010\r\n\r\n0123456789");
    assert_eq!((answer.status, origin.only_request().all("content-length")), (200, vec!["10"]));
}
