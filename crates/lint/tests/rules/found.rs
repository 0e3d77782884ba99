//! What each rule finds, and what it leaves alone.

use gibbon_lint::{KEYS, Severity, codes, of_record};
use serde_json::{Value, json};

use crate::world::{World, id};

/// A world with the service 1 and its route 2.
fn world() -> World {
    let world = World::new().with("services", 1, json!({ "host": "a.example" }));
    world.with("routes", 2, json!({ "paths": ["/a"], "service": { "id": id(1) } }))
}

fn safe_jwt() -> Value {
    json!({ "claims_to_verify": ["exp"] })
}

#[test]
fn every_rule_has_a_code_of_its_own_and_stands_in_the_page() {
    let page = include_str!("../../../../docs/lint.md");
    let mut codes: Vec<_> = codes().collect();
    for code in &codes {
        assert!(page.contains(&format!("| `{code}` |")), "{code}");
    }
    let count = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), count);
}

#[test]
fn an_ordinary_configuration_has_nothing_to_be_told() {
    let world = world()
        .with("consumers", 3, json!({ "username": "ann" }))
        .plugin(4, "jwt", safe_jwt(), json!({ "service": { "id": id(1) } }))
        .plugin(5, "acl", json!({ "allow": ["g"] }), json!({ "route": { "id": id(2) } }))
        .plugin(6, "rate-limiting", json!({ "minute": 5 }), json!({ "consumer": { "id": id(3) } }))
        .plugin(7, "cors", json!({ "origins": ["https://a.example"], "credentials": true }), json!({}))
        .with("upstreams", 8, json!({ "name": "u" }))
        .with("targets", 9, json!({ "target": "192.0.2.1:80", "upstream": { "id": id(8) } }));
    assert_eq!(world.found(), []);
    assert_eq!(world.told(4), [""; 0]);
}

#[test]
fn two_authentications_that_both_insist_are_found_where_they_meet() {
    let two = |scope: Value| {
        let world = world().plugin(3, "jwt", safe_jwt(), json!({ "service": { "id": id(1) } }));
        world.plugin(4, "key-auth", json!({}), scope)
    };
    let same = two(json!({ "service": { "id": id(1) } }));
    assert_eq!(same.found(), [("authentication-needs-all", 3), ("authentication-needs-all", 4)]);
    assert_eq!(same.told(4), ["authentication-needs-all"]);
    assert_eq!(two(json!({ "service": { "id": id(1) }, "enabled": false })).found(), []);
    let world = world()
        .with("consumers", 5, json!({ "username": "anyone" }))
        .plugin(3, "jwt", json!({ "claims_to_verify": ["exp"], "anonymous": "anyone" }), json!({}))
        .plugin(4, "key-auth", json!({ "anonymous": "anyone" }), json!({}));
    assert_eq!(world.found(), []);
}

#[test]
fn an_anonymous_consumer_that_is_not_there_is_found() {
    let world = world().plugin(3, "key-auth", json!({ "anonymous": "nobody" }), json!({}));
    assert_eq!(world.found(), [("anonymous-is-nobody", 3)]);
    let world = world.with("consumers", 4, json!({ "username": "nobody" }));
    assert_eq!(world.found(), []);
}

#[test]
fn tokens_that_never_expire_and_cookies_for_all_are_found() {
    let world = world()
        .plugin(3, "jwt", json!({ "claims_to_verify": ["nbf"] }), json!({}))
        .plugin(4, "cors", json!({ "credentials": true }), json!({}))
        .plugin(5, "cors", json!({ "credentials": true, "origins": ["*"] }), json!({ "service": { "id": id(1) } }))
        .plugin(6, "cors", json!({ "origins": ["*"] }), json!({ "route": { "id": id(2) } }));
    let expected = [("cors-credentials-for-all", 4), ("cors-credentials-for-all", 5), ("jwt-without-exp", 3)];
    assert_eq!(world.found(), expected);
    assert_eq!(world.told(3), ["jwt-without-exp"]);
}

#[test]
fn functions_that_come_too_early_for_a_route_are_found_where_there_is_one() {
    let code = json!(["kong.log('here')"]);
    let world = world()
        .plugin(3, "pre-function", json!({ "rewrite": code, "access": code }), json!({ "route": { "id": id(2) } }))
        .plugin(4, "post-function", json!({ "certificate": code }), json!({ "service": { "id": id(1) } }))
        .plugin(5, "pre-function", json!({ "access": code, "log": code }), json!({ "service": { "id": id(1) } }))
        .plugin(6, "pre-function", json!({ "certificate": code, "rewrite": code }), json!({}));
    assert_eq!(world.found(), [("functions-never-run", 3), ("functions-never-run", 4)]);
    assert_eq!((world.told(3), world.told(6)), (vec!["functions-never-run"], vec![]));
}

#[test]
fn what_asks_who_a_request_is_from_needs_somebody_who_finds_out() {
    let world = world()
        .with("consumers", 3, json!({ "username": "ann" }))
        .plugin(4, "acl", json!({ "allow": ["g"] }), json!({ "route": { "id": id(2) } }))
        .plugin(5, "rate-limiting", json!({ "minute": 5 }), json!({ "service": { "id": id(1) } }))
        .plugin(6, "rate-limiting", json!({ "minute": 5, "limit_by": "ip" }), json!({}))
        .plugin(7, "correlation-id", json!({}), json!({ "consumer": { "id": id(3) } }));
    let expected = [("acl-without-authentication", 4), ("consumer-without-authentication", 7), ("limit-by-nobody", 5)];
    assert_eq!(world.found(), expected);
    // What is put right by the next step of any guide is no word to the writer.
    assert_eq!((world.told(4), world.told(7)), (vec![], vec!["consumer-without-authentication"]));
    let world = world.plugin(8, "key-auth", json!({}), json!({ "route": { "id": id(2) } }));
    assert_eq!(world.found(), []);
}

#[test]
fn plugins_of_a_service_that_is_switched_off_are_found() {
    let world = World::new()
        .with("services", 1, json!({ "host": "a.example", "enabled": false }))
        .with("routes", 2, json!({ "paths": ["/a"], "service": { "id": id(1) } }))
        .plugin(3, "jwt", safe_jwt(), json!({ "service": { "id": id(1) } }))
        .plugin(4, "correlation-id", json!({}), json!({ "route": { "id": id(2) } }));
    assert_eq!(world.found(), [("off-with-its-service", 3), ("off-with-its-service", 4)]);
}

#[test]
fn what_answers_nothing_or_everything_is_found() {
    let world = World::new()
        .with("routes", 1, json!({ "paths": ["/a"] }))
        .with("routes", 2, json!({ "paths": ["/b"] }))
        .plugin(3, "redirect", json!({ "location": "https://a.example" }), json!({ "route": { "id": id(2) } }))
        .with("upstreams", 4, json!({ "name": "empty" }))
        .with("upstreams", 5, json!({ "name": "light" }))
        .with("targets", 6, json!({ "target": "192.0.2.1:80", "weight": 0, "upstream": { "id": id(5) } }));
    let expected = [("route-goes-nowhere", 1), ("upstream-without-targets", 4), ("upstream-without-targets", 5)];
    assert_eq!(world.found(), expected);
    assert_eq!(world.told(1), [""; 0]);
    let world = self::world().plugin(3, "request-termination", json!({}), json!({}));
    assert_eq!(world.found(), [("terminates-everything", 3)]);
    let triggered = self::world().plugin(3, "request-termination", json!({ "trigger": "x" }), json!({}));
    assert_eq!(triggered.found(), []);
}

#[test]
fn keys_that_are_too_short_are_found_and_references_are_not_judged() {
    let record = |value: Value| value.as_object().unwrap().clone();
    let found = |value: Value| of_record(KEYS, &record(value)).into_iter().map(|one| one.code).collect::<Vec<_>>();
    assert_eq!(found(json!({ "algorithm": "HS256", "secret": "short" })), ["weak-key"]);
    assert_eq!(found(json!({ "algorithm": "HS512", "secret": "x".repeat(63) })), ["weak-key"]);
    assert_eq!(found(json!({ "algorithm": "HS256", "secret": "x".repeat(32) })), [""; 0]);
    assert_eq!(found(json!({ "algorithm": "HS256", "secret": "{vault://env/a}" })), [""; 0]);
    assert!(of_record("consumers", &record(json!({ "algorithm": "HS256", "secret": "s" }))).is_empty());
}

/// The codes of what is found about the route 2, with another route 3 beside it.
fn beside(mut own: Value, mut other: Value) -> Vec<(&'static str, u128)> {
    own["service"] = json!({ "id": id(1) });
    other["service"] = json!({ "id": id(1) });
    let world = World::new().with("services", 1, json!({ "host": "a.example" }));
    world.with("routes", 2, own).with("routes", 3, other).found()
}

#[test]
fn a_route_whose_requests_another_one_takes_is_found() {
    let shadowed = [("route-is-shadowed", 2)];
    // Of two that match the same, the one with the larger id comes first.
    assert_eq!(beside(json!({ "paths": ["/a"] }), json!({ "paths": ["/a", "/b"] })), shadowed);
    assert_eq!(beside(json!({ "hosts": ["x.example"] }), json!({ "hosts": ["x.example", "y.example"] })), shadowed);
    // Regular expressions come before prefixes.
    assert_eq!(beside(json!({ "paths": ["/a", "/b"] }), json!({ "paths": ["~/.*"] })), shadowed);
    let both = json!({ "paths": ["/a"], "methods": ["GET"] });
    assert_eq!(beside(both.clone(), json!({ "paths": ["/a"], "methods": ["GET", "POST"] })), shadowed);
}

#[test]
fn a_route_that_gets_any_request_is_not() {
    let nothing: [(&str, u128); 0] = [];
    for other in [
        json!({ "paths": ["/b"] }),
        json!({ "paths": ["/a/b"] }),
        json!({ "paths": ["/"] }),
        json!({ "paths": ["/a"], "methods": ["GET"] }),
        json!({ "paths": ["/a"], "headers": { "x": ["1"] } }),
        json!({ "paths": ["/a"], "protocols": ["https"] }),
        json!({ "paths": ["~/a$"] }),
    ] {
        assert_eq!(beside(json!({ "paths": ["/a"] }), other.clone()), nothing, "{other}");
    }
    assert_eq!(beside(json!({ "paths": ["/a", "/c"] }), json!({ "paths": ["/a"] })), nothing);
}

#[test]
fn the_worst_is_an_error() {
    assert!(Severity::Error > Severity::Warning && Severity::Warning > Severity::Info);
}
