//! Kinds of messages that are framed in ways of their own: HEAD, 204, 304, HTTP/1.0, interim answers, pipelines.

use gibbon_testkit::{Action, Gateway, Origin, RefusingPort};
use serde_json::json;

fn gateway(origin: &Origin) -> Gateway {
    let gateway = Gateway::start();
    gateway.proxy_to(origin);
    gateway
}

#[test]
fn an_answer_to_head_has_the_fields_of_a_get_and_no_body() {
    let origin = Origin::start(|request| match request.target.as_str() {
        "/known" => Action::send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\n\r\n"),
        "/chunked" => Action::send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n"),
        _ => Action::send("HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\n"),
    });
    let gateway = gateway(&origin);
    let mut client = gateway.connect();
    for (target, length) in [("/known", Some("5")), ("/chunked", None), ("/unsaid", None), ("/known", Some("5"))] {
        client.send(format!("HEAD {target} HTTP/1.1\r\nHost: h\r\n\r\n"));
        let answer = client.response_to_head();
        assert_eq!((answer.status, answer.field("x-a")), (200, Some("1")), "{target}");
        assert_eq!(answer.field("content-length"), length, "{target}");
    }
    assert_eq!(origin.last_request().method, "HEAD");
}

#[test]
fn the_gateways_own_answer_to_head_has_no_body_either() {
    let gateway = Gateway::start();
    let mut client = gateway.connect();
    let length = client.get("/").body.len().to_string();
    client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    let answer = client.response_to_head();
    assert_eq!((answer.status, answer.field("content-length")), (404, Some(length.as_str())));
    assert_eq!(client.get("/").status, 404);
}

#[test]
fn answers_without_a_body_keep_the_connection_usable() {
    let origin = Origin::start(|request| match request.target.as_str() {
        "/204" => Action::send("HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n"),
        "/304" => Action::send("HTTP/1.1 304 Not Modified\r\nETag: \"e\"\r\n\r\n"),
        "/304-with-length" => Action::send("HTTP/1.1 304 Not Modified\r\nETag: \"e\"\r\nContent-Length: 5\r\n\r\n"),
        _ => Action::ok("body"),
    });
    let gateway = gateway(&origin);
    let mut client = gateway.connect();
    for _ in 0..2 {
        let answer = client.get("/204");
        assert_eq!((answer.status, answer.field("x-a")), (204, Some("1")));
        assert_eq!((answer.field("content-length"), answer.field("transfer-encoding")), (None, None));
        for target in ["/304", "/304-with-length"] {
            let answer = client.get(target);
            assert_eq!((answer.status, answer.field("etag")), (304, Some("\"e\"")));
            assert_eq!(answer.field("transfer-encoding"), None);
        }
        assert_eq!(client.get("/").text(), "body");
    }
    assert_eq!(origin.connections(), 1);
}

#[test]
fn an_http_1_0_client_gets_its_answer_and_the_end_of_the_connection() {
    let origin = Origin::start(|request| match request.target.as_str() {
        "/chunked" => Action::send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
        _ => Action::ok("hello"),
    });
    let gateway = gateway(&origin);
    for target in ["/known", "/chunked"] {
        let mut client = gateway.connect();
        let answer = client.ask(format!("GET {target} HTTP/1.0\r\n\r\n"));
        assert_eq!((answer.status, answer.text()), (200, "hello".to_owned()), "{target}");
        assert_eq!(answer.field("transfer-encoding"), None, "an HTTP/1.0 client does not know chunks");
        assert!(client.is_closed_by_gateway(), "{target}");
        assert_eq!(origin.last_request().version, "HTTP/1.1");
    }
}

#[test]
fn an_http_1_0_client_that_wants_to_stay_may() {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin);
    let mut client = gateway.connect();
    for _ in 0..2 {
        let answer = client.ask("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        assert_eq!((answer.status, answer.text()), (200, "/x".to_owned()));
        assert!(answer.field("connection").unwrap().eq_ignore_ascii_case("keep-alive"));
    }
    let body = client.ask("POST /x HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello");
    assert_eq!((body.status, origin.last_request().text()), (200, "hello".to_owned()));
    assert!(client.is_closed_by_gateway());
}

#[test]
fn a_client_that_asks_for_the_end_of_the_connection_gets_it() {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin);
    let mut client = gateway.connect();
    let answer = client.get_with("/", &["Connection: close"]);
    assert_eq!((answer.status, answer.field("connection")), (200, Some("close")));
    assert!(client.is_closed_by_gateway());
}

#[test]
fn requests_that_are_sent_at_once_are_answered_in_their_order() {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin);
    let mut client = gateway.connect();
    client.send(
        "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n\
         POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello\
         POST /3 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n\
         GET /4 HTTP/1.1\r\nHost: h\r\n\r\n",
    );
    for expected in ["/1", "/2", "/3", "/4"] {
        assert_eq!(client.response().text(), expected);
    }
    let bodies: Vec<_> = origin.requests().iter().map(|request| request.text()).collect();
    assert_eq!(bodies, ["", "hello", "hi", ""]);
}

#[test]
fn who_expects_100_is_told_to_go_on() {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin);
    let mut client = gateway.connect();
    client.send("POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    assert_eq!(client.response().status, 100);
    let answer = client.ask("hello");
    assert_eq!((answer.status, answer.text()), (200, "/x".to_owned()));
    let request = origin.only_request();
    assert_eq!((request.text(), request.field("expect")), ("hello".to_owned(), None));
}

#[test]
fn who_expects_100_need_not_send_a_body_that_nobody_would_take() {
    let refusing = RefusingPort::new();
    let gateway = Gateway::with(&[("client_max_body_size", "10")]);
    let service = gateway.service(json!({ "host": "127.0.0.1", "port": refusing.port(), "retries": 0 }));
    gateway.route_to(service, json!({ "paths": ["/refused"] }));
    for (target, length, status) in [("/nowhere", 5, 404), ("/refused", 5, 502), ("/refused", 11, 413)] {
        let head =
            format!("POST {target} HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n");
        let mut client = gateway.connect();
        assert_eq!(client.ask(head).status, status, "{target} {length}");
    }
}

#[test]
fn an_interim_answer_does_not_take_the_place_of_the_answer() {
    let origin = Origin::start(|_| {
        Action::send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n")
            .then_send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    });
    let gateway = gateway(&origin);
    let mut client = gateway.connect();
    for _ in 0..2 {
        let mut answer = client.get("/");
        while answer.status < 200 {
            answer = client.response();
        }
        assert_eq!((answer.status, answer.text()), (200, "ok".to_owned()));
    }
}

#[test]
fn a_method_nobody_knows_goes_on_as_it_is() {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin);
    for method in ["BREW", "get", "PROPFIND", "M-SEARCH"] {
        let answer = gateway.connect().ask(format!("{method} / HTTP/1.1\r\nHost: h\r\n\r\n"));
        assert_eq!((answer.status, origin.last_request().method), (200, method.to_owned()));
    }
}

#[test]
fn repeated_fields_and_odd_values_arrive_as_they_were_sent() {
    let fields = ["Set-Cookie: a=1", "Set-Cookie: b=2", "X-Empty:", "X-Latin: caf\u{e9}"];
    let origin = Origin::start(move |_| Action::answer("200 OK", &fields, ""));
    let gateway = gateway(&origin);
    let answer = gateway.connect().get_with("/", &["Cookie: a=1", "Cookie: b=2", "X-Empty:", "X-Latin: caf\u{e9}"]);
    assert_eq!(answer.all("set-cookie"), ["a=1", "b=2"]);
    assert_eq!((answer.field("x-empty"), answer.field("x-latin")), (Some(""), Some("caf\u{e9}")));
    let request = origin.only_request();
    assert_eq!(request.all("cookie"), ["a=1", "b=2"]);
    assert_eq!((request.field("x-empty"), request.field("x-latin")), (Some(""), Some("caf\u{e9}")));
}
