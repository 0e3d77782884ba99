//! `session` through a whole gateway: a key opens a session, and its cookie is enough from then on.

use gibbon_testkit::{Gateway, Origin, Response, eventually};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::gateway_with;

struct Arrangement {
    gateway: Gateway,
    origin: Origin,
    ann: Uuid,
}

/// A gateway with the plugin and one that asks for keys, where a session is enough.
fn arranged(mut fields: Value) -> Arrangement {
    fields["secret"] = json!("a secret of this test");
    let (gateway, origin) = gateway_with(&[("session", fields), ("key-auth", json!({ "anonymous": "nobody" }))]);
    let nobody = gateway.consumer(json!({ "username": "nobody" }));
    let refusal = json!({ "status_code": 403, "message": "log in" });
    gateway.plugin(json!({ "name": "request-termination", "consumer": { "id": nobody }, "config": refusal }));
    let ann = gateway.consumer(json!({ "username": "ann" }));
    gateway.put("keyauth_credentials", json!({ "consumer": { "id": ann }, "key": "k" }));
    Arrangement { gateway, origin, ann }
}

impl Arrangement {
    fn log_in(&self) -> String {
        let answer = self.gateway.connect().get_with("/", &["apikey: k"]);
        assert_eq!(answer.status, 200);
        cookies(&answer)
    }

    fn get(&self, cookies: &str) -> Response {
        self.gateway.connect().get_with("/", &[&format!("Cookie: {cookies}")])
    }

    fn log_out(&self, cookies: &str) -> Response {
        let head = "POST /?session_logout HTTP/1.1\r\nHost: a.example\r\nContent-Length: 0\r\n";
        self.gateway.connect().ask(format!("{head}Cookie: {cookies}\r\n\r\n"))
    }
}

/// What a browser sends of the cookies of an answer.
fn cookies(answer: &Response) -> String {
    let pairs = answer.all("set-cookie").into_iter().map(|line| line.split(';').next().unwrap().to_owned());
    pairs.collect::<Vec<_>>().join("; ")
}

#[test]
fn a_key_opens_a_session_and_its_cookie_is_enough() {
    let it = arranged(json!({}));
    let answer = it.gateway.connect().get_with("/", &["apikey: k"]);
    let line = answer.field("set-cookie").unwrap();
    assert!(line.starts_with("session=1") && line.ends_with("; Path=/; SameSite=Strict; Secure; HttpOnly"), "{line}");
    assert_eq!(it.get("other=1").status, 403);
    let answer = it.get(&format!("other=1; {}", cookies(&answer)));
    assert_eq!((answer.status, answer.field("set-cookie")), (200, None));
    let request = it.origin.last_request();
    assert_eq!((request.field("x-consumer-username"), request.field("x-anonymous-consumer")), (Some("ann"), None));
}

#[test]
fn who_is_nobody_gets_no_session() {
    let it = arranged(json!({}));
    let answer = it.gateway.connect().get("/");
    assert_eq!((answer.status, answer.field("set-cookie")), (403, None));
}

#[test]
fn a_cookie_that_was_changed_is_none() {
    let it = arranged(json!({}));
    let good = it.log_in();
    for bad in [
        good.replace("session=1", "session=2"),
        good.replace("session=1", "session=0"),
        format!("{}A", &good[..good.len() - 2]),
        good[..good.len() / 2].to_owned(),
        "session=".to_owned(),
        "session=9".to_owned(),
        "session=1%%%".to_owned(),
        format!("session={}", "1".repeat(3000)),
    ] {
        assert_eq!(it.get(&bad).status, 403, "{bad}");
    }
    assert_eq!(it.get(&good).status, 200);
}

#[test]
fn a_session_ends_with_its_consumer() {
    let it = arranged(json!({}));
    let cookie = it.log_in();
    it.gateway.delete("consumers", it.ann);
    let answer = it.get(&cookie);
    assert_eq!(answer.status, 403);
    assert!(answer.field("set-cookie").unwrap().contains("session=; Path=/"), "{:?}", answer.fields);
}

#[test]
fn a_client_that_logs_out_is_told_to_forget() {
    let it = arranged(json!({}));
    let cookie = it.log_in();
    let answer = it.log_out(&cookie);
    assert_eq!((answer.status, answer.text()), (200, String::new()));
    let line = answer.field("set-cookie").unwrap();
    assert!(line.starts_with("session=;") && line.contains("Max-Age=0"), "{line}");
    // Without a session there is nothing to end: the request is one like others.
    assert_eq!(it.log_out("other=1").status, 403);
}

#[test]
fn a_stored_session_ends_for_everybody_who_has_its_cookie() {
    let it = arranged(json!({ "storage": "kong", "store_metadata": true, "response_headers": ["id", "subject"] }));
    let answer = it.gateway.connect().get_with("/", &["apikey: k"]);
    assert_eq!(answer.field("session-subject"), Some("ann"));
    let cookie = cookies(&answer);
    eventually("the session is stored", || it.get(&cookie).status == 200);
    assert_eq!(it.log_out(&cookie).status, 200);
    assert_eq!(it.get(&cookie).status, 403);
}

#[test]
fn a_body_ends_a_session_where_bodies_are_read() {
    let it = arranged(json!({ "read_body_for_logout": true }));
    let cookie = it.log_in();
    let post = |body: &str| {
        let head = "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Type: application/json\r\n";
        let length = body.len();
        it.gateway.connect().ask(format!("{head}Content-Length: {length}\r\nCookie: {cookie}\r\n\r\n{body}"))
    };
    let went_on = post(r#"{"session_logout":false}"#);
    assert_eq!((went_on.status, went_on.text()), (200, "/".to_owned()));
    let ended = post(r#"{"session_logout":true}"#);
    assert_eq!((ended.status, ended.text()), (200, String::new()));
}

#[test]
fn a_client_that_is_remembered_gets_a_new_session() {
    let it = arranged(json!({ "remember": true, "request_headers": ["id", "timeout"] }));
    let both = it.log_in();
    let remember = both.split("; ").find(|pair| pair.starts_with("remember=")).unwrap();
    let answer = it.get(remember);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.all("set-cookie").len(), 2);
    let request = it.origin.last_request();
    assert!(request.field("session-id").is_some() && request.field("session-timeout").is_some());
    assert_eq!(it.get(&cookies(&answer)).status, 200);
}
