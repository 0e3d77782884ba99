//! Upstreams that do not speak HTTP as they should. A client never sees a clean end of what was not whole.

use gibbon_testkit::{Action, Gateway, Origin, ReadError};
use serde_json::json;

fn gateway(origin: &Origin) -> Gateway {
    let gateway = Gateway::start();
    let service = gateway.service_at(origin, json!({ "retries": 0 }));
    gateway.route_to(service, json!({ "paths": ["/"] }));
    gateway
}

#[test]
fn what_is_no_http_gets_502() {
    let large_head = format!("HTTP/1.1 200 OK\r\nX-Large: {}\r\n\r\n", "x".repeat(100_000));
    for bytes in [
        "",
        "nonsense\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nX\0: 1\r\n\r\n",
        "\x16\x03\x01\x02\0\x01\0\x01",
        &large_head,
    ] {
        let sent = bytes.to_owned();
        let origin = Origin::start(move |_| Action::send(sent.clone()).then_close());
        let gateway = gateway(&origin);
        let mut client = gateway.connect();
        for _ in 0..2 {
            let answer = client.get_with("/", &["Accept: application/json"]);
            let shown = &bytes[..bytes.len().min(60)];
            assert_eq!(answer.status, 502, "{shown:?}");
            assert!(answer.text().contains("An invalid response was received from the upstream server"), "{shown:?}");
        }
    }
}

#[test]
fn an_answer_that_breaks_off_ends_broken_for_the_client() {
    for bytes in [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nha",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nxyz\r\n",
    ] {
        let origin = Origin::start(move |_| Action::send(bytes).then_close());
        let gateway = gateway(&origin);
        let mut client = gateway.connect();
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        // Whether the head gets through before the end shows is left open.
        let error = client.try_response().unwrap_err();
        assert!(matches!(error, ReadError::BrokenOff | ReadError::Closed), "{error:?}: {bytes}");
        assert_eq!(origin.requests().len(), 1, "what has been begun is not begun again: {bytes}");
    }
}

#[test]
fn what_follows_an_answer_unasked_is_nobodys_answer() {
    let origin = Origin::start(|request| match request.target.as_str() {
        "/first" => Action::send(
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
        ),
        _ => Action::ok("own"),
    });
    let gateway = gateway(&origin);
    for _ in 0..10 {
        let mut client = gateway.connect();
        assert_eq!(client.get("/first").text(), "ok");
        assert_eq!(client.get("/second").text(), "own");
    }
}

#[test]
fn the_body_of_an_answer_that_has_none_is_nobodys_answer() {
    let origin = Origin::start(|request| match request.method.as_str() {
        "HEAD" => Action::ok("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"),
        _ => Action::ok("own"),
    });
    let gateway = gateway(&origin);
    for _ in 0..10 {
        let mut client = gateway.connect();
        client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_eq!(client.response_to_head().status, 200);
        assert_eq!(client.get("/").text(), "own");
    }
}

#[test]
fn of_two_framings_of_an_answer_the_chunks_count() {
    for fields in
        ["Content-Length: 3\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 30"]
    {
        let answer = format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        let origin = Origin::start(move |_| Action::send(answer.clone()));
        let gateway = gateway(&origin);
        let mut client = gateway.connect();
        for _ in 0..2 {
            let answer = client.get("/");
            assert_eq!((answer.text(), answer.field("content-length")), ("hello".to_owned(), None), "{fields}");
        }
    }
}

#[test]
fn an_upstream_that_changes_the_protocol_unasked_gets_502() {
    let origin = Origin::start(|_| {
        Action::send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
            .then_echo()
    });
    let gateway = gateway(&origin);
    let mut client = gateway.connect();
    assert_eq!(client.get("/").status, 502);
    assert_eq!(client.get("/").status, 502);
}
