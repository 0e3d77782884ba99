//! Credentials with several keys, or with keys that are not for ever.

use gibbon_jose::Algorithm;
use gibbon_jose::sign::Signer;
use serde_json::{Map, Value, json};

use super::{SECRET, bearer, credentials, jwt, signed, world};
use crate::fixture::{NOW, World, id, prepared};

const RSA: &str = include_str!("../../../tests/keys/rsa.pem");
const RSA_PUBLIC: &str = include_str!("../../../tests/keys/rsa.public.pem");
const OTHER: &str = include_str!("../../../tests/keys/rsa.other.pem");
const OTHER_PUBLIC: &str = include_str!("../../../tests/keys/rsa.other.public.pem");

const CLAIMS: &str = r#"{"iss":"several"}"#;

/// A world in which `ann` has such a credential with the key `several`.
fn with(mut body: Value) -> World {
    body["key"] = "several".into();
    world().credential(credentials(), 1, body)
}

fn is_accepted(world: &World, config: Value, token: &str) -> bool {
    let plugin = jwt(config);
    let twice = [world.send(&*plugin, bearer(token)), world.send(&*plugin, bearer(token))];
    let accepted = twice.each_ref().map(|outcome| outcome.is_from("ann"));
    assert_eq!(accepted[0], accepted[1], "a token that is remembered is judged as one that is not");
    assert!(twice.iter().all(|outcome| outcome.reply.is_none() || outcome.answer().0 == 401));
    accepted[0]
}

fn rs256(pem: &str) -> String {
    signed(&Signer::from_pem(Algorithm::RS256, pem).unwrap(), CLAIMS)
}

fn hs256(secret: &[u8]) -> String {
    signed(&Signer::from_secret(Algorithm::HS256, secret).unwrap(), CLAIMS)
}

#[test]
fn while_keys_overlap_tokens_of_both_are_accepted() {
    let world = with(json!({
        "algorithm": "RS256", "rsa_public_key": RSA_PUBLIC, "not_after": NOW + 10,
        "keys": [{ "kid": "next", "rsa_public_key": OTHER_PUBLIC, "not_before": NOW - 10 }],
    }));
    assert!(is_accepted(&world, json!({}), &rs256(RSA)) && is_accepted(&world, json!({}), &rs256(OTHER)));
    for (kid, pem, expected) in [("next", OTHER, true), ("next", RSA, false), ("a name of its own", RSA, true)] {
        let header = json!({ "kid": kid }).as_object().unwrap().clone();
        let token = Signer::from_pem(Algorithm::RS256, pem).unwrap().sign(&header, CLAIMS).unwrap();
        assert_eq!(is_accepted(&world, json!({}), &token), expected, "{kid}");
    }
}

#[test]
fn each_key_is_used_in_its_time_alone() {
    let times = |own: (i64, i64), next: (i64, i64)| {
        let world = with(json!({
            "secret": SECRET, "not_before": NOW + own.0, "not_after": NOW + own.1,
            "keys": [{ "secret": "another one", "not_before": NOW + next.0, "not_after": NOW + next.1 }],
        }));
        [SECRET, "another one"].map(|secret| is_accepted(&world, json!({}), &hs256(secret.as_bytes())))
    };
    assert_eq!(times((-9, 9), (-9, 9)), [true, true]);
    assert_eq!(times((-9, 0), (0, 9)), [false, true]);
    assert_eq!(times((1, 9), (-9, 0)), [false, false]);
}

#[test]
fn one_key_may_have_a_time_as_well() {
    for (until, expected) in [(NOW + 1, true), (NOW, false)] {
        let world = with(json!({ "secret": SECRET, "not_after": until }));
        assert_eq!(is_accepted(&world, json!({}), &hs256(SECRET.as_bytes())), expected);
    }
}

#[test]
fn keys_of_different_algorithms_are_each_for_their_own() {
    let world = with(json!({
        "algorithm": "RS256", "rsa_public_key": RSA_PUBLIC, "keys": [{ "algorithm": "HS256", "secret": "a secret" }],
    }));
    assert!(is_accepted(&world, json!({}), &rs256(RSA)) && is_accepted(&world, json!({}), &hs256(b"a secret")));
    assert!(!is_accepted(&world, json!({}), &hs256(RSA_PUBLIC.as_bytes())), "a public key is no secret");
    let ps256 = signed(&Signer::from_pem(Algorithm::PS256, RSA).unwrap(), CLAIMS);
    assert!(!is_accepted(&world, json!({}), &ps256));
}

#[test]
fn secrets_of_further_keys_are_read_as_the_plugin_is_told() {
    let world = with(json!({ "keys": [{ "secret": "c2VjcmV0" }] }));
    assert!(is_accepted(&world, json!({}), &hs256(b"c2VjcmV0")));
    let decoded = json!({ "secret_is_base64": true });
    assert!(is_accepted(&world, decoded.clone(), &hs256(b"secret")));
    assert!(!is_accepted(&world, decoded, &hs256(b"c2VjcmV0")));
}

#[test]
fn what_is_wrong_with_a_key_is_said_when_it_is_written() {
    let wrong = |mut body: Value| {
        body["consumer"] = json!({ "id": id(1) });
        let violations = prepared(&(credentials().entity)(), body).unwrap_err();
        Value::Object(violations.fields().clone())
    };
    let entity = |body: Value| wrong(body)["@entity"][0].as_str().unwrap().to_owned();
    let unfit = entity(json!({ "keys": [{ "algorithm": "ES256", "rsa_public_key": RSA_PUBLIC }] }));
    assert!(unfit.starts_with("keys: key 1: `ES256` does not work with an RSA key"), "{unfit}");
    let lacks = "keys: key 1 has not what its algorithm works with";
    assert_eq!(entity(json!({ "keys": [{ "rsa_public_key": RSA_PUBLIC }] })), lacks);
    let backwards = entity(json!({ "keys": [{ "secret": "s", "not_before": 20, "not_after": 10 }] }));
    assert_eq!(backwards, "keys: key 1: not_after is not behind not_before");
    let both = wrong(json!({ "keys": [{ "secret": "s", "rsa_public_key": RSA_PUBLIC }] }));
    assert!(both["keys"][0]["@entity"].is_array(), "{both}");
    let fetched = json!({ "algorithm": "RS256", "jwks_uri": "https://a/", "not_after": 10 });
    assert_eq!(entity(fetched), "jwks_uri: keys, not_before and not_after are for keys that stand here");
}

#[test]
fn a_credential_that_has_none_of_this_is_as_it_was() {
    let body = json!({ "consumer": { "id": id(1) } });
    let stored = prepared(&(credentials().entity)(), body).unwrap();
    let own = ["keys", "not_before", "not_after", "development_only"];
    assert!(own.iter().all(|field| !stored.contains_key(*field)));
    let header = Map::from_iter([("kid".to_owned(), "anything".into())]);
    let token = Signer::from_secret(Algorithm::HS256, SECRET.as_bytes()).unwrap().sign(&header, r#"{"iss":"ann-key"}"#);
    assert!(is_accepted(&world(), json!({}), &token.unwrap()));
}
