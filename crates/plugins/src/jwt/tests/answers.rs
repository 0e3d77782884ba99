//! Every reason for a refusal, its answer, and the order in which reasons are looked for.

use gibbon_jose::Algorithm;
use gibbon_jose::sign::Signer;
use http::Method;
use serde_json::{Value, json};

use super::{bearer, credentials, good, hs256, jwt, send, signed, world, world_with};
use crate::fixture::{NOW, Request, World};

const INVALID: Option<&str> = Some("Bearer error=\"invalid_token\"");

fn refused(world: &World, config: Value, claims: &str) -> String {
    let outcome = world.send(&*jwt(config), bearer(&hs256(claims)));
    let (status, challenge, body) = outcome.answer();
    assert_eq!((status, challenge), (401, INVALID), "{body}");
    body.to_owned()
}

fn accepted(config: Value, claims: &str) -> bool {
    world().send(&*jwt(config), bearer(&hs256(claims))).is_from("ann")
}

#[test]
fn a_request_without_a_token_is_unauthorized() {
    let outcome = world().send(&*jwt(json!({})), Request::get("/"));
    assert_eq!(outcome.answer(), (401, Some("Bearer"), r#"{"message":"Unauthorized"}"#));
}

#[test]
fn a_realm_stands_in_both_challenges() {
    let plugin = jwt(json!({ "realm": "lab" }));
    let missing = world().send(&*plugin, Request::get("/"));
    assert_eq!(missing.answer().1, Some("Bearer realm=\"lab\""));
    let wrong = world().send(&*plugin, bearer("x"));
    assert_eq!(wrong.answer().1, Some("Bearer realm=\"lab\", error=\"invalid_token\""));
}

#[test]
fn different_tokens_are_too_many() {
    let request = Request::get("/?jwt=a").header("authorization", "Bearer b");
    let outcome = world().send(&*jwt(json!({})), request);
    assert_eq!(outcome.answer(), (401, INVALID, r#"{"message":"Multiple tokens provided"}"#));
}

#[test]
fn an_argument_without_a_value_is_not_recognized() {
    let outcome = world().send(&*jwt(json!({})), Request::get("/?jwt"));
    assert_eq!(outcome.answer(), (401, INVALID, r#"{"message":"Unrecognizable token"}"#));
}

#[test]
fn a_token_that_cannot_be_read_is_told_why() {
    let [header, none] = [r#"{"alg":"HS256"}"#, r#"{"alg":"none"}"#].map(base64);
    let [claims, list, text] = ["{}", "[]", "nope"].map(base64);
    for (token, reason) in [
        ("a".to_owned(), "invalid JSON"),
        ("a.b".to_owned(), "invalid JSON"),
        ("a.b.c.d".to_owned(), "invalid JSON"),
        ("..".to_owned(), "invalid JSON"),
        (format!("{text}.{claims}.eA"), "invalid JSON"),
        (format!("{header}.{text}.eA"), "invalid JSON"),
        (format!("{none}.{claims}."), "invalid alg"),
        (format!("{claims}.{claims}.eA"), "invalid alg"),
        (format!("{header}.{list}.eA"), "invalid claims"),
        (format!("{header}.{claims}.+"), "invalid signature"),
        (format!("{header}.{claims}.eA.eA"), "invalid signature"),
    ] {
        let outcome = send(&world(), &token);
        let body = format!(r#"{{"message":"Bad token; {reason}"}}"#);
        assert_eq!(outcome.answer(), (401, INVALID, body.as_str()), "{token}");
    }
}

fn base64(text: &str) -> String {
    gibbon_jose::base64url::encode(text.as_bytes())
}

#[test]
fn a_token_that_names_no_credential_lacks_a_mandatory_claim() {
    for claims in ["{}", r#"{"iss":null}"#, r#"{"sub":"ann-key"}"#] {
        let body = refused(&world(), json!({}), claims);
        assert_eq!(body, r#"{"message":"No mandatory 'iss' in claims"}"#, "{claims}");
    }
}

#[test]
fn a_key_claim_that_is_no_text_is_invalid() {
    for value in [r#""""#, "1", "true", "false", "[]", r#"["ann-key"]"#, "{}", r#"{"key":"ann-key"}"#] {
        let body = refused(&world(), json!({}), &format!(r#"{{"iss":{value}}}"#));
        assert_eq!(body, r#"{"message":"Invalid 'iss' in claims"}"#, "{value}");
    }
}

#[test]
fn an_unknown_key_has_no_credentials() {
    let body = refused(&world(), json!({}), r#"{"iss":"bob-key"}"#);
    assert_eq!(body, r#"{"message":"No credentials found for given 'iss'"}"#);
}

#[test]
fn messages_name_the_claim_that_is_configured() {
    let config = || json!({ "key_claim_name": "kid" });
    assert_eq!(refused(&world(), config(), "{}"), r#"{"message":"No mandatory 'kid' in claims"}"#);
    assert_eq!(refused(&world(), config(), r#"{"kid":1}"#), r#"{"message":"Invalid 'kid' in claims"}"#);
    let unknown = refused(&world(), config(), r#"{"kid":"x"}"#);
    assert_eq!(unknown, r#"{"message":"No credentials found for given 'kid'"}"#);
}

#[test]
fn the_key_is_taken_from_the_claims_and_else_from_the_header() {
    let signer = Signer::from_secret(Algorithm::HS256, super::SECRET.as_bytes()).unwrap();
    let send = |header: Value, claims: &str| {
        let token = signer.sign(header.as_object().unwrap(), claims).unwrap();
        world().send(&*jwt(json!({ "key_claim_name": "kid" })), bearer(&token))
    };
    assert!(send(json!({ "kid": "ann-key" }), "{}").is_from("ann"));
    assert!(send(json!({}), r#"{"kid":"ann-key"}"#).is_from("ann"));
    assert!(send(json!({ "kid": "bob-key" }), r#"{"kid":"ann-key"}"#).is_from("ann"));
    assert!(send(json!({ "kid": "ann-key" }), r#"{"kid":null}"#).is_from("ann"));
    assert!(!send(json!({ "kid": "ann-key" }), r#"{"kid":"bob-key"}"#).is_from("ann"));
    assert!(!send(json!({ "kid": "ann-key" }), r#"{"kid":1}"#).is_from("ann"));
}

#[test]
fn a_key_claim_that_is_null_in_the_configuration_is_iss() {
    let outcome = world().send(&*jwt(json!({ "key_claim_name": null })), bearer(&good()));
    assert!(outcome.is_from("ann"));
}

#[test]
fn another_algorithm_than_the_credentials_is_refused() {
    let signer = Signer::from_secret(Algorithm::HS512, super::SECRET.as_bytes()).unwrap();
    let outcome = send(&world(), &signed(&signer, r#"{"iss":"ann-key"}"#));
    assert_eq!(outcome.answer(), (401, INVALID, r#"{"message":"Invalid algorithm"}"#));
}

#[test]
fn an_es_credential_without_a_key_is_refused_when_it_is_used() {
    let signer = Signer::from_pem(Algorithm::ES256, include_str!("../../../tests/keys/p256.pem")).unwrap();
    let world = world().credential(credentials(), 1, json!({ "key": "es", "algorithm": "ES256" }));
    let outcome = send(&world, &signed(&signer, r#"{"iss":"es"}"#));
    assert_eq!(outcome.answer(), (401, INVALID, r#"{"message":"Invalid key/secret"}"#));
}

#[test]
fn a_credential_whose_secret_was_cleared_is_refused() {
    let world = world().credential(credentials(), 1, json!({ "key": "ann-key", "secret": null }));
    assert_eq!(send(&world, &good()).answer(), (401, INVALID, r#"{"message":"Invalid key/secret"}"#));
}

#[test]
fn a_signature_by_another_key_is_refused() {
    let other = Signer::from_secret(Algorithm::HS256, b"another secret").unwrap();
    let outcome = send(&world(), &signed(&other, r#"{"iss":"ann-key"}"#));
    assert_eq!(outcome.answer(), (401, INVALID, r#"{"message":"Invalid signature"}"#));
}

#[test]
fn claims_are_judged_only_after_the_signature() {
    let other = Signer::from_secret(Algorithm::HS256, b"another secret").unwrap();
    let token = signed(&other, r#"{"iss":"ann-key","exp":1}"#);
    let outcome = world().send(&*jwt(json!({ "claims_to_verify": ["exp"] })), bearer(&token));
    assert_eq!(outcome.answer().2, r#"{"message":"Invalid signature"}"#);
}

/// `N` stands for the present.
fn claims(text: &str) -> String {
    let mut claims = text.replacen('{', r#"{"iss":"ann-key","#, 1).replace(",}", "}");
    for offset in [4000, 301, 300, 100, 50, 5] {
        claims = claims.replace(&format!("N+{offset}"), &(NOW + offset).to_string());
        claims = claims.replace(&format!("N-{offset}"), &(NOW - offset).to_string());
    }
    claims.replace('N', &NOW.to_string())
}

#[test]
fn claims_of_time_are_all_judged_and_told_together() {
    let config = || json!({ "claims_to_verify": ["exp", "nbf"] });
    for (text, body) in [
        (r#"{"nbf":N-5}"#, r#"{"exp":"must be a number"}"#),
        (r#"{"exp":N+100}"#, r#"{"nbf":"must be a number"}"#),
        ("{}", r#"{"exp":"must be a number","nbf":"must be a number"}"#),
        (r#"{"exp":N-5,"nbf":N-50}"#, r#"{"exp":"token expired"}"#),
        (r#"{"exp":N,"nbf":N}"#, r#"{"exp":"token expired"}"#),
        (r#"{"exp":N.5,"nbf":N}"#, r#"{"exp":"token expired"}"#),
        (r#"{"exp":-1,"nbf":-1}"#, r#"{"exp":"token expired"}"#),
        (r#"{"exp":N+100,"nbf":N+50}"#, r#"{"nbf":"token not valid yet"}"#),
        (r#"{"exp":N+100,"nbf":N.5}"#, r#"{"nbf":"token not valid yet"}"#),
        (r#"{"exp":N-5,"nbf":N+50}"#, r#"{"exp":"token expired","nbf":"token not valid yet"}"#),
        (r#"{"exp":"N+100","nbf":N-5}"#, r#"{"exp":"must be a number"}"#),
        (r#"{"exp":null,"nbf":N-5}"#, r#"{"exp":"must be a number"}"#),
        (r#"{"exp":[N+100],"nbf":true}"#, r#"{"exp":"must be a number","nbf":"must be a number"}"#),
    ] {
        assert_eq!(refused(&world(), config(), &claims(text)), body, "{text}");
    }
    for text in [
        r#"{"exp":N+100,"nbf":N-5}"#,
        r#"{"exp":N+100,"nbf":N}"#,
        r#"{"exp":N+100.5,"nbf":-1}"#,
        r#"{"exp":1e300,"nbf":0}"#,
        r#"{"exp":9007199254740993,"nbf":0}"#,
    ] {
        assert!(accepted(config(), &claims(text)), "{text}");
    }
}

#[test]
fn claims_that_are_not_to_be_verified_are_not_looked_at() {
    assert!(accepted(json!({}), &claims(r#"{"exp":N-5,"nbf":"soon"}"#)));
    assert!(accepted(json!({ "claims_to_verify": ["nbf"] }), &claims(r#"{"exp":N-5,"nbf":N-5}"#)));
    assert!(accepted(json!({ "claims_to_verify": [], "maximum_expiration": 0 }), &claims(r#"{"exp":N-5}"#)));
}

#[test]
fn a_token_may_not_live_too_long() {
    let config = || json!({ "claims_to_verify": ["exp"], "maximum_expiration": 300 });
    assert!(accepted(config(), &claims(r#"{"exp":N+300}"#)));
    for text in [r#"{"exp":N+301}"#, r#"{"exp":N+300.5}"#, r#"{"exp":1e300}"#] {
        let body = refused(&world(), config(), &claims(text));
        assert_eq!(body, r#"{"exp":"exceeds maximum allowed expiration"}"#, "{text}");
    }
    assert_eq!(refused(&world(), config(), &claims(r#"{"exp":N-5}"#)), r#"{"exp":"token expired"}"#);
}

#[test]
fn a_bounded_life_needs_an_end_even_where_exp_is_not_to_be_verified() {
    let config = || json!({ "maximum_expiration": 300 });
    for text in ["{}", r#"{"exp":null}"#, r#"{"exp":"N+100"}"#, r#"{"exp":N+4000}"#] {
        let body = refused(&world(), config(), &claims(text));
        assert_eq!(body, r#"{"exp":"exceeds maximum allowed expiration"}"#, "{text}");
    }
    assert!(accepted(config(), &claims(r#"{"exp":N+100}"#)));
    assert!(accepted(config(), &claims(r#"{"exp":N-5}"#)));
}

#[test]
fn a_credential_whose_consumer_is_gone_is_told_without_a_challenge() {
    let outcome = send(&world().without_consumers(), &good());
    let body = r#"{"message":"Could not find consumer for 'iss=ann-key'"}"#;
    assert_eq!(outcome.answer(), (401, None, body));
}

#[test]
fn claims_come_before_the_consumer() {
    let body = refused(&world().without_consumers(), json!({ "claims_to_verify": ["exp"] }), r#"{"iss":"ann-key"}"#);
    assert_eq!(body, r#"{"exp":"must be a number"}"#);
}

#[test]
fn a_head_request_is_answered_like_a_get() {
    let outcome = world().send(&*jwt(json!({})), Request::new(Method::HEAD, "/"));
    assert_eq!(outcome.answer(), (401, Some("Bearer"), r#"{"message":"Unauthorized"}"#));
}

#[test]
fn each_algorithm_accepts_its_key_and_no_other() {
    let rsa = [include_str!("../../../tests/keys/rsa.pem"), include_str!("../../../tests/keys/rsa.other.pem")];
    let rsa_public = include_str!("../../../tests/keys/rsa.public.pem");
    for algorithm in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] {
        let algorithm = algorithm.parse().unwrap();
        let world = world_with(algorithm, rsa_public);
        let claims = format!(r#"{{"iss":"{algorithm}"}}"#);
        let [own, other] = rsa.map(|pem| signed(&Signer::from_pem(algorithm, pem).unwrap(), &claims));
        assert!(send(&world, &own).is_from("ann"), "{algorithm}");
        assert_eq!(send(&world, &other).answer().2, r#"{"message":"Invalid signature"}"#, "{algorithm}");
    }
}

#[test]
fn keys_on_curves_are_accepted() {
    for (algorithm, private, public) in [
        ("ES256", include_str!("../../../tests/keys/p256.pem"), include_str!("../../../tests/keys/p256.public.pem")),
        ("ES384", include_str!("../../../tests/keys/p384.pem"), include_str!("../../../tests/keys/p384.public.pem")),
        ("ES512", include_str!("../../../tests/keys/p521.pem"), include_str!("../../../tests/keys/p521.public.pem")),
        (
            "EdDSA",
            include_str!("../../../tests/keys/ed25519.pem"),
            include_str!("../../../tests/keys/ed25519.public.pem"),
        ),
        ("EdDSA", include_str!("../../../tests/keys/ed448.pem"), include_str!("../../../tests/keys/ed448.public.pem")),
    ] {
        let algorithm = algorithm.parse().unwrap();
        let world = world_with(algorithm, public);
        let signer = Signer::from_pem(algorithm, private).unwrap();
        let outcome = send(&world, &signed(&signer, &format!(r#"{{"iss":"{algorithm}"}}"#)));
        assert!(outcome.is_from("ann"), "{algorithm}");
    }
}

#[test]
fn secrets_of_every_hash_are_accepted() {
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        let body = json!({ "key": "hs", "algorithm": algorithm.as_str(), "secret": "x" });
        let world = world().credential(credentials(), 1, body);
        let signer = Signer::from_secret(algorithm, b"x").unwrap();
        assert!(send(&world, &signed(&signer, r#"{"iss":"hs"}"#)).is_from("ann"), "{algorithm}");
    }
}

#[test]
fn the_type_in_the_header_does_not_matter() {
    let signer = Signer::from_secret(Algorithm::HS256, super::SECRET.as_bytes()).unwrap();
    let token = signer.sign(json!({ "typ": "JWS" }).as_object().unwrap(), r#"{"iss":"ann-key"}"#).unwrap();
    assert!(send(&world(), &token).is_from("ann"));
    let token = signer.sign_raw(br#"{"alg":"HS256"}"#, br#"{"iss":"ann-key"}"#).unwrap();
    assert!(send(&world(), &token).is_from("ann"));
}

#[test]
fn a_secret_in_base64url_is_decoded_where_the_configuration_says_so() {
    let secret = b"\x00\x01bytes\xff\xfe";
    let written = gibbon_jose::base64url::encode(secret);
    let world = |secret: &str| world().credential(credentials(), 1, json!({ "key": "b", "secret": secret }));
    let send = |world: &World, secret: &[u8]| {
        let token = signed(&Signer::from_secret(Algorithm::HS256, secret).unwrap(), r#"{"iss":"b"}"#);
        world.send(&*jwt(json!({ "secret_is_base64": true })), bearer(&token))
    };
    assert!(send(&world(&written), secret).is_from("ann"));
    let outcome = send(&world(&written), written.as_bytes());
    assert_eq!(outcome.answer().2, r#"{"message":"Invalid signature"}"#);
    // The alphabet of plain base64 is not that of base64url.
    let outcome = send(&world("AAFi+W5h/Q=="), secret);
    assert_eq!(outcome.answer(), (401, INVALID, r#"{"message":"Invalid key/secret"}"#));
}

#[test]
fn the_way_secrets_are_written_does_not_concern_public_keys() {
    let signer = Signer::from_pem(Algorithm::RS256, include_str!("../../../tests/keys/rsa.pem")).unwrap();
    let world = world_with(Algorithm::RS256, include_str!("../../../tests/keys/rsa.public.pem"));
    let token = signed(&signer, r#"{"iss":"RS256"}"#);
    assert!(world.send(&*jwt(json!({ "secret_is_base64": true })), bearer(&token)).is_from("ann"));
}

#[test]
fn two_configurations_on_one_worker_do_not_share_the_reading_of_a_secret() {
    let world = world().credential(credentials(), 1, json!({ "key": "b", "secret": "c2VjcmV0" }));
    let token = signed(&Signer::from_secret(Algorithm::HS256, b"secret").unwrap(), r#"{"iss":"b"}"#);
    let [decoding, plain] = [true, false].map(|decode| jwt(json!({ "secret_is_base64": decode })));
    assert!(world.send(&*decoding, bearer(&token)).is_from("ann"));
    assert_eq!(world.send(&*plain, bearer(&token)).answer().2, r#"{"message":"Invalid signature"}"#);
    assert!(world.send(&*decoding, bearer(&token)).is_from("ann"));
}
