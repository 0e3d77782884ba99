//! What the plugin promises.

use gibbon_plugin_api::{BodyNeed, Handler};
use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::DEFINITION;
use crate::fixture::{Outcome, Request, World, handler, id, plugin_record, prepared};

fn key_auth(config: Value) -> Box<dyn Handler> {
    handler(&DEFINITION, config)
}

/// A world in which `ann` has the key `s3cret`.
fn world() -> World {
    let credentials = &DEFINITION.credentials[0];
    World::new().consumer(1, "ann").consumer(9, "nobody").credential(credentials, 1, json!({ "key": "s3cret" }))
}

fn send(config: Value, request: Request) -> Outcome {
    world().send(&*key_auth(config), request)
}

fn refused(config: Value, request: Request) -> String {
    let outcome = send(config, request);
    let (status, challenge, message) = outcome.answer();
    assert_eq!((status, challenge), (401, Some("Key")), "{message}");
    message.to_owned()
}

#[test]
fn a_key_in_a_header_or_in_the_query_is_accepted() {
    let by_header = send(json!({}), Request::get("/").header("apikey", "s3cret"));
    assert_eq!(by_header.upstream(), (Some("ann"), Some(&*id(0xff).to_string()), None));
    assert!(send(json!({}), Request::get("/?apikey=s3cret")).is_from("ann"));
    assert!(send(json!({}), Request::get("/?%61pikey=%733cret")).is_from("ann"));
}

#[test]
fn a_request_without_a_key_is_told_so() {
    for target in ["/", "/?apikey=", "/?apikey", "/?key=s3cret"] {
        assert_eq!(refused(json!({}), Request::get(target)), "No API key found in request", "{target}");
    }
}

#[test]
fn a_key_that_nobody_has_is_unauthorized() {
    for key in ["wrong", "S3CRET", "s3cret ", "s3cret%00", "%ff"] {
        assert_eq!(refused(json!({}), Request::get(&format!("/?apikey={}", key.replace(' ', "+")))), "Unauthorized");
    }
    assert_eq!(refused(json!({}), Request::get("/").header("apikey", b"\xff")), "Unauthorized");
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    let twice = Request::get("/").header("apikey", "s3cret").header("apikey", "s3cret");
    assert_eq!(refused(json!({}), twice), "Duplicate API key found");
    for target in ["/?apikey=s3cret&apikey=s3cret", "/?apikey&apikey=s3cret"] {
        assert_eq!(refused(json!({}), Request::get(target)), "Duplicate API key found");
    }
}

#[test]
fn a_realm_stands_in_the_challenge() {
    assert_eq!(send(json!({ "realm": "lab" }), Request::get("/")).answer().1, Some("Key realm=\"lab\""));
}

#[test]
fn the_first_name_with_a_key_counts_and_of_one_name_the_header() {
    let config = || json!({ "key_names": ["one", "two"] });
    assert!(send(config(), Request::get("/?two=s3cret")).is_from("ann"));
    assert_eq!(refused(config(), Request::get("/?two=s3cret").header("one", "wrong")), "Unauthorized");
    assert!(send(config(), Request::get("/?one=wrong").header("one", "s3cret")).is_from("ann"));
    assert_eq!(refused(config(), Request::get("/?one=s3cret").header("one", "")), "No API key found in request");
}

#[test]
fn places_can_be_switched_off() {
    let message = refused(json!({ "key_in_header": false }), Request::get("/").header("apikey", "s3cret"));
    assert_eq!(message, "No API key found in request");
    assert_eq!(refused(json!({ "key_in_query": false }), Request::get("/?apikey=s3cret")), message);
    let form = Request::new(Method::POST, "/").header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(refused(json!({}), form.body("apikey=s3cret")), message);
}

#[test]
fn only_a_plugin_that_looks_into_bodies_asks_for_them() {
    assert_eq!(key_auth(json!({})).body_need(), BodyNeed::Stream);
    assert_eq!(key_auth(json!({ "key_in_body": true })).body_need(), BodyNeed::Buffer);
}

fn post(content_type: &str, body: &'static str) -> Request {
    Request::new(Method::POST, "/").header("content-type", content_type).body(body)
}

#[test]
fn a_key_in_a_body_is_accepted() {
    for request in [
        post("application/x-www-form-urlencoded", "a=1&apikey=s3cret"),
        post("application/json", r#"{"apikey":"s3cret"}"#),
        post(
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=apikey\r\n\r\ns3cret\r\n--x--",
        ),
    ] {
        assert!(send(json!({ "key_in_body": true }), request).is_from("ann"));
    }
    for request in [post("text/plain", "apikey=s3cret"), post("application/json", "rubbish"), Request::get("/")] {
        assert_eq!(refused(json!({ "key_in_body": true }), request), "No API key found in request");
    }
}

#[test]
fn a_hidden_key_does_not_reach_the_upstream_from_any_place() {
    let config = json!({ "hide_credentials": true, "key_in_body": true });
    let request = Request::new(Method::POST, "/?a=%7e&apikey=other&z=1")
        .header("apikey", "s3cret")
        .header("x-other", "kept")
        .header("content-type", "application/json")
        .body(r#"{"n":1.0,"apikey":"third"}"#);
    let outcome = send(config, request);
    assert!(outcome.is_from("ann"));
    assert_eq!(outcome.head.query(), Some("a=%7e&z=1"));
    assert!(!outcome.head.headers.contains("apikey") && outcome.head.headers.contains("x-other"));
    assert_eq!(outcome.body.unwrap(), r#"{"n":1.0}"#);
}

#[test]
fn a_query_that_was_only_the_key_is_gone() {
    let outcome = send(json!({ "hide_credentials": true }), Request::get("/?apikey=s3cret"));
    assert!(outcome.is_from("ann"));
    assert_eq!(outcome.head.query(), None);
}

#[test]
fn a_key_that_is_not_hidden_goes_on_as_it_came() {
    let outcome = send(json!({}), Request::get("/?apikey=s3cret&a=1"));
    assert_eq!(outcome.head.query(), Some("apikey=s3cret&a=1"));
}

#[test]
fn a_wrong_key_is_hidden_too_before_the_request_goes_on_as_nobody() {
    let config = json!({ "hide_credentials": true, "anonymous": "nobody" });
    let outcome = send(config, Request::get("/?apikey=wrong"));
    assert_eq!(outcome.upstream(), (Some("nobody"), None, Some("true")));
    assert_eq!(outcome.head.query(), None);
}

#[test]
fn a_preflight_passes_where_the_configuration_says_so() {
    let preflight = || Request::new(Method::OPTIONS, "/");
    assert_eq!(refused(json!({}), preflight()), "No API key found in request");
    assert_eq!(send(json!({ "run_on_preflight": false }), preflight()).upstream(), (None, None, None));
}

#[test]
fn a_credential_without_its_consumer_is_unauthorized() {
    let outcome = world().without_consumers().send(&*key_auth(json!({})), Request::get("/?apikey=s3cret"));
    assert_eq!(outcome.answer(), (401, Some("Key"), "Unauthorized"));
}

#[test]
fn a_credential_whose_time_is_over_is_unauthorized() {
    let mut world = world().credential(&DEFINITION.credentials[0], 1, json!({ "key": "brief", "ttl": 60 }));
    let request = || Request::get("/?apikey=brief");
    assert!(world.send(&*key_auth(json!({})), request()).is_from("ann"));
    // Its life began when it was loaded, which is later than the present of this world.
    world.now = i64::MAX;
    assert_eq!(world.send(&*key_auth(json!({})), request()).answer().2, "Unauthorized");
    assert!(world.send(&*key_auth(json!({})), Request::get("/?apikey=s3cret")).is_from("ann"));
}

#[test]
fn the_defaults_are_these() {
    let record = plugin_record(&DEFINITION, json!({})).unwrap();
    assert_eq!(
        record["config"],
        json!({
            "key_names": ["apikey"], "hide_credentials": false, "anonymous": null, "key_in_header": true,
            "key_in_query": true, "key_in_body": false, "run_on_preflight": true, "realm": null,
        })
    );
    assert_eq!(record["protocols"], json!(["grpc", "grpcs", "http", "https"]));
}

#[test]
fn what_no_header_can_be_called_is_refused() {
    let violations = plugin_record(&DEFINITION, json!({ "key_names": ["api key"] })).unwrap_err();
    let expected = json!({ "config": { "key_names": ["bad header name 'api key'"] } });
    assert_eq!(Value::from(violations.fields().clone()), expected);
}

#[test]
fn a_credential_has_a_key_that_is_made_unless_it_is_given() {
    let entity = (DEFINITION.credentials[0].entity)();
    assert_eq!((entity.name, entity.collection, entity.nested), ("keyauth_credentials", "key-auths", "key-auth"));
    let body = prepared(&entity, json!({ "consumer": { "id": id(1) } })).unwrap();
    let expected = json!({
        "id": id(0xff), "created_at": crate::fixture::NOW, "consumer": { "id": id(1) }, "key": "r".repeat(32),
        "tags": null, "ttl": null,
    });
    assert_eq!(Value::from(body.clone()), expected);
    let loaded = (DEFINITION.credentials[0].load)(&body).unwrap();
    assert_eq!((loaded.id, loaded.consumer, &*loaded.key), (id(0xff), id(1), &*"r".repeat(32)));
}

proptest! {
    #[test]
    fn no_bytes_are_accepted_that_are_not_the_key(
        value in "[!-~]{0,20}",
        content_type in "(application/json|multipart/form-data; boundary=x|application/x-www-form-urlencoded)",
        body in "(--x\r\n|apikey|\r\n|[ -~]){0,12}",
    ) {
        prop_assume!(!value.contains("s3cret") && !body.contains("s3cret"));
        let body: &'static str = String::leak(body);
        let request = post(&content_type, body).header("apikey", &value).header("apikey", "");
        let config = json!({ "key_in_body": true, "hide_credentials": true, "key_names": ["apikey", "x"] });
        prop_assert_eq!(send(config, request).answer().0, 401);
    }
}

#[test]
fn the_arguments_that_may_hold_a_key_are_no_matter_for_logs() {
    let names = |config| key_auth(config).secret_arguments().iter().map(|name| name.to_string()).collect::<Vec<_>>();
    assert_eq!(names(json!({ "key_names": ["apikey", "x"] })), ["apikey", "x"]);
    assert_eq!(names(json!({ "key_in_query": false })), [""; 0]);
}
