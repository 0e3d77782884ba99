use std::sync::Arc;

use super::*;
use crate::sign::Signer;
use crate::{Algorithm, Limits, Token, Verifier};

const PRIVATE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys/ed25519.private.pem"));
const OTHER: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys/p256.private.pem"));
const NOW: u64 = 1_700_000_000;

fn verifier() -> Verifier {
    Verifier::from_pem(Algorithm::EdDSA, PRIVATE).unwrap()
}

fn token(claims: &str) -> String {
    Signer::from_pem(Algorithm::EdDSA, PRIVATE).unwrap().sign(&serde_json::Map::new(), claims).unwrap()
}

fn insert(cache: &mut VerifiedTokens, token: &str, now: u64) {
    let parsed = Token::parse(token.as_bytes(), &Limits::default()).unwrap();
    cache.insert(&parsed.verify(&verifier()).unwrap(), now);
}

fn is_hit(cache: &mut VerifiedTokens, token: &str, now: u64) -> bool {
    cache.get(verifier().id(), token.as_bytes(), now).is_some()
}

/// The place that one token of such claims takes.
fn cost_of(claims: &str) -> usize {
    let mut cache = VerifiedTokens::new(1 << 20);
    insert(&mut cache, &token(claims), NOW);
    cache.bytes()
}

#[test]
fn a_token_is_remembered_with_its_claims() {
    let mut cache = VerifiedTokens::new(1 << 20);
    let token = token(r#"{"iss":"k"}"#);
    assert!(!is_hit(&mut cache, &token, NOW));
    insert(&mut cache, &token, NOW);
    let contents = cache.get(verifier().id(), token.as_bytes(), NOW).unwrap();
    assert_eq!(contents.claims().get_str("iss").as_deref(), Some("k"));
    assert_eq!(contents.algorithm(), Some(Algorithm::EdDSA));
    assert_eq!(cache.counters(), Counters { hits: 1, misses: 1, evictions: 0 });
}

#[test]
fn another_key_or_another_byte_is_a_miss() {
    let mut cache = VerifiedTokens::new(1 << 20);
    let token = token(r#"{"iss":"k"}"#);
    insert(&mut cache, &token, NOW);
    let other = Verifier::from_pem(Algorithm::ES256, OTHER).unwrap();
    assert!(cache.get(other.id(), token.as_bytes(), NOW).is_none());
    for position in 0..token.len() {
        let mut altered = token.clone().into_bytes();
        altered[position] ^= 1;
        assert!(cache.get(verifier().id(), &altered, NOW).is_none(), "{position}");
    }
    assert!(cache.get(verifier().id(), format!("{token}=").as_bytes(), NOW).is_none());
}

#[test]
fn a_token_can_be_found_before_its_key_is_known() {
    let mut cache = VerifiedTokens::new(1 << 20);
    let token = token(r#"{"iss":"k"}"#);
    insert(&mut cache, &token, NOW);
    let mut found = cache.find(token.as_bytes(), NOW).unwrap();
    assert_eq!(found.contents().claims().get_str("iss").as_deref(), Some("k"));
    assert!(!found.is_verified_by(Verifier::from_pem(Algorithm::ES256, OTHER).unwrap().id()));
    assert!(found.is_verified_by(verifier().id()));
    assert_eq!(cache.counters(), Counters { hits: 1, misses: 1, evictions: 0 });
}

#[test]
fn a_token_is_forgotten_after_300_seconds_or_at_its_exp() {
    let mut cache = VerifiedTokens::new(1 << 20);
    let eternal = token(r#"{"iss":"k"}"#);
    let short = token(&format!(r#"{{"exp":{}}}"#, NOW + 10));
    let fraction = token(&format!(r#"{{"exp":{}.9}}"#, NOW + 10));
    let long = token(&format!(r#"{{"exp":{}}}"#, NOW + 100_000));
    for token in [&eternal, &short, &fraction, &long] {
        insert(&mut cache, token, NOW);
    }
    assert!(is_hit(&mut cache, &eternal, NOW + 299) && !is_hit(&mut cache, &eternal, NOW + 300));
    assert!(is_hit(&mut cache, &short, NOW + 9) && !is_hit(&mut cache, &short, NOW + 10));
    assert!(is_hit(&mut cache, &fraction, NOW + 9) && !is_hit(&mut cache, &fraction, NOW + 10));
    assert!(is_hit(&mut cache, &long, NOW + 299) && !is_hit(&mut cache, &long, NOW + 300));
    insert(&mut cache, &eternal, NOW + 300);
    assert!(is_hit(&mut cache, &eternal, NOW + 599), "verified again, remembered again");
    assert_eq!(cache.len(), 4, "the new entry took the place of the old one");
}

#[test]
fn what_has_expired_is_not_taken_in() {
    let mut cache = VerifiedTokens::new(1 << 20);
    for exp in ["1", "-5", &NOW.to_string(), "-1e300"] {
        insert(&mut cache, &token(&format!(r#"{{"exp":{exp}}}"#)), NOW);
    }
    assert!(cache.is_empty());
    insert(&mut cache, &token(r#"{"exp":1e300}"#), NOW);
    insert(&mut cache, &token(r#"{"exp":"1"}"#), NOW);
    assert_eq!(cache.len(), 2, "an `exp` that is no number is for the caller to judge, on every request");
}

#[test]
fn a_token_with_a_mac_is_kept_when_it_comes_again() {
    let mut cache = VerifiedTokens::new(1 << 20);
    let verifier = |secret| Verifier::from_secret(Algorithm::HS256, secret).unwrap();
    let raw = Signer::from_secret(Algorithm::HS256, b"s").unwrap().sign(&serde_json::Map::new(), "{}").unwrap();
    for (time, kept) in [(1, 0), (2, 1), (3, 1)] {
        cache.insert(&Token::parse(raw.as_bytes(), &Limits::default()).unwrap().verify(&verifier(b"s")).unwrap(), NOW);
        assert_eq!(cache.len(), kept, "time {time}");
    }
    assert!(cache.get(verifier(b"s").id(), raw.as_bytes(), NOW).is_some());
    assert!(cache.get(verifier(b"t").id(), raw.as_bytes(), NOW).is_none(), "the secret was changed");
}

#[test]
fn the_bytes_are_bounded_and_counted() {
    let one = cost_of(r#"{"n":100}"#);
    let mut cache = VerifiedTokens::new(10 * one);
    for n in 100..200 {
        insert(&mut cache, &token(&format!(r#"{{"n":{n}}}"#)), NOW);
        assert!(cache.bytes() <= 10 * one);
    }
    assert_eq!((cache.len(), cache.bytes(), cache.counters().evictions), (10, 10 * one, 90));
}

#[test]
fn what_is_used_outlives_a_flood() {
    let mut cache = VerifiedTokens::new(10 * cost_of(r#"{"n":100}"#));
    let used = token(r#"{"n":999}"#);
    insert(&mut cache, &used, NOW);
    for n in 100..300 {
        assert!(is_hit(&mut cache, &used, NOW), "before {n}");
        insert(&mut cache, &token(&format!(r#"{{"n":{n}}}"#)), NOW);
    }
}

#[test]
fn what_is_over_goes_first_and_is_no_eviction() {
    let claims = |n: u64, exp: u64| format!(r#"{{"n":{n},"exp":{exp}}}"#);
    let mut cache = VerifiedTokens::new(4 * cost_of(&claims(1, NOW + 100)));
    for n in 1..5 {
        insert(&mut cache, &token(&claims(n, NOW + 1)), NOW);
    }
    for n in 5..9 {
        insert(&mut cache, &token(&claims(n, NOW + 100)), NOW + 1);
    }
    assert_eq!((cache.len(), cache.counters().evictions), (4, 0));
}

#[test]
fn a_cache_of_no_bytes_keeps_nothing() {
    let mut cache = VerifiedTokens::new(0);
    insert(&mut cache, &token("{}"), NOW);
    assert_eq!((cache.len(), cache.bytes()), (0, 0));
}

#[test]
fn one_token_does_not_take_more_than_a_quarter() {
    let mut cache = VerifiedTokens::new(4000);
    insert(&mut cache, &token(&format!(r#"{{"x":"{}"}}"#, "x".repeat(900))), NOW);
    assert!(cache.is_empty());
}

#[test]
fn contents_are_shared_and_not_copied() {
    let mut cache = VerifiedTokens::new(1 << 20);
    let raw = token("{}");
    insert(&mut cache, &raw, NOW);
    let (one, two) = (cache.get(verifier().id(), raw.as_bytes(), NOW), cache.get(verifier().id(), raw.as_bytes(), NOW));
    assert!(Arc::ptr_eq(&one.unwrap(), &two.unwrap()));
}
