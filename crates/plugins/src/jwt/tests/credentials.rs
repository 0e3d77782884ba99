//! The entity `jwt_secrets`.

use gibbon_schema::Object;
use serde_json::{Value, json};

use super::credentials;
use crate::fixture::{id, prepared};

const RSA: &str = include_str!("../../../tests/keys/rsa.public.pem");
const P256: &str = include_str!("../../../tests/keys/p256.public.pem");
const P384: &str = include_str!("../../../tests/keys/p384.public.pem");
const ED25519: &str = include_str!("../../../tests/keys/ed25519.public.pem");

const CONDITIONAL: &str = "failed conditional validation given value of field 'algorithm'";

fn inserted(mut body: Value) -> Result<Object, Value> {
    body["consumer"] = json!({ "id": id(1) });
    prepared(&(credentials().entity)(), body).map_err(|violations| violations.fields().clone().into())
}

#[test]
fn what_is_not_given_is_made() {
    let body = inserted(json!({})).unwrap();
    let made = "r".repeat(32);
    assert_eq!(
        Value::from(body),
        json!({
            "id": id(0xff), "created_at": crate::fixture::NOW, "consumer": { "id": id(1) }, "key": made, "secret": made,
            "rsa_public_key": null, "algorithm": "HS256", "tags": null,
        })
    );
}

#[test]
fn a_consumer_is_needed() {
    let violations = prepared(&(credentials().entity)(), json!({ "key": "k" })).unwrap_err();
    assert_eq!(violations.message(), "schema violation (consumer: required field missing)");
}

#[test]
fn every_algorithm_with_a_public_key_needs_one_but_for_those_on_curves() {
    let missing = json!({ "rsa_public_key": "required field missing", "@entity": [CONDITIONAL] });
    for algorithm in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA"] {
        assert_eq!(inserted(json!({ "algorithm": algorithm })), Err(missing.clone()), "{algorithm}");
    }
    for algorithm in ["HS256", "HS384", "HS512", "ES256", "ES384", "ES512"] {
        assert!(inserted(json!({ "algorithm": algorithm })).is_ok(), "{algorithm}");
    }
}

#[test]
fn what_is_no_key_is_invalid() {
    let invalid = json!({ "rsa_public_key": "invalid key", "@entity": [CONDITIONAL] });
    for text in ["rubbish", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", &RSA[..100]] {
        assert_eq!(inserted(json!({ "algorithm": "RS256", "rsa_public_key": text })), Err(invalid.clone()), "{text}");
    }
}

#[test]
fn a_key_must_fit_its_algorithm() {
    let small = include_str!("../../../tests/keys/rsa1024.public.pem");
    let tiny = include_str!("../../../tests/keys/rsa512.public.pem");
    for (algorithm, key, reason) in [
        ("RS256", P256, "`RS256` does not work with an EC key on P-256"),
        ("PS256", ED25519, "`PS256` does not work with an Ed25519 key"),
        ("EdDSA", RSA, "`EdDSA` does not work with an RSA key"),
        ("ES256", P384, "`ES256` does not work with an EC key on P-384"),
        ("ES512", P256, "`ES512` does not work with an EC key on P-256"),
        ("ES256", RSA, "`ES256` does not work with an RSA key"),
        ("ES256", "rubbish", "no PEM block with a key was found"),
        ("PS256", small, "an RSA key of 1024 bits was given, and `PS256` takes 2048 to 8192"),
        ("RS256", tiny, "an RSA key of 512 bits was given, and `RS256` takes 1024 to 8192"),
    ] {
        let outcome = inserted(json!({ "algorithm": algorithm, "rsa_public_key": key }));
        assert_eq!(outcome, Err(json!({ "@entity": [format!("rsa_public_key: {reason}")] })), "{algorithm}");
    }
    for (algorithm, key) in [("RS256", RSA), ("PS512", RSA), ("RS256", small), ("ES256", P256), ("EdDSA", ED25519)] {
        assert!(inserted(json!({ "algorithm": algorithm, "rsa_public_key": key })).is_ok(), "{algorithm}");
    }
}

#[test]
fn a_credential_with_a_secret_may_have_anything_as_a_key() {
    assert!(inserted(json!({ "algorithm": "HS256", "rsa_public_key": "left over" })).is_ok());
}

#[test]
fn an_unknown_algorithm_is_named_with_all_that_are_known() {
    let text =
        "expected one of: HS256, HS384, HS512, RS256, RS384, RS512, ES256, ES384, ES512, PS256, PS384, PS512, EdDSA";
    assert_eq!(inserted(json!({ "algorithm": "none" })), Err(json!({ "algorithm": text })));
}

#[test]
fn it_is_found_by_its_key_and_goes_with_its_consumer() {
    let entity = (credentials().entity)();
    assert_eq!((entity.name, entity.collection, entity.nested), ("jwt_secrets", "jwts", "jwt"));
    assert_eq!(entity.endpoint_key, Some("key"));
    assert!(entity.unique_fields().eq(["key"]));
    let references: Vec<_> = entity.foreign_fields().collect();
    assert_eq!(references, [("consumer", "consumers", gibbon_schema::OnDelete::Cascade)]);
}

#[test]
fn the_form_for_requests_agrees_with_the_declaration() {
    let body = inserted(json!({ "key": "k", "algorithm": "RS256", "rsa_public_key": RSA, "tags": ["a"] })).unwrap();
    let loaded = (credentials().load)(&body).unwrap();
    assert_eq!((loaded.id, loaded.consumer, &*loaded.key), (id(0xff), id(1), "k"));
}

#[test]
fn a_stored_credential_that_cannot_be_read_is_named() {
    let mut body = inserted(json!({ "key": "k" })).unwrap();
    body.insert("algorithm".into(), "XX1".into());
    let error = (credentials().load)(&body).err().unwrap();
    assert_eq!(error.to_string(), "field `algorithm` cannot be `XX1`");
}
