//! What attackers send. None of it may be accepted, and none of it may be anything but a refusal.
//!
//! Classes that stand elsewhere: every algorithm with every key (`diagonal`); tokens of others and what is remembered (`impersonation`,
//! `verified_tokens`); `kid`, keys that a token brings and secrets in key sets (`issuers`); claims of the wrong
//! type (`answers`, `issuers`); tokens in two places (`retrieval`); stolen and replayed ones (`binding`); weak keys and signatures
//! bit by bit (the tests of `gibbon-jose`); where keys may be fetched from, and headers that only the gateway sets
//! (`tests/wire`, in `issuers.rs` and `tokens.rs`).

use gibbon_jose::sign::Signer;
use gibbon_jose::{Algorithm, base64url};
use proptest::prelude::*;
use serde_json::json;

use super::{SECRET, bearer, credentials, good, hs256, jwt, send, signed, world, world_with};
use crate::fixture::Request;

const RSA: &str = include_str!("../../../tests/keys/rsa.pem");
const RSA_PUBLIC: &str = include_str!("../../../tests/keys/rsa.public.pem");

fn forged(header: &str, claims: &str, signature: &[u8]) -> String {
    [header.as_bytes(), claims.as_bytes(), signature].map(base64url::encode).join(".")
}

fn hmac() -> Signer {
    Signer::from_secret(Algorithm::HS256, SECRET.as_bytes()).unwrap()
}

#[track_caller]
fn assert_refused(token: &str, reason: &str) {
    assert_refused_in(&world_with(Algorithm::RS256, RSA_PUBLIC), token, reason);
}

#[track_caller]
fn assert_refused_in(world: &crate::fixture::World, token: &str, reason: &str) {
    let outcome = send(world, token);
    assert_eq!((outcome.answer().0, outcome.answer().2), (401, &*format!(r#"{{"message":"{reason}"}}"#)), "{token}");
}

#[test]
fn no_spelling_of_none_is_an_algorithm() {
    for alg in [r#""none""#, r#""None""#, r#""nOnE""#, r#""""#, r#""HS256 ""#, r#""hs256""#, "null", "1", "[\"HS256\"]"]
    {
        for signature in [&b""[..], b"x"] {
            assert_refused(
                &forged(&format!(r#"{{"alg":{alg}}}"#), r#"{"iss":"ann-key"}"#, signature),
                "Bad token; invalid alg",
            );
        }
    }
    assert_refused(&forged("{}", r#"{"iss":"ann-key"}"#, b"x"), "Bad token; invalid alg");
}

#[test]
fn a_public_key_is_no_secret() {
    let by_public_key = Signer::from_secret(Algorithm::HS256, RSA_PUBLIC.as_bytes()).unwrap();
    assert_refused(&signed(&by_public_key, r#"{"iss":"RS256"}"#), "Invalid algorithm");
    let renamed = by_public_key.sign_raw(br#"{"alg":"RS256"}"#, br#"{"iss":"RS256"}"#).unwrap();
    assert_refused(&renamed, "Invalid signature");
}

#[test]
fn the_algorithm_of_a_credential_cannot_be_changed_by_a_header() {
    let rsa = |algorithm| Signer::from_pem(algorithm, RSA).unwrap();
    assert_refused(&signed(&rsa(Algorithm::PS256), r#"{"iss":"RS256"}"#), "Invalid algorithm");
    assert_refused(&signed(&rsa(Algorithm::RS384), r#"{"iss":"RS256"}"#), "Invalid algorithm");
    assert_refused(&signed(&rsa(Algorithm::RS256), r#"{"iss":"ann-key"}"#), "Invalid algorithm");
}

#[test]
fn keys_that_come_with_a_token_are_not_used() {
    let attacker = Signer::from_secret(Algorithm::HS256, b"the attacker's").unwrap();
    let header = json!({
        "jku": "https://attacker.example/keys", "x5u": "https://attacker.example/cert",
        "jwk": { "kty": "oct", "k": base64url::encode(b"the attacker's") }, "x5c": ["MA=="], "kid": "../../dev/null",
    });
    let token = attacker.sign(header.as_object().unwrap(), r#"{"iss":"ann-key"}"#).unwrap();
    assert_refused(&token, "Invalid signature");
}

#[test]
fn extensions_that_must_be_understood_are_not_ignored() {
    for header in
        [r#"{"alg":"HS256","crit":["exp"]}"#, r#"{"alg":"HS256","crit":[]}"#, r#"{"alg":"HS256","b64":false}"#]
    {
        let token = hmac().sign_raw(header.as_bytes(), br#"{"iss":"ann-key"}"#).unwrap();
        assert_refused(&token, "Bad token; invalid alg");
    }
}

#[test]
fn json_that_two_parsers_may_read_differently_is_refused() {
    for claims in [
        r#"{"iss":"bob-key","iss":"ann-key"}"#,
        r#"{"iss":"ann-key","a":{"b":1,"b":2}}"#,
        r#"{"iss":"ann-key","exp":NaN}"#,
        r#"{"iss":"ann-key","exp":Infinity}"#,
        r#"{"iss":"ann-key","exp":1e400}"#,
        r#"{"iss":"ann-key","exp":0x10}"#,
        r#"{"iss":"ann-key"} "x""#,
        r#"{"iss":"ann-key",}"#,
    ] {
        assert_refused(&hs256(claims), "Bad token; invalid JSON");
    }
    let header = br#"{"alg":"HS256","alg":"HS256"}"#;
    assert_refused(&hmac().sign_raw(header, br#"{"iss":"ann-key"}"#).unwrap(), "Bad token; invalid JSON");
    let not_utf8 = hmac().sign_raw(br#"{"alg":"HS256"}"#, b"{\"iss\":\"ann-key\",\"a\":\"\xff\"}").unwrap();
    assert_refused(&not_utf8, "Bad token; invalid JSON");
}

#[test]
fn json_that_is_deep_or_wide_is_refused() {
    let deep = format!(r#"{{"iss":"ann-key","a":{}{}}}"#, "[".repeat(500), "]".repeat(500));
    assert_refused(&hs256(&deep), "Bad token; invalid JSON");
    let members: Vec<_> = (0..1000).map(|n| format!("\"{n}\":0")).collect();
    let wide = format!(r#"{{"iss":"ann-key",{}}}"#, members.join(","));
    assert_refused(&hs256(&wide), "Bad token; invalid JSON");
}

#[test]
fn a_token_that_is_too_long_is_refused_however_it_is_made() {
    let padded = format!(r#"{{"iss":"ann-key","a":"{}"}}"#, "x".repeat(20_000));
    assert_refused(&hs256(&padded), "Bad token; invalid JSON");
    assert_refused(&".".repeat(30_000), "Bad token; invalid JSON");
}

#[test]
fn a_signature_has_one_spelling_but_for_its_padding() {
    let token = good();
    assert!(send(&world(), &format!("{token}=")).is_from("ann"));
    let (rest, last) = token.split_at(token.len() - 1);
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let twin = digits.chars().nth(digits.find(last).unwrap() | 1).unwrap();
    for (other, reason) in [
        (format!("{rest}{twin}"), "Invalid signature"),
        (format!("{token}=="), "Invalid signature"),
        (format!("{token}=junk"), "Invalid signature"),
        (format!("{token}\u{20}x"), "Bad token; invalid signature"),
        (token.clone() + ".x", "Bad token; invalid signature"),
    ] {
        assert_refused(&other, reason);
    }
}

#[test]
fn signatures_of_the_wrong_length_are_wrong_signatures() {
    let keys = [
        (Algorithm::HS256, None),
        (Algorithm::RS256, Some(RSA_PUBLIC)),
        (Algorithm::PS256, Some(RSA_PUBLIC)),
        (Algorithm::ES256, Some(include_str!("../../../tests/keys/p256.public.pem"))),
        (Algorithm::ES512, Some(include_str!("../../../tests/keys/p521.public.pem"))),
        (Algorithm::EdDSA, Some(include_str!("../../../tests/keys/ed25519.public.pem"))),
        (Algorithm::EdDSA, Some(include_str!("../../../tests/keys/ed448.public.pem"))),
    ];
    for (algorithm, key) in keys {
        let world = key.map_or_else(world, |key| world_with(algorithm, key));
        let iss = if key.is_some() { algorithm.as_str() } else { "ann-key" };
        for length in [0, 1, 31, 63, 64, 65, 70, 71, 72, 96, 114, 132, 255, 256, 257, 512] {
            for byte in [0x00, 0x30, 0xff] {
                let header = format!(r#"{{"alg":"{algorithm}"}}"#);
                let token = forged(&header, &format!(r#"{{"iss":"{iss}"}}"#), &vec![byte; length]);
                assert_refused_in(&world, &token, "Invalid signature");
            }
        }
    }
}

/// CVE-2022-21449: numbers of zero, and those beyond the order of the curve.
#[test]
fn signatures_of_numbers_out_of_range_or_in_another_encoding_are_wrong() {
    let p256 = include_str!("../../../tests/keys/p256.public.pem");
    let world = world_with(Algorithm::ES256, p256);
    let signer = Signer::from_pem(Algorithm::ES256, include_str!("../../../tests/keys/p256.pem")).unwrap();
    let token = signed(&signer, r#"{"iss":"ES256"}"#);
    assert!(send(&world, &token).is_from("ann"));
    let (unsigned, signature) = token.rsplit_once('.').unwrap();
    let signature = base64url::decode(signature.as_bytes()).unwrap();
    let (r, s) = signature.split_at(32);
    let der = [&[0x30, 70, 2, 33, 0][..], r, &[2, 33, 0], s].concat();
    for wrong in [
        [0; 64].to_vec(),
        [r, &[0; 32]].concat(),
        [&[0; 32], s].concat(),
        [0xff; 64].to_vec(),
        [r, &[0xff; 32]].concat(),
        [s, r].concat(),
        der,
        [&[0], r, &[0], s].concat(),
    ] {
        assert_refused_in(&world, &format!("{unsigned}.{}", base64url::encode(&wrong)), "Invalid signature");
    }
}

/// CVE-2024-28180 and its kin: what an encrypted token costs whoever opens it.
#[test]
fn encrypted_tokens_are_refused_unopened() {
    for header in [
        r#"{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2000000000,"p2s":"AAAA"}"#,
        r#"{"alg":"dir","enc":"A128GCM","zip":"DEF"}"#,
        r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#,
    ] {
        let header = base64url::encode(header.as_bytes());
        assert_refused(&format!("{header}.AAAA.AAAA.AAAA.AAAA"), "Bad token; invalid JSON");
        assert_refused(
            &format!("{header}.{}.AAAA", base64url::encode(br#"{"iss":"ann-key"}"#)),
            "Bad token; invalid alg",
        );
    }
    let zipped = hmac().sign_raw(br#"{"alg":"HS256","zip":"DEF"}"#, b"\x78\x9c\x03\x00").unwrap();
    assert_refused(&zipped, "Bad token; invalid JSON");
}

#[test]
fn a_part_of_a_token_has_one_spelling() {
    let token = hmac().sign_raw(br#"{"alg":"HS256" }"#, br#"{"iss":"ann-key","a":"??>>>>"}"#).unwrap();
    assert!(send(&world(), &token).is_from("ann"));
    let parts: Vec<_> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else { panic!("{token}") };
    assert!(claims.contains(['-', '_']), "{claims}");
    let (begin, end) = claims.split_at(8);
    for other in [
        format!("{header}.{}.{signature}", claims.replace('-', "+").replace('_', "/")),
        format!("{header}.{begin} {end}.{signature}"),
        format!("{header}.{begin}\t{end}.{signature}"),
        format!("{header}.{begin}={end}.{signature}"),
        format!("{header}.{claims}===.{signature}"),
        format!("{header}.{claims}A.{signature}"),
        format!("{header}A.{claims}.{signature}"),
    ] {
        assert_eq!(send(&world(), &other).answer().0, 401, "{other}");
    }
}

#[test]
fn a_key_claim_is_a_name_and_nothing_else() {
    for key in ["../../etc/passwd", "' OR 1=1 --", "\\u0000ann-key", "ann-key\\u0000", "ann-key\\r\\nX: y", "ANN-KEY"] {
        assert_refused(&hs256(&format!(r#"{{"iss":"{key}"}}"#)), "No credentials found for given 'iss'");
    }
    let long = "x".repeat(8000);
    assert_refused(&hs256(&format!(r#"{{"iss":"{long}"}}"#)), "No credentials found for given 'iss'");
}

#[test]
fn another_consumers_credential_does_not_vouch() {
    let world = world().consumer(2, "bob").credential(credentials(), 2, json!({ "key": "bob-key", "secret": "bob's" }));
    let bobs = Signer::from_secret(Algorithm::HS256, b"bob's").unwrap();
    assert!(send(&world, &signed(&bobs, r#"{"iss":"bob-key"}"#)).is_from("bob"));
    assert_refused_in(&world, &signed(&bobs, r#"{"iss":"ann-key"}"#), "Invalid signature");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_header_is_accepted_without_a_signature(value in "[ -~]{0,80}", scheme in "(Bearer |bearer\t|)") {
        let request = Request::get("/").header("authorization", format!("{scheme}{value}").trim());
        let outcome = world().send(&*jwt(json!({})), request);
        prop_assert_eq!(outcome.answer().0, 401);
    }

    #[test]
    fn no_bytes_in_any_place_are_accepted(bytes in proptest::collection::vec(any::<u8>(), 0..60), query in "[!-\"$-~]{0,60}") {
        let bytes: Vec<u8> = bytes.into_iter().filter(|byte| *byte >= 0x20 && *byte != 0x7f).collect();
        let target = format!("/?jwt={}", query.replace(['"', '<', '>', '\\', '^', '`', '{', '|', '}'], "~"));
        let mut value = b"Bearer ".to_vec();
        value.extend_from_slice(&bytes);
        let request = Request::get(&target).header("authorization", &value).header("cookie", &bytes);
        let outcome = world().send(&*jwt(json!({ "cookie_names": ["a", "b"] })), request);
        prop_assert_eq!(outcome.answer().0, 401);
    }

    #[test]
    fn no_change_of_a_good_token_is_accepted(place in any::<prop::sample::Index>(), byte in b'!'..=b'~') {
        let mut token = good().into_bytes();
        let place = place.index(token.len());
        prop_assume!(token[place] != byte);
        token[place] = byte;
        let token = String::from_utf8(token).unwrap();
        prop_assert_eq!(send(&world(), &token).answer().0, 401);
    }

    #[test]
    fn no_claims_make_the_plugin_fail(claims in "\\{\"(iss|exp|nbf)\":[ -~]{0,40}\\}") {
        let config = json!({ "claims_to_verify": ["exp", "nbf"], "maximum_expiration": 60 });
        let outcome = world().send(&*jwt(config), bearer(&hs256(&claims)));
        prop_assert_eq!(outcome.answer().0, 401);
    }
}
