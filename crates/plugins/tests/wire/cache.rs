//! Answers that are kept, through a whole gateway.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gibbon_testkit::{Action, Client, Gateway, Origin};
use serde_json::{Value, json};

/// A gateway that keeps what an origin answers.
fn caching(config: Value, origin: &Origin) -> Gateway {
    let all = gibbon_plugins::registry::all();
    let gateway = all.into_iter().fold(Gateway::builder(), |builder, plugin| builder.plugin(plugin)).start();
    gateway.proxy_to(origin);
    let mut plugin = json!({ "name": "proxy-cache", "config": { "strategy": "memory" } });
    config.as_object().unwrap().iter().for_each(|(name, value)| plugin["config"][name] = value.clone());
    gateway.plugin(plugin);
    gateway
}

/// An origin that answers every request with another number.
fn counting(status: &'static str, fields: &'static [&'static str]) -> Origin {
    let count = Arc::new(AtomicUsize::new(0));
    Origin::start(move |_| Action::answer(status, fields, &format!("answer {}", count.fetch_add(1, Ordering::Relaxed))))
}

const TEXT: &[&str] = &["Content-Type: text/plain", "X-One: 1", "x-one: 2", "Via: 1.1 theirs", "Server: theirs"];

#[test]
fn the_second_request_does_not_reach_the_upstream() {
    let origin = counting("200 OK", TEXT);
    let gateway = caching(json!({}), &origin);
    let mut client = gateway.connect();
    let (first, second) = (client.get("/a"), client.get("/a"));
    assert_eq!((first.field("x-cache-status"), &*first.text()), (Some("Miss"), "answer 0"));
    assert_eq!((second.field("x-cache-status"), &*second.text()), (Some("Hit"), "answer 0"));
    assert_eq!((second.field("age"), first.field("age")), (Some("0"), None));
    assert_eq!(second.field("x-cache-key"), first.field("x-cache-key"));
    assert_eq!((second.all("x-one"), second.field("server")), (vec!["1", "2"], Some("theirs")));
    assert_eq!(second.all("via"), first.all("via"));
    assert!(second.field("x-kong-upstream-latency").is_some() && second.field("x-kong-response-latency").is_none());
    assert_eq!(origin.requests().len(), 1);
}

#[test]
fn another_worker_and_another_client_get_the_same() {
    let origin = counting("404 Not Found", TEXT);
    let gateway = caching(json!({}), &origin);
    gateway.connect().get("/a");
    let answer = gateway.connect().get("/a");
    assert_eq!((answer.status, &*answer.text()), (404, "answer 0"));
}

#[test]
fn a_body_that_comes_in_chunks_is_kept_with_its_length() {
    let chunks = "4\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\n";
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n";
    let origin = Origin::start(move |_| Action::send(format!("{head}{chunks}")));
    let gateway = caching(json!({}), &origin);
    let mut client = gateway.connect();
    assert_eq!(client.get("/").text(), "Wikipedia");
    let second = client.get("/");
    assert_eq!((second.field("content-length"), &*second.text()), (Some("9"), "Wikipedia"));
}

#[test]
fn an_answer_that_breaks_off_is_not_kept() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";
    for part in ["Content-Length: 9\r\n\r\nWiki", "Transfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n"] {
        let origin = Origin::start(move |_| Action::send(format!("{head}{part}")).then_close());
        let gateway = caching(json!({}), &origin);
        for count in 1..=2 {
            let mut client = gateway.connect();
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
            assert!(client.try_response().is_err(), "{part}");
            assert_eq!(origin.requests().len(), count, "{part}");
        }
    }
}

#[test]
fn an_answer_that_only_the_end_of_its_connection_ends_is_not_kept() {
    let answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nWiki";
    let origin = Origin::start(move |_| Action::send(answer).then_close());
    let gateway = caching(json!({}), &origin);
    assert_eq!([gateway.connect().get("/").text(), gateway.connect().get("/").text()], ["Wiki", "Wiki"]);
    assert_eq!(origin.requests().len(), 2);
}

#[test]
fn an_answer_that_is_too_large_passes_and_is_not_kept() {
    let large = "x".repeat(100_000);
    let origin = Origin::start(move |_| Action::answer("200 OK", &["Content-Type: text/plain"], &large));
    let gateway = caching(json!({}), &origin);
    let mut client = gateway.connect();
    assert_eq!([client.get("/").text().len(), client.get("/").text().len()], [100_000, 100_000]);
    assert_eq!(origin.requests().len(), 2);
}

#[test]
fn head_is_answered_with_the_length_that_get_would_have() {
    let origin = counting("200 OK", TEXT);
    let gateway = caching(json!({}), &origin);
    let mut client = gateway.connect();
    let head = |client: &mut Client| {
        client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
        client.response_to_head()
    };
    let (first, second) = (head(&mut client), head(&mut client));
    assert_eq!((first.field("x-cache-status"), second.field("x-cache-status")), (Some("Miss"), Some("Hit")));
    assert_eq!((first.field("content-length"), second.field("content-length")), (Some("8"), Some("8")));
    assert_eq!((client.get("/").field("x-cache-status"), origin.requests().len()), (Some("Miss"), 2));
}

#[test]
fn other_plugins_have_their_turn_at_a_hit() {
    let origin = counting("200 OK", TEXT);
    let gateway = caching(json!({}), &origin);
    gateway.plugin(json!({ "name": "correlation-id", "config": { "echo_downstream": true } }));
    gateway.plugin(json!({ "name": "rate-limiting", "config": { "year": 3, "limit_by": "ip" } }));
    let mut client = gateway.connect();
    let answers = [client.get("/"), client.get("/"), client.get("/"), client.get("/")];
    let ids: Vec<_> = answers.iter().map(|answer| answer.all("kong-request-id")).collect();
    assert!(ids[0].len() == 1 && ids[1].len() == 1 && ids[0] != ids[1], "{ids:?}");
    let left: Vec<_> = answers.iter().map(|answer| answer.all("x-ratelimit-remaining-year").join(",")).collect();
    assert_eq!(left, ["2", "1", "0", "0"]);
    assert_eq!(answers.map(|answer| answer.status), [200, 200, 200, 429]);
}

#[test]
fn an_answer_of_the_gateway_itself_is_not_kept() {
    let origin = counting("200 OK", TEXT);
    let gateway = caching(json!({ "content_type": ["*/*"], "response_code": [200] }), &origin);
    gateway.plugin(json!({ "name": "request-termination", "config": { "status_code": 200, "message": "no" } }));
    let mut client = gateway.connect();
    let statuses = [client.get("/"), client.get("/")].map(|answer| answer.field("x-cache-status").map(str::to_owned));
    assert_eq!(statuses, [Some("Bypass".to_owned()), Some("Bypass".to_owned())]);
}
