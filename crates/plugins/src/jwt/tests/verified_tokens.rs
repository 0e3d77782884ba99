//! Tokens that a worker has verified before, and keys that it must not verify with itself.

use gibbon_jose::Algorithm;
use gibbon_jose::sign::Signer;
use gibbon_plugin_api::Settings;
use serde_json::json;

use super::super::counts::Counts;
use super::super::worker::JwtWorker;
use super::{DEFINITION, bearer, credentials, good, jwt, send, signed, world_with};
use crate::fixture::{NOW, Side, World, configured};

const RSA_PUBLIC: &str = include_str!("../../../tests/keys/rsa.public.pem");
const OTHER_PUBLIC: &str = include_str!("../../../tests/keys/rsa.other.public.pem");
const ED448_PUBLIC: &str = include_str!("../../../tests/keys/ed448.public.pem");

fn world() -> World {
    world_with(Algorithm::RS256, RSA_PUBLIC)
}

fn rs256(claims: &str) -> String {
    signed(&Signer::from_pem(Algorithm::RS256, include_str!("../../../tests/keys/rsa.pem")).unwrap(), claims)
}

fn ed448() -> String {
    let signer = Signer::from_pem(Algorithm::EdDSA, include_str!("../../../tests/keys/ed448.pem")).unwrap();
    signed(&signer, r#"{"iss":"EdDSA"}"#)
}

/// How often the cache of the world's worker helped.
fn hits(world: &World) -> u64 {
    world.worker.get(|| JwtWorker::new(0, &Counts::default())).tokens.borrow().counters().hits
}

fn remembered(world: &World) -> usize {
    world.worker.get(|| JwtWorker::new(0, &Counts::default())).tokens.borrow().len()
}

#[test]
fn a_token_is_verified_once() {
    let (world, token) = (world(), rs256(r#"{"iss":"RS256"}"#));
    for times in 0..3 {
        assert!(send(&world, &token).is_from("ann"));
        assert_eq!(hits(&world), times);
    }
}

#[test]
fn a_token_with_a_secret_is_remembered_when_it_comes_again() {
    let world = world();
    for (times, kept, helped) in [(1, 0, 0), (2, 1, 0), (3, 1, 1)] {
        assert!(send(&world, &good()).is_from("ann"));
        assert_eq!((remembered(&world), hits(&world)), (kept, helped), "after {times}");
    }
}

#[test]
fn a_credential_with_a_new_secret_refuses_what_the_old_one_signed() {
    let world = world();
    for _ in 0..3 {
        assert!(send(&world, &good()).is_from("ann"));
    }
    let world = world.credential(credentials(), 1, json!({ "key": "ann-key", "secret": "another" }));
    assert_eq!(send(&world, &good()).answer().2, r#"{"message":"Invalid signature"}"#);
}

#[test]
fn a_remembered_token_is_refused_where_the_secret_is_read_in_another_way() {
    let world = world();
    for _ in 0..3 {
        assert!(send(&world, &good()).is_from("ann"));
    }
    let outcome = world.send(&*jwt(json!({ "secret_is_base64": true })), bearer(&good()));
    assert_eq!(outcome.answer().0, 401);
}

#[test]
fn a_wrong_signature_is_not_remembered() {
    let world = world_with(Algorithm::RS256, OTHER_PUBLIC);
    assert_eq!(send(&world, &rs256(r#"{"iss":"RS256"}"#)).answer().0, 401);
    assert_eq!(remembered(&world), 0);
}

#[test]
fn the_cache_can_be_switched_off() {
    let (world, token) = (world(), rs256(r#"{"iss":"RS256"}"#));
    let plugin = configured(&DEFINITION, json!({}), &Settings::default()).unwrap();
    for _ in 0..2 {
        assert!(world.send(&*plugin, bearer(&token)).is_from("ann"));
    }
    assert_eq!((remembered(&world), hits(&world)), (0, 0));
}

#[test]
fn a_remembered_token_still_expires() {
    let (mut world, plugin) = (world(), jwt(json!({ "claims_to_verify": ["exp"], "maximum_expiration": 100 })));
    let token = rs256(&format!(r#"{{"iss":"RS256","exp":{}}}"#, NOW + 100));
    assert!(world.send(&*plugin, bearer(&token)).is_from("ann"));
    world.now = NOW - 1;
    let early = world.send(&*plugin, bearer(&token));
    assert_eq!(early.answer().2, r#"{"exp":"exceeds maximum allowed expiration"}"#);
    assert_eq!(hits(&world), 1);
    world.now = NOW + 100;
    assert_eq!(world.send(&*plugin, bearer(&token)).answer().2, r#"{"exp":"token expired"}"#);
}

#[test]
fn a_remembered_token_goes_with_its_credential() {
    let (world, token) = (world(), rs256(r#"{"iss":"RS256"}"#));
    assert!(send(&world, &token).is_from("ann"));
    let world = world.without_credentials();
    assert_eq!(send(&world, &token).answer().2, r#"{"message":"No credentials found for given 'iss'"}"#);
}

#[test]
fn a_remembered_token_goes_with_its_consumer() {
    let (world, token) = (world(), rs256(r#"{"iss":"RS256"}"#));
    assert!(send(&world, &token).is_from("ann"));
    let world = world.without_consumers();
    let answer = r#"{"message":"Could not find consumer for 'iss=RS256'"}"#;
    assert_eq!(send(&world, &token).answer(), (401, None, answer));
}

#[test]
fn a_credential_with_a_new_key_refuses_what_the_old_one_signed() {
    let (world, token) = (world(), rs256(r#"{"iss":"RS256"}"#));
    assert!(send(&world, &token).is_from("ann"));
    let changed = json!({ "key": "RS256", "algorithm": "RS256", "rsa_public_key": OTHER_PUBLIC });
    let world = world.credential(credentials(), 1, changed);
    for _ in 0..2 {
        assert_eq!(send(&world, &token).answer().2, r#"{"message":"Invalid signature"}"#);
    }
}

#[test]
fn a_credential_with_another_algorithm_refuses_what_it_accepted() {
    let (world, token) = (world(), rs256(r#"{"iss":"RS256"}"#));
    assert!(send(&world, &token).is_from("ann"));
    let changed = json!({ "key": "RS256", "algorithm": "PS256", "rsa_public_key": RSA_PUBLIC });
    let world = world.credential(credentials(), 1, changed);
    assert_eq!(send(&world, &token).answer().2, r#"{"message":"Invalid algorithm"}"#);
}

#[test]
fn what_another_key_claim_names_is_looked_up_again() {
    let world = world().consumer(2, "bob");
    let credential = json!({ "key": "bob-key", "algorithm": "RS256", "rsa_public_key": RSA_PUBLIC });
    let world = world.credential(credentials(), 2, credential);
    let token = rs256(r#"{"iss":"RS256","sub":"bob-key"}"#);
    assert!(send(&world, &token).is_from("ann"));
    assert!(world.send(&*jwt(json!({ "key_claim_name": "sub" })), bearer(&token)).is_from("bob"));
}

#[test]
fn slow_keys_are_verified_beside_the_worker_and_remembered_as_well() {
    let mut world = world_with(Algorithm::EdDSA, ED448_PUBLIC);
    assert!(send(&world, &ed448()).is_from("ann"));
    world.side = Side::Full;
    assert!(send(&world, &ed448()).is_from("ann"));
    assert_eq!(hits(&world), 1);
}

#[test]
fn large_rsa_keys_are_slow() {
    let mut world = world_with(Algorithm::RS256, include_str!("../../../tests/keys/rsa4104.public.pem"));
    world.side = Side::Full;
    let signer = Signer::from_pem(Algorithm::RS256, include_str!("../../../tests/keys/rsa4104.pem")).unwrap();
    let token = signed(&signer, r#"{"iss":"RS256"}"#);
    assert_eq!(send(&world, &token).answer().0, 503);
    world.side = Side::Idle;
    assert!(send(&world, &token).is_from("ann"));
}

#[test]
fn without_room_beside_the_worker_a_slow_key_is_answered_503() {
    let mut world = world_with(Algorithm::EdDSA, ED448_PUBLIC).consumer(9, "nobody");
    world.side = Side::Full;
    let outcome = world.send(&*jwt(json!({ "anonymous": "nobody" })), bearer(&ed448()));
    assert_eq!(outcome.answer(), (503, None, "Service unavailable"));
}

#[test]
fn a_wrong_signature_under_a_slow_key_is_refused_in_the_same_words() {
    let world = world_with(Algorithm::EdDSA, ED448_PUBLIC).consumer(9, "nobody");
    let mut token = ed448();
    token.replace_range(token.len() - 20..token.len() - 19, "_");
    assert_eq!(send(&world, &token).answer().2, r#"{"message":"Invalid signature"}"#);
    let outcome = world.send(&*jwt(json!({ "anonymous": "nobody" })), bearer(&token));
    assert_eq!(outcome.upstream(), (Some("nobody"), None, Some("true")));
}
