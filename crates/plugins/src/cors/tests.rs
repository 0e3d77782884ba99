//! What the plugin promises.

use http::Method;
use serde_json::{Value, json};

use super::DEFINITION;
use crate::fixture::{Request, World, answer, handler, violations};

/// The `Vary` and `Access-Control-…` fields of an answer, by the end of their names.
fn told(config: Value, request: Request, upstream: &[(&'static str, &'static str)]) -> (u16, Vec<String>) {
    let (_, head) = World::new().exchange(&*handler(&DEFINITION, config), request, answer(200, upstream));
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().to_ascii_lowercase();
    let fields = head.headers.iter().map(|(name, value)| (text(name), text(value)));
    let mut fields: Vec<_> = fields
        .filter(|(name, _)| name == "vary" || name.starts_with("access-control-"))
        .map(|(name, value)| format!("{}: {value}", name.trim_start_matches("access-control-")))
        .collect();
    fields.sort();
    (head.status.as_u16(), fields)
}

fn page(origin: &str) -> Request {
    Request::get("/").header("Origin", origin)
}

fn preflight(origin: &str) -> Request {
    Request::new(Method::OPTIONS, "/").header("Origin", origin).header("Access-Control-Request-Method", "PUT")
}

#[test]
fn every_origin_may_read_unless_some_are_named() {
    for config in [json!({}), json!({ "origins": ["*"] }), json!({ "origins": ["http://a.example", "*"] })] {
        assert_eq!(told(config, page("http://x.example"), &[]).1, ["allow-origin: *"]);
    }
}

#[test]
fn a_known_origin_is_named_and_another_is_not() {
    let config = || json!({ "origins": ["http://a.example", "http://b.example"], "exposed_headers": ["X-A", "X-B"] });
    let (_, fields) = told(config(), page("http://b.example"), &[]);
    assert_eq!(fields, ["allow-origin: http://b.example", "expose-headers: x-a,x-b", "vary: origin"]);
    let upstream = [("access-control-allow-origin", "*"), ("vary", "Accept")];
    let (_, fields) = told(config(), page("http://evil.example"), &upstream);
    assert_eq!(fields, ["expose-headers: x-a,x-b", "vary: accept", "vary: origin"]);
}

#[test]
fn a_single_origin_is_named_whoever_asks() {
    let config = json!({ "origins": ["http://a.example"] });
    assert_eq!(told(config, page("http://x.example"), &[]).1, ["allow-origin: http://a.example", "vary: origin"]);
}

#[test]
fn credentials_are_allowed_by_name_and_never_to_all() {
    let config = || json!({ "credentials": true });
    let (_, fields) = told(config(), page("http://a.example"), &[]);
    assert_eq!(fields, ["allow-credentials: true", "allow-origin: http://a.example", "vary: origin"]);
    assert_eq!(told(config(), Request::get("/"), &[]).1, ["allow-origin: *"]);
}

#[test]
fn a_request_without_an_origin_can_be_left_alone() {
    assert_eq!(told(json!({}), Request::get("/"), &[]).1, ["allow-origin: *"]);
    assert!(told(json!({ "allow_origin_absent": false }), Request::get("/"), &[]).1.is_empty());
}

#[test]
fn a_preflight_is_answered_here() {
    let request = preflight("http://a.example")
        .header("Access-Control-Request-Headers", "x-q")
        .header("Access-Control-Request-Private-Network", "true");
    let (status, fields) = told(json!({ "max_age": 60, "methods": ["GET", "PUT"] }), request, &[]);
    assert_eq!(status, 200);
    let expected = ["allow-headers: x-q", "allow-methods: get,put", "allow-origin: *", "max-age: 60"];
    assert_eq!(fields, expected);
}

#[test]
fn what_a_configuration_names_counts_more_than_what_is_asked_for() {
    let config = json!({ "headers": ["X-A", "X-B"], "private_network": true, "origins": ["http://a.example"] });
    let request = preflight("http://a.example")
        .header("Access-Control-Request-Headers", "x-q")
        .header("Access-Control-Request-Private-Network", "true");
    let (_, fields) = told(config, request, &[]);
    assert_eq!(fields[0], "allow-headers: x-a,x-b");
    assert!(fields.contains(&"allow-private-network: true".to_owned()), "{fields:?}");
}

#[test]
fn a_preflight_can_be_left_to_the_upstream() {
    let upstream = [("access-control-allow-origin", "http://own.example")];
    let (_, fields) = told(json!({ "preflight_continue": true }), preflight("http://a.example"), &upstream);
    assert_eq!(fields, ["allow-origin: http://own.example"]);
}

#[test]
fn options_without_a_wish_is_no_preflight() {
    let request = Request::new(Method::OPTIONS, "/").header("Origin", "http://a.example");
    let outcome = World::new().send(&*handler(&DEFINITION, json!({})), request);
    assert!(outcome.reply.is_none());
}

#[test]
fn what_is_no_expression_is_refused() {
    let expected = json!({ "origins": ["'(' is not a valid regex"] });
    assert_eq!(violations(&DEFINITION, json!({ "origins": ["("] })), expected);
}
