//! What the plugin promises.

use gibbon_plugin_api::ReplyBody;
use http::Method;
use serde_json::{Value, json};

use super::DEFINITION;
use crate::fixture::{Outcome, Request, World, handler, plugin_record};

fn send(config: Value, request: Request) -> Outcome {
    World::new().send(&*handler(&DEFINITION, config), request)
}

#[test]
fn the_message_is_that_of_the_configuration_or_the_usual_one() {
    for (config, status, body) in [
        (json!({}), 503, r#"{"message":"Service unavailable"}"#),
        (json!({ "status_code": 418, "message": "no tea" }), 418, r#"{"message":"no tea"}"#),
        (json!({ "status_code": 404 }), 404, r#"{"message":"Not found"}"#),
        (json!({ "status_code": 502 }), 502, r#"{"message":"Bad Gateway"}"#),
    ] {
        assert_eq!(send(config, Request::get("/")).answer(), (status, None, body));
    }
}

#[test]
fn a_status_without_a_usual_message_has_no_body() {
    let reply = send(json!({ "status_code": 204 }), Request::get("/")).reply.unwrap();
    assert!(matches!(reply.body, ReplyBody::Empty));
}

#[test]
fn a_body_is_sent_as_it_stands() {
    let config = json!({ "status_code": 200, "content_type": "text/html", "body": "<p>" });
    let reply = send(config, Request::get("/")).reply.unwrap();
    let ReplyBody::Raw { content_type, bytes } = reply.body else { panic!("{:?}", reply.body) };
    assert_eq!((content_type.unwrap().to_str().unwrap(), &*bytes), ("text/html; charset=UTF-8", &b"<p>"[..]));
}

#[test]
fn without_its_trigger_a_request_goes_on() {
    let config = || json!({ "trigger": "x-stop" });
    for target in ["/", "/?x-stopped", "/?a=x-stop"] {
        assert!(send(config(), Request::get(target)).reply.is_none(), "{target}");
    }
    assert_eq!(send(config(), Request::get("/").header("X-Stop", "")).answer().0, 503);
    assert_eq!(send(config(), Request::get("/?x-stop")).answer().0, 503);
}

#[test]
fn an_echo_describes_the_request() {
    let request = Request::new(Method::POST, "/a?q=1&q=2&flag")
        .header("host", "h:8000")
        .header("content-type", "application/json")
        .header("X-A", "1")
        .body(r#"{"n":1}"#);
    let outcome = send(json!({ "echo": true, "status_code": 404 }), request);
    let answer: Value = serde_json::from_str(outcome.answer().2).unwrap();
    assert_eq!(answer["message"], "Not found");
    let request = &answer["request"];
    assert_eq!(request["query"], json!({ "q": ["1", "2"], "flag": true }));
    assert_eq!((&request["headers"]["x-a"], &request["path"]), (&json!("1"), &json!("/a")));
    assert_eq!((&request["body"], &request["raw_body"]), (&json!({ "n": 1 }), &json!(r#"{"n":1}"#)));
    assert_eq!((&request["method"], &request["scheme"]), (&json!("POST"), &json!("http")));
}

#[test]
fn what_contradicts_itself_is_refused() {
    for (config, message) in [
        (json!({ "message": "a", "body": "b" }), "message cannot be used with content_type or body"),
        (json!({ "content_type": "text/html" }), "content_type requires a body"),
        (json!({ "echo": true, "body": "b" }), "echo cannot be used with content_type and body"),
    ] {
        let violations = plugin_record(&DEFINITION, config).unwrap_err();
        assert_eq!(violations.message(), format!("schema violation (config: {message})"));
    }
}
