//! How often an upstream is asked.

use gibbon_testkit::{Action, Gateway, Origin, RefusingPort};
use serde_json::{Value, json};

fn gateway(origin: &Origin, service: Value) -> Gateway {
    let gateway = Gateway::start();
    let service = gateway.service_at(origin, service);
    gateway.route_to(service, json!({ "paths": ["/"] }));
    gateway
}

/// Breaks off `failures` times and answers then.
fn recovering(failures: usize) -> Origin {
    let count = std::sync::atomic::AtomicUsize::new(0);
    Origin::start(move |_| {
        let earlier = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        if earlier < failures { Action::close() } else { Action::ok("at last") }
    })
}

#[test]
fn an_upstream_that_refuses_every_connection_gets_502() {
    let port = RefusingPort::new();
    let gateway = Gateway::start();
    let service = gateway.service(json!({ "host": "127.0.0.1", "port": port.port(), "retries": 3 }));
    gateway.route_to(service, json!({ "paths": ["/"] }));
    let mut client = gateway.connect();
    let answer = client.get_with("/", &["Accept: application/json"]);
    assert_eq!(answer.status, 502);
    assert!(answer.text().contains("\"message\":\"An invalid response was received from the upstream server\""));
    assert_eq!(client.post("/", b"a body").status, 502);
    assert_eq!(client.get("/").status, 502);
}

#[test]
fn a_get_is_repeated_as_often_as_the_service_says() {
    for (retries, asked) in [(0, 1), (2, 3), (5, 6)] {
        let origin = Origin::start(|_| Action::close());
        let gateway = gateway(&origin, json!({ "retries": retries }));
        assert_eq!(gateway.connect().get("/").status, 502);
        assert_eq!(origin.requests().len(), asked, "retries: {retries}");
    }
}

#[test]
fn a_get_is_answered_once_the_upstream_recovers() {
    let origin = recovering(2);
    let gateway = gateway(&origin, json!({ "retries": 5 }));
    let answer = gateway.connect().get_with("/", &["X-A: 1"]);
    assert_eq!((answer.status, answer.text()), (200, "at last".to_owned()));
    let requests = origin.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| request.head == requests[0].head));
}

#[test]
fn what_changes_nothing_when_it_is_done_twice_is_repeated() {
    for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"] {
        let origin = recovering(1);
        let gateway = gateway(&origin, json!({}));
        let mut client = gateway.connect();
        client.send(format!("{method} / HTTP/1.1\r\nHost: h\r\n\r\n"));
        let answer = if method == "HEAD" { client.response_to_head() } else { client.response() };
        assert_eq!((answer.status, origin.requests().len()), (200, 2), "{method}");
    }
}

#[test]
fn what_could_be_done_twice_is_not_repeated() {
    for method in ["POST", "PATCH", "LOCK", "BREW"] {
        let origin = recovering(1);
        let gateway = gateway(&origin, json!({}));
        let answer = gateway.connect().ask(format!("{method} / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"));
        assert_eq!((answer.status, origin.requests().len()), (502, 1), "{method}");
    }
}

#[test]
fn a_body_that_has_been_passed_on_cannot_be_repeated() {
    let origin = recovering(1);
    let gateway = gateway(&origin, json!({}));
    let answer = gateway.connect().ask("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
    assert_eq!((answer.status, origin.requests().len()), (502, 1));
}

#[test]
fn an_answer_is_an_answer_whatever_its_status() {
    for status in ["500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"] {
        let origin = Origin::start(move |_| Action::answer(status, &["X-From: upstream"], "own words"));
        let gateway = gateway(&origin, json!({}));
        let answer = gateway.connect().get("/");
        assert_eq!(answer.status.to_string(), status[..3]);
        assert_eq!((answer.field("x-from"), answer.text()), (Some("upstream"), "own words".to_owned()));
        assert_eq!(origin.requests().len(), 1);
    }
}
