//! Tokens that are bound to a key or a certificate of their holder.

use std::sync::atomic::{AtomicU32, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use gibbon_jose::sign::Signer;
use gibbon_jose::{Algorithm, PublicKey, PublishedKey, base64url};
use gibbon_plugin_api::Handler;
use serde_json::{Value, json};

use super::{good, hs256, jwt, world};
use crate::fixture::{NOW, Outcome, Request, World};

const HOLDER: &str = include_str!("../../../tests/keys/p256.pem");
const HOLDER_PUBLIC: &str = include_str!("../../../tests/keys/p256.public.pem");
const OTHER: &str = include_str!("../../../tests/keys/rsa.pem");
const OTHER_PUBLIC: &str = include_str!("../../../tests/keys/rsa.public.pem");

fn plugin(demand: &str) -> Box<dyn Handler> {
    jwt(json!({ "bound_tokens": demand }))
}

fn jwk(pem: &str) -> Value {
    Value::Object(PublicKey::from_pem(pem).unwrap().to_jwk().unwrap())
}

fn thumbprint(pem: &str) -> String {
    PublishedKey::from_jwk(&jwk(pem)).unwrap().thumbprint().unwrap()
}

/// A token of `ann`, bound to the key of its holder.
fn bound() -> String {
    hs256(&json!({ "iss": "ann-key", "cnf": { "jkt": thumbprint(HOLDER_PUBLIC) } }).to_string())
}

fn hash(text: &str) -> String {
    base64url::encode(digest(&SHA256, text.as_bytes()).as_ref())
}

/// A proof, with a name of its own, for `GET https://api.example/orders` with a token, with other members in header and claims.
fn proof_by(algorithm: Algorithm, pem: &str, token: &str, header: Value, claims: Value) -> String {
    let public = if pem == HOLDER { HOLDER_PUBLIC } else { OTHER_PUBLIC };
    let mut whole = json!({ "typ": "dpop+jwt", "jwk": jwk(public) });
    header.as_object().unwrap().iter().for_each(|(name, value)| whole[name] = value.clone());
    static MADE: AtomicU32 = AtomicU32::new(0);
    let name = format!("proof {}", MADE.fetch_add(1, Ordering::Relaxed));
    let mut said = json!({
        "jti": name, "htm": "GET", "htu": "https://api.example/orders", "iat": NOW, "ath": hash(token),
    });
    claims.as_object().unwrap().iter().for_each(|(name, value)| said[name] = value.clone());
    Signer::from_pem(algorithm, pem).unwrap().sign(whole.as_object().unwrap(), &said.to_string()).unwrap()
}

fn proof(token: &str, claims: Value) -> String {
    proof_by(Algorithm::ES256, HOLDER, token, json!({}), claims)
}

fn request(scheme: &str, token: &str) -> Request {
    Request::get("/orders?page=2").header("host", "api.example").header("authorization", format!("{scheme} {token}"))
}

fn send(world: &World, token: &str, proof: &str) -> Outcome {
    world.send(&*plugin("accepted"), request("DPoP", token).header("dpop", proof))
}

#[track_caller]
fn assert_refused(outcome: &Outcome, reason: &str) {
    let (status, challenge, body) = outcome.answer();
    assert_eq!(status, 401);
    assert!(body.ends_with(&format!(r#""reason":"{reason}"}}"#)), "{body}");
    let is_of_proof = reason != "not_bound";
    assert_eq!(challenge.unwrap().starts_with("DPoP error=\"invalid_dpop_proof\""), is_of_proof, "{challenge:?}");
}

#[test]
fn a_token_with_a_proof_of_its_holder_is_accepted() {
    let token = bound();
    assert!(send(&world(), &token, &proof(&token, json!({}))).is_from("ann"));
    let other_uri = json!({ "htu": "https://API.example:443/orders?x#y" });
    assert!(send(&world(), &token, &proof(&token, other_uri)).is_from("ann"));
}

#[test]
fn without_a_proof_or_as_a_bearer_token_it_is_refused() {
    let token = bound();
    assert_refused(&world().send(&*plugin("accepted"), request("DPoP", &token)), "bad_proof");
    let bearer = request("Bearer", &token).header("dpop", proof(&token, json!({})));
    assert_refused(&world().send(&*plugin("accepted"), bearer), "bad_proof");
    let twice = request("DPoP", &token).header("dpop", proof(&token, json!({})));
    let twice = twice.header("dpop", proof(&token, json!({})));
    assert_refused(&world().send(&*plugin("accepted"), twice), "bad_proof");
}

#[test]
fn a_proof_is_of_one_request_one_token_and_a_short_time() {
    let token = bound();
    for claims in [
        json!({ "htm": "POST" }),
        json!({ "htm": "get" }),
        json!({ "htu": "https://api.example/other" }),
        json!({ "htu": "https://evil.example/orders" }),
        json!({ "htu": "/orders" }),
        json!({ "htu": null }),
        json!({ "ath": hash("another token") }),
        json!({ "ath": null }),
        json!({ "iat": NOW - 120 }),
        json!({ "iat": NOW + 11 }),
        json!({ "iat": "now" }),
        json!({ "jti": null }),
    ] {
        assert_refused(&send(&world(), &token, &proof(&token, claims.clone())), "bad_proof");
    }
}

#[test]
fn a_proof_is_signed_by_the_key_that_the_token_is_bound_to() {
    let token = bound();
    let by_other = proof_by(Algorithm::RS256, OTHER, &token, json!({}), json!({}));
    assert_refused(&send(&world(), &token, &by_other), "bad_proof");
    let pretending = proof_by(Algorithm::RS256, OTHER, &token, json!({ "jwk": jwk(HOLDER_PUBLIC) }), json!({}));
    assert_refused(&send(&world(), &token, &pretending), "bad_proof");
    for header in [
        json!({ "typ": "JWT" }),
        json!({ "jwk": null }),
        json!({ "jwk": "text" }),
        json!({ "jwk": { "kty": "oct", "k": "c2VjcmV0" } }),
    ] {
        let proof = proof_by(Algorithm::ES256, HOLDER, &token, header, json!({}));
        assert_refused(&send(&world(), &token, &proof), "bad_proof");
    }
    for rubbish in ["", "x", "a.b.c", &"x".repeat(5000)] {
        assert_refused(&send(&world(), &token, rubbish), "bad_proof");
    }
}

#[test]
fn a_proof_is_good_for_one_request() {
    let (world, token) = (world(), bound());
    let plugin = plugin("accepted");
    let proof = proof(&token, json!({}));
    let send = || world.send(&*plugin, request("DPoP", &token).header("dpop", &proof));
    assert!(send().is_from("ann"));
    assert_refused(&send(), "replayed_proof");
}

#[test]
fn different_tokens_in_several_lines_are_refused() {
    let token = bound();
    let several = request("DPoP", &token).header("dpop", proof(&token, json!({})));
    let several = several.header("authorization", format!("DPoP {}", good()));
    let answer = world().send(&*plugin("accepted"), several);
    assert_eq!(answer.answer().2, r#"{"message":"Multiple tokens provided"}"#);
}

#[test]
fn a_token_that_is_bound_to_nothing_is_accepted_unless_all_must_be_bound() {
    let token = good();
    assert!(world().send(&*plugin("accepted"), request("Bearer", &token)).is_from("ann"));
    assert_refused(&world().send(&*plugin("required"), request("Bearer", &token)), "not_bound");
    let unknown = hs256(r#"{"iss":"ann-key","cnf":{"kid":"x"}}"#);
    assert_refused(&world().send(&*plugin("accepted"), request("Bearer", &unknown)), "not_bound");
}

#[test]
fn a_token_that_is_bound_to_a_certificate_comes_over_its_connection_alone() {
    let certificate = [7; 100];
    let print = base64url::encode(digest(&SHA256, &certificate).as_ref());
    let token = hs256(&json!({ "iss": "ann-key", "cnf": { "x5t#S256": print } }).to_string());
    let ask = |shown: Option<&[u8]>| world().over_tls(shown).send(&*plugin("required"), request("Bearer", &token));
    assert!(ask(Some(&certificate)).is_from("ann"));
    assert_refused(&ask(Some(&[8; 100])), "not_bound");
    assert_refused(&ask(None), "not_bound");
    assert_refused(&world().send(&*plugin("required"), request("Bearer", &token)), "not_bound");
}

#[test]
fn without_the_setting_bindings_are_not_looked_at() {
    assert!(world().send(&*jwt(json!({})), request("Bearer", &bound())).is_from("ann"));
    assert_eq!(world().send(&*jwt(json!({})), request("DPoP", &good())).answer().0, 401);
}
