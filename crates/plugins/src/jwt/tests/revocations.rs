//! Tokens that are revoked.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{bearer, hs256, jwt, world};
use crate::fixture::{NOW, World, id, prepared};
use crate::jwt::revocations::{MARKS, definition};

fn token(claims: &Value) -> String {
    let mut all = json!({ "iss": "ann-key", "jti": "j1", "sub": "s1", "sid": "x1", "iat": NOW - 100 });
    all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    hs256(&all.to_string())
}

fn is_revoked(world: &World, claims: Value) -> bool {
    let outcome = world.send(&*jwt(json!({})), bearer(&token(&claims)));
    if outcome.is_from("ann") {
        return false;
    }
    let body = r#"{"message":"The token has been revoked","reason":"revoked"}"#;
    assert_eq!(outcome.answer(), (401, Some("Bearer error=\"invalid_token\""), body));
    true
}

fn revoking(body: Value) -> World {
    world().marked(&MARKS, body)
}

#[test]
fn a_token_is_revoked_by_what_it_says() {
    assert!(!is_revoked(&world(), json!({})));
    for (by, value, other) in [
        ("jti", "j1", json!({ "jti": "j2" })),
        ("sub", "s1", json!({ "sub": "s2" })),
        ("sid", "x1", json!({ "sid": "x2" })),
    ] {
        let world = revoking(json!({ "by": by, "value": value }));
        assert!(is_revoked(&world, json!({})), "{by}");
        assert!(!is_revoked(&world, other), "{by}");
    }
    let world = revoking(json!({ "by": "sub", "value": "j1" }));
    assert!(!is_revoked(&world, json!({})));
}

#[test]
fn a_consumer_is_revoked_by_id_or_by_username() {
    for value in ["ann".to_owned(), id(1).to_string()] {
        assert!(is_revoked(&revoking(json!({ "by": "consumer", "value": value })), json!({})));
    }
    assert!(!is_revoked(&revoking(json!({ "by": "consumer", "value": "bob" })), json!({})));
}

#[test]
fn what_was_issued_before_a_time_is_revoked() {
    for body in [json!({ "by": "everything" }), json!({ "by": "sub", "value": "s1" })] {
        let mut body = body;
        body["issued_before"] = json!(NOW);
        let world = revoking(body);
        assert!(is_revoked(&world, json!({ "iat": NOW - 1 })));
        assert!(is_revoked(&world, json!({ "iat": null })));
        assert!(!is_revoked(&world, json!({ "iat": NOW })));
    }
}

#[test]
fn a_revocation_ends_with_its_time() {
    let present = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().cast_signed();
    let mut world = revoking(json!({ "by": "jti", "value": "j1", "ttl": 60 }));
    world.now = present + 30;
    assert!(is_revoked(&world, json!({})));
    world.now = present + 90;
    assert!(!is_revoked(&world, json!({})));
}

#[test]
fn the_same_is_revoked_once() {
    let of = |body: Value| prepared(&definition(), body).map(|body| body["id"].clone());
    let first = of(json!({ "by": "jti", "value": "a" })).unwrap();
    assert_eq!(of(json!({ "by": "jti", "value": "a", "reason": "lost" })).unwrap(), first);
    assert_ne!(of(json!({ "by": "sub", "value": "a" })).unwrap(), first);
    assert_eq!(of(json!({ "id": first, "by": "jti", "value": "a" })).unwrap(), first);
    for wrong in [
        json!({ "id": id(7), "by": "jti", "value": "a" }),
        json!({ "by": "jti" }),
        json!({ "by": "everything", "value": "a" }),
        json!({ "by": "aud", "value": "a" }),
        json!({ "value": "a" }),
    ] {
        assert!(of(wrong.clone()).is_err(), "{wrong}");
    }
}
