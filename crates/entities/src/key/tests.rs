use rcgen::KeyPair;
use serde_json::json;

use super::*;
use crate::testing::{inserted, object, updated, violations};

/// The example of RFC 8037, appendix A.2.
const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

fn jwk(members: Value) -> String {
    let mut jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": X, "kid": "k"});
    jwk.as_object_mut().unwrap().extend(object(members));
    jwk.to_string()
}

fn refused(body: Value) -> String {
    violations(&definition(), body).message()
}

#[test]
fn a_key_is_a_jwk_or_pem_and_not_both() {
    let pair = KeyPair::generate().unwrap();
    let pem = json!({"private_key": pair.serialize_pem(), "public_key": pair.public_key_pem()});
    let body = inserted(&definition(), json!({"kid": "k", "pem": pem}));
    assert_eq!((&body["pem"], &body["jwk"], &body["set"]), (&pem, &Value::Null, &Value::Null));
    inserted(&definition(), json!({"kid": "k", "jwk": jwk(json!({"use": "enc"}))}));
    assert_eq!(
        refused(json!({"kid": "k"})),
        "schema violation (at least one of these fields must be non-empty: 'pem', 'jwk')"
    );
    assert_eq!(
        refused(json!({"kid": "k", "pem": pem, "jwk": jwk(json!({}))})),
        "schema violation (only one or none of these fields must be set: 'pem', 'jwk')"
    );
}

#[test]
fn what_a_jwk_says_must_be_a_key_of_that_name() {
    let cases = [
        ("{".to_owned(), "could not json decode jwk string"),
        (jwk(json!({"kid": "other"})), "kid in jwk.kid must be equal to keys.kid"),
        (jwk(json!({"kty": "oct", "k": "AAAA"})), "could not load JWK: keys of type `oct` are not supported"),
    ];
    for (jwk, expected) in cases {
        assert_eq!(refused(json!({"kid": "k", "jwk": jwk})), format!("schema violation ({expected})"));
    }
}

#[test]
fn both_halves_in_pem_are_of_one_key() {
    let (one, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let cases = [
        (json!({"public_key": "none"}), "could not load public key"),
        (json!({"private_key": one.public_key_pem()}), "could not load private key: no PEM block with a key was found"),
        (
            json!({"private_key": one.serialize_pem(), "public_key": other.public_key_pem()}),
            "public key does not match private key",
        ),
    ];
    for (pem, expected) in cases {
        assert_eq!(refused(json!({"kid": "k", "pem": pem})), format!("schema violation (pem: {expected})"));
    }
    inserted(&definition(), json!({"kid": "k", "pem": {"private_key": "{vault://env/key}"}}));
    let none = violations(&definition(), json!({"kid": "k", "pem": {}}));
    let expected = "at least one of these fields must be non-empty: 'private_key', 'public_key'";
    assert_eq!(none.fields()["pem"], json!({"@entity": [expected]}));
}

#[test]
fn a_kid_is_taken_once_in_a_set_and_once_outside_of_all() {
    let body = inserted(&definition(), json!({"kid": "k", "jwk": jwk(json!({}))}));
    let unique = |body: &Object| definition().unique_values(body).into_iter().map(|u| u.value).collect::<Vec<_>>();
    assert_eq!(unique(&body), [r#"["k",null]"#]);
    let set = "11111111-1111-4111-8111-111111111111";
    let moved = updated(&definition(), &body, json!({"set": {"id": set}})).unwrap();
    assert_eq!(unique(&moved), [format!(r#"["k","{set}"]"#)]);
}

#[test]
fn what_verifies_signatures_is_the_public_half_under_the_name_of_the_key() {
    let read = |body: Value| Key::from_body(&inserted(&definition(), body)).unwrap();
    let pair = KeyPair::generate().unwrap();
    let (private, public) = (pair.serialize_pem(), pair.public_key_pem());
    for pem in [json!({"private_key": private}), json!({"public_key": public})] {
        let key = read(json!({"kid": "k", "pem": pem}));
        assert_eq!(key.public, Some(PublishedKey::public(Some("k"), PublicKey::from_pem(&public).unwrap())));
    }
    let with_private_half = read(json!({"kid": "k", "jwk": jwk(json!({"d": X}))}));
    assert_eq!(with_private_half.public.unwrap().kid(), Some("k"));
    assert_eq!(read(json!({"kid": "k", "jwk": jwk(json!({"use": "enc"}))})).public, None);
}
