//! What the plugin promises.

use gibbon_plugin_api::{Announced, Handler};
use http::Method;
use serde_json::{Value, json};

use super::DEFINITION;
use crate::fixture::{Outcome, Request, World, handler};

fn limiting(config: Value) -> Box<dyn Handler> {
    handler(&DEFINITION, config)
}

fn upload(length: Option<u64>) -> Request {
    let request = Request::new(Method::POST, "/").announced(Announced { length, waits: false });
    match length {
        Some(length) => request.header("content-length", length.to_string()),
        None => request,
    }
}

fn send(config: Value, request: Request) -> Outcome {
    World::new().send(&*limiting(config), request)
}

#[test]
fn a_body_may_be_as_long_as_is_allowed_and_not_longer() {
    for (size, unit, allowed) in [(1, "megabytes", 1 << 20), (2, "kilobytes", 2048), (7, "bytes", 7)] {
        let config = json!({ "allowed_payload_size": size, "size_unit": unit });
        assert!(send(config.clone(), upload(Some(allowed))).reply.is_none(), "{unit}");
        let outcome = send(config, upload(Some(allowed + 1)));
        assert_eq!(outcome.answer(), (413, None, "Request size limit exceeded"), "{unit}");
    }
}

#[test]
fn a_client_that_asks_first_is_told_not_to_send() {
    let request = upload(Some(1 << 30)).announced(Announced { length: Some(1 << 30), waits: true });
    assert_eq!(send(json!({}), request).answer(), (417, None, "Request size limit exceeded"));
}

#[test]
fn a_body_of_unknown_length_is_counted_while_it_goes_by() {
    let outcome = send(json!({ "allowed_payload_size": 3, "size_unit": "bytes" }), upload(None));
    let limit = outcome.body_limit.expect("it is bounded");
    assert_eq!((limit.bytes, limit.reply.status.as_u16()), (3, 413));
}

#[test]
fn a_length_can_be_demanded() {
    let config = json!({ "require_content_length": true });
    for request in [upload(None), Request::get("/")] {
        let outcome = send(config.clone(), request);
        assert_eq!(outcome.answer(), (411, None, "A valid Content-Length header is required"));
    }
    assert!(send(config, upload(Some(1))).reply.is_none());
}

#[test]
fn a_size_below_nothing_allows_nothing() {
    assert_eq!(send(json!({ "allowed_payload_size": -1 }), upload(Some(1))).answer().0, 413);
    assert!(send(json!({ "allowed_payload_size": -1 }), upload(Some(0))).reply.is_none());
}
