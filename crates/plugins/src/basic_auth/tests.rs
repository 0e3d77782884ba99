//! What the plugin promises.

use gibbon_plugin_api::Handler;
use serde_json::{Value, json};

use super::DEFINITION;
use crate::fixture::{Outcome, Request, Side, World, handler, id, plugin_record};

fn basic_auth(config: Value) -> Box<dyn Handler> {
    handler(&DEFINITION, config)
}

/// A world in which `ann` has the password `s3:cret` under the name `ann-login`.
fn world() -> World {
    let credential = json!({ "username": "ann-login", "password": "s3:cret" });
    World::new().consumer(1, "ann").consumer(9, "nobody").credential(&DEFINITION.credentials[0], 1, credential)
}

fn login(username: &str, password: &str) -> Request {
    with("authorization", username, password)
}

fn with(header: &str, username: &str, password: &str) -> Request {
    let pair = base64_simd::STANDARD.encode_to_string(format!("{username}:{password}"));
    Request::get("/").header(header, format!("Basic {pair}"))
}

fn send(config: Value, request: Request) -> Outcome {
    world().send(&*basic_auth(config), request)
}

#[test]
fn the_right_password_is_accepted_in_either_header() {
    let outcome = send(json!({}), login("ann-login", "s3:cret"));
    assert_eq!(outcome.upstream(), (Some("ann"), Some("ann-login"), None));
    assert!(outcome.head.headers.contains("authorization"));
    assert!(send(json!({}), with("proxy-authorization", "ann-login", "s3:cret")).is_from("ann"));
}

#[test]
fn whatever_is_wrong_the_answer_is_the_same() {
    for request in [
        Request::get("/"),
        login("ann-login", "wrong"),
        login("ann-login", ""),
        login("ann", "s3:cret"),
        Request::get("/").header("authorization", "Basic !!!"),
        Request::get("/").header("authorization", "Bearer abc"),
    ] {
        assert_eq!(send(json!({}), request).answer(), (401, Some("Basic realm=\"service\""), "Unauthorized"));
    }
}

#[test]
fn the_realm_can_be_chosen() {
    assert_eq!(send(json!({ "realm": "lab" }), Request::get("/")).answer().1, Some("Basic realm=\"lab\""));
}

#[test]
fn hidden_credentials_do_not_reach_the_upstream() {
    let outcome = send(json!({ "hide_credentials": true }), login("ann-login", "s3:cret"));
    assert!(outcome.is_from("ann") && !outcome.head.headers.contains("authorization"));
    let request = with("proxy-authorization", "ann-login", "s3:cret").header("authorization", "for the upstream");
    let outcome = send(json!({ "hide_credentials": true }), request);
    let headers = &outcome.head.headers;
    assert!(!headers.contains("proxy-authorization") && headers.contains("authorization"));
}

#[test]
fn the_header_for_servers_counts_where_the_one_for_proxies_names_nobody() {
    let request = with("proxy-authorization", "somebody", "x");
    let pair = base64_simd::STANDARD.encode_to_string("ann-login:s3:cret");
    assert!(send(json!({}), request.header("authorization", format!("Basic {pair}"))).is_from("ann"));
}

#[test]
fn a_request_without_a_good_password_goes_on_as_the_anonymous_consumer() {
    for request in [Request::get("/"), login("ann-login", "wrong")] {
        let outcome = send(json!({ "anonymous": "nobody" }), request);
        assert_eq!(outcome.upstream(), (Some("nobody"), None, Some("true")));
    }
    assert!(send(json!({ "anonymous": "nobody" }), login("ann-login", "s3:cret")).is_from("ann"));
}

#[test]
fn a_password_is_checked_elsewhere_once_and_then_remembered() {
    let mut world = world();
    let plugin = basic_auth(json!({}));
    world.side = Side::Full;
    assert_eq!(world.send(&*plugin, login("ann-login", "s3:cret")).answer().0, 503);
    world.side = Side::Idle;
    assert!(world.send(&*plugin, login("ann-login", "s3:cret")).is_from("ann"));
    world.side = Side::Full;
    assert!(world.send(&*plugin, login("ann-login", "s3:cret")).is_from("ann"));
    assert_eq!(world.send(&*plugin, login("ann-login", "wrong")).answer().0, 503);
}

#[test]
fn a_changed_password_is_not_remembered() {
    let world = world();
    let plugin = basic_auth(json!({}));
    assert!(world.send(&*plugin, login("ann-login", "s3:cret")).is_from("ann"));
    let changed = json!({ "username": "ann-login", "password": "new" });
    let world = world.credential(&DEFINITION.credentials[0], 1, changed);
    assert_eq!(world.send(&*plugin, login("ann-login", "s3:cret")).answer().0, 401);
    assert!(world.send(&*plugin, login("ann-login", "new")).is_from("ann"));
}

#[test]
fn a_hash_of_kong_is_checked_at_once() {
    use sha1::{Digest, Sha1};
    let digest = Sha1::new().chain_update("secret").chain_update(id(1).to_string()).finalize();
    let hash: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let body = json!({ "id": id(7), "username": "old", "password": hash, "consumer": { "id": id(1) } });
    let loaded = (DEFINITION.credentials[0].load)(body.as_object().unwrap()).unwrap();
    let mut world = world().loaded(&DEFINITION.credentials[0], loaded);
    world.side = Side::Full;
    assert!(world.send(&*basic_auth(json!({})), login("old", "secret")).is_from("ann"));
    assert_eq!(world.send(&*basic_auth(json!({})), login("old", "Secret")).answer().0, 401);
}

#[test]
fn a_credential_without_its_consumer_is_unauthorized() {
    let outcome = world().without_consumers().send(&*basic_auth(json!({})), login("ann-login", "s3:cret"));
    assert_eq!(outcome.answer().0, 401);
}

#[test]
fn the_defaults_are_these() {
    let record = plugin_record(&DEFINITION, json!({})).unwrap();
    assert_eq!(record["config"], json!({ "anonymous": null, "hide_credentials": false, "realm": "service" }));
}
