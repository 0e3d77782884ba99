//! Bodies both ways, in every framing.

use gibbon_testkit::{Action, Gateway, Origin};
use serde_json::json;

fn gateway(origin: &Origin) -> Gateway {
    let gateway = Gateway::start();
    gateway.proxy_to(origin);
    gateway
}

/// Bytes among which no two places look the same.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

const EIGHT_MEGABYTES: usize = 8 * 1024 * 1024;

#[test]
fn a_body_of_known_length_arrives_with_its_length() {
    let origin = Origin::echoing_targets();
    assert_eq!(gateway(&origin).connect().post("/", b"hello").status, 200);
    let request = origin.only_request();
    assert_eq!((request.text(), request.field("content-length")), ("hello".to_owned(), Some("5")));
    assert_eq!(request.field("transfer-encoding"), None);
}

/// `hello` in two chunks.
const CHUNKED_HELLO: &str =
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n3;x=\"y\"\r\nhel\r\n002\r\nlo\r\n0\r\n\r\n";

#[test]
fn a_small_chunked_body_arrives_with_its_length() {
    let origin = Origin::echoing_targets();
    assert_eq!(gateway(&origin).connect().ask(CHUNKED_HELLO).status, 200);
    let request = origin.only_request();
    assert_eq!((request.text(), request.field("content-length")), ("hello".to_owned(), Some("5")));
    assert_eq!(request.field("transfer-encoding"), None);
}

#[test]
fn a_chunked_body_arrives_chunked_where_the_route_holds_nothing_back() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    let service = gateway.service_at(&origin, json!({}));
    gateway.route_to(service, json!({ "paths": ["/"], "request_buffering": false }));
    assert_eq!(gateway.connect().ask(CHUNKED_HELLO).status, 200);
    let request = origin.only_request();
    assert_eq!((request.text(), request.field("content-length")), ("hello".to_owned(), None));
    assert_eq!(request.field("transfer-encoding"), Some("chunked"));
}

#[test]
fn a_chunked_body_keeps_its_trailers_out_of_the_fields() {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin);
    let trailers = "X-Sum: 1\r\nHost: other\r\nContent-Length: 3\r\nX-Consumer-Username: root\r\n";
    let mut client = gateway.connect();
    for _ in 0..2 {
        let head = "POST / HTTP/1.1\r\nHost: h\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(client.ask(format!("{head}5\r\nhello\r\n0\r\n{trailers}\r\n")).status, 200);
        let request = origin.last_request();
        assert_eq!((request.text(), request.all("x-consumer-username").len()), ("hello".to_owned(), 0));
        assert!(request.trailers.iter().all(|(name, _)| name.eq_ignore_ascii_case("x-sum")), "{:?}", request.trailers);
    }
}

#[test]
fn an_empty_body_stays_empty() {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin);
    for fields in ["", "Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n"] {
        let mut client = gateway.connect();
        for method in ["POST", "GET"] {
            let end = if fields.starts_with('T') { "0\r\n\r\n" } else { "" };
            let answer = client.ask(format!("{method} / HTTP/1.1\r\nHost: h\r\n{fields}\r\n{end}"));
            assert_eq!(answer.status, 200, "{method} {fields}");
            assert_eq!(origin.last_request().body, b"", "{method} {fields}");
        }
    }
}

#[test]
fn a_get_may_have_a_body() {
    let origin = Origin::echoing_targets();
    let answer = gateway(&origin).connect().ask("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
    assert_eq!((answer.status, origin.only_request().text()), (200, "hi".to_owned()));
}

#[test]
fn an_answer_keeps_its_framing() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhell\r\n1\r\no\r\n0\r\n\r\n";
    let origin = Origin::start(move |request| match request.target.as_str() {
        "/chunked" => Action::send(chunked),
        "/empty" => Action::ok(""),
        _ => Action::ok("hello"),
    });
    let gateway = gateway(&origin);
    let mut client = gateway.connect();
    for (target, length, coding, body) in [
        ("/known", Some("5"), None, "hello"),
        ("/chunked", None, Some("chunked"), "hello"),
        ("/empty", Some("0"), None, ""),
    ] {
        let answer = client.get(target);
        assert_eq!((answer.field("content-length"), answer.field("transfer-encoding")), (length, coding), "{target}");
        assert_eq!(answer.text(), body, "{target}");
    }
}

#[test]
fn an_answer_that_ends_with_its_connection_arrives_whole_and_the_clients_connection_stays() {
    for head in ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"] {
        let origin = Origin::start(move |_| Action::send(head).then_send("hello").then_close());
        let gateway = gateway(&origin);
        let mut client = gateway.connect();
        for _ in 0..2 {
            assert_eq!(client.get("/").text(), "hello", "{head}");
        }
    }
}

#[test]
fn eight_megabytes_go_up_unchanged() {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin);
    let body = noise(EIGHT_MEGABYTES);
    assert_eq!(gateway.connect().post("/", &body).status, 200);
    assert!(origin.only_request().body == body);
    let mut client = gateway.connect();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    for chunk in body.chunks(100_000) {
        client.send(format!("{:x}\r\n", chunk.len()));
        client.send(chunk);
        client.send("\r\n");
    }
    assert_eq!(client.ask("0\r\n\r\n").status, 200);
    assert!(origin.last_request().body == body);
    assert_eq!(origin.last_request().field("transfer-encoding"), Some("chunked"), "nobody holds so much back");
}

#[test]
fn eight_megabytes_come_down_unchanged() {
    let body = noise(EIGHT_MEGABYTES);
    let sent = body.clone();
    let origin = Origin::start(move |request| match request.target.as_str() {
        "/known" => {
            Action::send(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", sent.len())).then_send(&*sent)
        }
        _ => {
            let answer = Action::send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            let chunk = |piece: &[u8]| [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat();
            let answer = sent.chunks(100_000).fold(answer, |answer, piece| answer.then_send(chunk(piece)));
            answer.then_send("0\r\n\r\n")
        }
    });
    let gateway = gateway(&origin);
    let mut client = gateway.connect();
    for target in ["/known", "/chunked"] {
        assert!(client.get(target).body == body, "{target}");
    }
}

#[test]
fn trailers_of_an_answer_do_no_harm() {
    let origin = Origin::start(|_| {
        let head = "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n";
        Action::send(format!("{head}5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"))
    });
    let gateway = gateway(&origin);
    let mut client = gateway.connect();
    for _ in 0..2 {
        assert_eq!(client.get_with("/", &["TE: trailers"]).text(), "hello");
    }
}
