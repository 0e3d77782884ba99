//! Anonymous consumers, preflights, and the plugin beside another one.

use gibbon_plugin_api::Handler;
use http::Method;
use serde_json::{Value, json};

use super::{bearer, good, jwt, world};
use crate::fixture::{Request, World, handler, id};
use crate::key_auth;

/// `ann` has a token and the key `ann-api`; there is a consumer for nobody.
fn both() -> World {
    world().consumer(9, "nobody").credential(&key_auth::DEFINITION.credentials[0], 1, json!({ "key": "ann-api" }))
}

fn key(config: Value) -> Box<dyn Handler> {
    handler(&key_auth::DEFINITION, config)
}

fn spoofed(mut request: Request) -> Request {
    for name in ["id", "custom-id", "username"] {
        request = request.header(&format!("x-consumer-{name}"), "root");
    }
    request.header("x-credential-identifier", "root").header("x-anonymous-consumer", "true")
}

#[test]
fn an_accepted_request_tells_the_upstream_who_it_is_from() {
    let outcome = both().send(&*jwt(json!({})), spoofed(bearer(&good())));
    assert_eq!(outcome.upstream(), (Some("ann"), Some("ann-key"), None));
    assert_eq!(outcome.head.headers.get_str("x-consumer-id"), Some(&*id(1).to_string()));
    assert!(!outcome.head.headers.contains("x-consumer-custom-id"));
}

#[test]
fn a_request_without_a_good_token_goes_on_as_the_anonymous_consumer() {
    for anonymous in ["nobody".to_owned(), id(9).to_string()] {
        let plugin = jwt(json!({ "anonymous": anonymous }));
        for request in [Request::get("/"), bearer("rubbish"), Request::get("/?jwt"), Request::get("/?jwt=a&jwt=b")] {
            let outcome = both().send(&*plugin, spoofed(request));
            assert_eq!(outcome.upstream(), (Some("nobody"), None, Some("true")));
            assert!(outcome.identity.credential.is_none());
        }
        let outcome = both().send(&*plugin, bearer(&good()));
        assert_eq!(outcome.upstream(), (Some("ann"), Some("ann-key"), None));
    }
}

#[test]
fn an_anonymous_consumer_that_does_not_exist_is_the_gateways_fault() {
    let plugin = jwt(json!({ "anonymous": "ghost" }));
    let outcome = both().send(&*plugin, Request::get("/"));
    assert_eq!(outcome.answer(), (500, None, "anonymous consumer ghost is configured but doesn't exist"));
    assert!(both().send(&*plugin, bearer(&good())).is_from("ann"));
}

#[test]
fn a_credential_without_its_consumer_is_anonymous_as_well() {
    let world = world().without_consumers().consumer(9, "nobody");
    let outcome = world.send(&*jwt(json!({ "anonymous": "nobody" })), bearer(&good()));
    assert_eq!(outcome.upstream(), (Some("nobody"), None, Some("true")));
}

#[test]
fn preflights_are_authenticated_unless_the_configuration_lets_them_pass() {
    let preflight = || Request::new(Method::OPTIONS, "/");
    assert_eq!(both().send(&*jwt(json!({})), preflight()).answer().0, 401);
    let passing = jwt(json!({ "run_on_preflight": false, "anonymous": "nobody" }));
    let outcome = both().send(&*passing, preflight());
    assert_eq!(outcome.upstream(), (None, None, None));
    assert!(both().send(&*passing, Request::get("/")).upstream().2.is_some());
}

#[test]
fn without_anonymous_each_plugin_must_accept_and_the_last_one_says_who_it_is() {
    let plugins = [jwt(json!({})), key(json!({}))];
    let plugins = [&*plugins[0], &*plugins[1]];
    let neither = both().send_through(&plugins, Request::get("/"));
    assert_eq!(neither.answer().1, Some("Bearer"));
    let token = both().send_through(&plugins, bearer(&good()));
    assert_eq!(token.answer(), (401, Some("Key"), "No API key found in request"));
    let key = both().send_through(&plugins, Request::get("/").header("apikey", "ann-api"));
    assert_eq!(key.answer().1, Some("Bearer"));
    let wrong = both().send_through(&plugins, bearer(&good()).header("apikey", "wrong"));
    assert_eq!(wrong.answer(), (401, Some("Key"), "Unauthorized"));
    let both = both().send_through(&plugins, bearer(&good()).header("apikey", "ann-api"));
    assert_eq!(both.upstream(), (Some("ann"), Some(&*id(0xff).to_string()), None));
}

#[test]
fn with_anonymous_one_plugin_is_enough_and_the_first_that_accepts_says_who_it_is() {
    let plugins = [jwt(json!({ "anonymous": "nobody" })), key(json!({ "anonymous": "nobody" }))];
    let plugins = [&*plugins[0], &*plugins[1]];
    let send = |request| both().send_through(&plugins, request);
    assert_eq!(send(Request::get("/")).upstream(), (Some("nobody"), None, Some("true")));
    assert_eq!(send(bearer(&good())).upstream(), (Some("ann"), Some("ann-key"), None));
    let key_id = id(0xff).to_string();
    let by_key = send(Request::get("/").header("apikey", "ann-api"));
    assert_eq!(by_key.upstream(), (Some("ann"), Some(&*key_id), None));
    let by_both = send(bearer(&good()).header("apikey", "ann-api"));
    assert_eq!(by_both.upstream(), (Some("ann"), Some("ann-key"), None));
    let with_bad_key = send(bearer(&good()).header("apikey", "wrong"));
    assert_eq!(with_bad_key.upstream(), (Some("ann"), Some("ann-key"), None));
}

#[test]
fn a_plugin_without_anonymous_still_enforces_beside_one_that_has_it() {
    let plugins = [jwt(json!({ "anonymous": "nobody" })), key(json!({}))];
    let plugins = [&*plugins[0], &*plugins[1]];
    let outcome = both().send_through(&plugins, bearer(&good()));
    assert_eq!(outcome.answer(), (401, Some("Key"), "No API key found in request"));
    let outcome = both().send_through(&plugins, Request::get("/").header("apikey", "ann-api"));
    assert_eq!(outcome.upstream(), (Some("ann"), Some(&*id(0xff).to_string()), None));
}
