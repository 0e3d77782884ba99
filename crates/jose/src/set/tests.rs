use serde_json::{Value, json};

use super::*;
use crate::sign::Signer;
use crate::{Limits, PublicKey, Token, base64url};

const RSA: &str = include_str!("../../tests/keys/rsa2048.public.pem");
const P256: &str = include_str!("../../tests/keys/p256.public.pem");
const ED25519: &str = include_str!("../../tests/keys/ed25519.public.pem");

/// A JWK of the key, with more members.
fn jwk(pem: &str, more: Value) -> Value {
    let mut jwk = Value::Object(PublicKey::from_pem(pem).unwrap().to_jwk().unwrap());
    more.as_object().unwrap().iter().for_each(|(name, value)| jwk[name] = value.clone());
    jwk
}

fn secret(more: Value) -> Value {
    let mut jwk = json!({ "kty": "oct", "k": base64url::encode(b"a secret that is long enough, as it should be") });
    more.as_object().unwrap().iter().for_each(|(name, value)| jwk[name] = value.clone());
    jwk
}

fn set(keys: impl IntoIterator<Item = Value>) -> JwkSet {
    let keys: Vec<_> = keys.into_iter().collect();
    JwkSet::parse(json!({ "keys": keys }).to_string().as_bytes(), &SetLimits::default()).unwrap()
}

/// What becomes of one key under these algorithms: those that it is bound to, or why it is left out.
fn bound(key: Value, algorithms: Option<&[Algorithm]>) -> Result<Vec<Algorithm>, Unusable> {
    let policy = Policy { algorithms: algorithms.map(Box::from), ..Policy::default() };
    let keys = set([key]).bind(&policy);
    match keys.left_out() {
        [] => Ok(keys.keys().iter().map(|key| key.verifier().algorithm()).collect()),
        [one, ..] => Err(one.reason.clone()),
    }
}

#[test]
fn what_is_no_set_is_refused() {
    let parse = |text: &str| JwkSet::parse(text.as_bytes(), &SetLimits { max_bytes: 30, max_keys: 2 }).map(drop);
    assert_eq!(parse("not json"), Err(SetError::Syntax));
    for text in ["[]", "{}", r#"{"keys":{}}"#, r#"{"keys":null}"#, "7"] {
        assert_eq!(parse(text), Err(SetError::NoKeys), "{text}");
    }
    assert_eq!(parse(r#"{"keys":[]}"#), Ok(()));
    assert_eq!(parse(&" ".repeat(31)), Err(SetError::TooLong { bytes: 31, most: 30 }));
}

#[test]
fn a_key_that_cannot_be_used_leaves_the_others_as_they_are() {
    let others = [
        json!({ "kty": "RSA", "kid": "bad" }),
        json!({ "kty": "quantum", "kid": "new" }),
        json!("no key"),
        jwk(RSA, json!({ "kid": "enc", "use": "enc" })),
        jwk(RSA, json!({ "kid": "ops", "key_ops": ["sign"] })),
        jwk(RSA, json!({ "kid": "oaep", "alg": "RSA-OAEP" })),
        jwk(RSA, json!({ "kid": "private", "d": "AQAB" })),
        jwk(P256, json!({ "kid": "good" })),
    ];
    let set = set(others);
    assert_eq!(set.keys().iter().map(PublishedKey::kid).collect::<Vec<_>>(), [Some("good")]);
    let why: Vec<_> = set.left_out().iter().map(|out| (out.kid.as_deref(), out.reason.clone())).collect();
    let key = Unusable::Key;
    assert_eq!(
        why,
        [
            (Some("bad"), key(KeyError::JwkMember("n"))),
            (Some("new"), key(KeyError::Unsupported("quantum".into()))),
            (None, key(KeyError::JwkMember("kty"))),
            (Some("enc"), key(KeyError::JwkUse)),
            (Some("ops"), key(KeyError::JwkUse)),
            (Some("oaep"), key(KeyError::Unsupported("RSA-OAEP".into()))),
            (Some("private"), Unusable::Private),
        ]
    );
}

#[test]
fn keys_beyond_the_limit_are_left_out() {
    let keys: Vec<_> = (0..9).map(|n| jwk(P256, json!({ "kid": n.to_string() }))).collect();
    let limits = SetLimits { max_keys: 2, ..SetLimits::default() };
    let set = JwkSet::parse(json!({ "keys": keys }).to_string().as_bytes(), &limits).unwrap();
    assert_eq!((set.keys().len(), set.left_out().len()), (2, 2));
    assert_eq!(set.left_out()[0].reason, Unusable::TooMany(2));
}

#[test]
fn a_key_that_names_its_algorithm_is_bound_to_that_alone() {
    use Algorithm::{ES256, HS256, PS256, RS256, RS512};
    let key = || jwk(RSA, json!({ "alg": "RS512" }));
    assert_eq!(bound(key(), None), Ok(vec![RS512]));
    assert_eq!(bound(key(), Some(&[RS256, RS512])), Ok(vec![RS512]));
    assert_eq!(bound(key(), Some(&[RS256, PS256])), Err(Unusable::Algorithm(RS512)));
    let unfit = Unusable::Key(KeyError::Unfit { algorithm: HS256, found: "an RSA key" });
    assert_eq!(bound(jwk(RSA, json!({ "alg": "HS256" })), Some(&[HS256])), Err(unfit));
    let unfit = Unusable::Key(KeyError::Unfit { algorithm: ES256, found: "an RSA key" });
    assert_eq!(bound(jwk(RSA, json!({ "alg": "ES256" })), None), Err(unfit));
}

#[test]
fn for_a_key_that_names_none_the_policy_decides() {
    use Algorithm::{ES256, ES384, EdDSA, HS256, HS512, PS256, RS256};
    assert_eq!(bound(jwk(RSA, json!({})), None), Ok(vec![RS256]));
    assert_eq!(bound(jwk(RSA, json!({})), Some(&[PS256])), Ok(vec![PS256]));
    assert_eq!(bound(jwk(RSA, json!({})), Some(&[RS256, PS256, ES256])), Ok(vec![RS256, PS256]));
    assert_eq!(bound(jwk(RSA, json!({})), Some(&[HS256, ES256])), Err(Unusable::NoAlgorithm));
    assert_eq!(bound(jwk(P256, json!({})), None), Ok(vec![ES256]));
    assert_eq!(bound(jwk(P256, json!({})), Some(&[ES384])), Err(Unusable::NoAlgorithm));
    assert_eq!(bound(jwk(ED25519, json!({})), None), Ok(vec![EdDSA]));
    assert_eq!(bound(secret(json!({})), Some(&[HS512, RS256])), Ok(vec![HS512]));
}

#[test]
fn a_secret_is_used_only_where_its_algorithm_is_allowed_by_name() {
    use Algorithm::{HS256, RS256};
    assert_eq!(bound(secret(json!({})), None), Err(Unusable::NoAlgorithm));
    assert_eq!(bound(secret(json!({ "alg": "HS256" })), None), Err(Unusable::Algorithm(HS256)));
    assert_eq!(bound(secret(json!({ "alg": "HS256" })), Some(&[RS256])), Err(Unusable::Algorithm(HS256)));
    assert_eq!(bound(secret(json!({ "alg": "HS256" })), Some(&[HS256])), Ok(vec![HS256]));
}

#[test]
fn only_pinned_keys_are_used_where_keys_are_pinned() {
    let set = set([jwk(RSA, json!({ "kid": "a" })), jwk(P256, json!({ "kid": "b" })), secret(json!({ "kid": "c" }))]);
    let print = set.keys()[1].thumbprint().unwrap().into_boxed_str();
    let keys = set.bind(&Policy { thumbprints: [print].into(), algorithms: Some(Algorithm::ALL.into()) });
    assert_eq!(keys.keys().iter().map(BoundKey::kid).collect::<Vec<_>>(), [Some("b")]);
    assert!(keys.left_out().iter().all(|out| out.reason == Unusable::NotPinned));
}

/// RFC 7638 section 3.1.
#[test]
fn a_thumbprint_is_that_of_the_rfc() {
    let jwk = json!({
        "kty": "RSA", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
    });
    let key = PublishedKey::from_jwk(&jwk).unwrap();
    assert_eq!(key.thumbprint().as_deref(), Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"));
}

#[test]
fn a_token_is_tried_with_the_keys_of_its_name_and_its_algorithm() {
    use Algorithm::{ES256, RS256};
    let keys = set([
        jwk(RSA, json!({ "kid": "same", "alg": "RS256" })),
        jwk(P256, json!({ "kid": "same" })),
        jwk(RSA, json!({ "kid": "other", "alg": "PS256" })),
        jwk(RSA, json!({})),
    ]);
    let keys = keys.bind(&Policy::default());
    let found = |kid: Option<&str>, algorithm| {
        keys.candidates(kid, algorithm, 0).map(|key| key.kid().unwrap_or("-").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found(Some("same"), RS256), ["same"]);
    assert_eq!(found(Some("same"), ES256), ["same"]);
    assert_eq!(found(None, RS256), ["same", "-"]);
    assert!(found(Some("other"), RS256).is_empty() && found(Some("unknown"), RS256).is_empty());
}

#[test]
fn a_key_may_be_used_from_its_first_second_until_its_end() {
    let keys = set([jwk(P256, json!({ "nbf": 100, "exp": 200.5 }))]).bind(&Policy::default());
    let id = keys.keys()[0].verifier().id();
    for (now, usable) in [(99, false), (100, true), (199, true), (200, false)] {
        assert_eq!(keys.candidates(None, Algorithm::ES256, now).count() == 1, usable, "{now}");
        assert_eq!(keys.find(id, now).is_some(), usable, "{now}");
    }
    let malformed = PublishedKey::from_jwk(&jwk(P256, json!({ "exp": "tomorrow" })));
    assert_eq!(malformed.unwrap_err(), Unusable::Key(KeyError::JwkMember("exp")));
}

/// A token that was signed with the text of a public key as a secret (CVE-2015-9235) finds no key.
#[test]
fn a_public_key_is_never_a_secret() {
    let published = jwk(RSA, json!({ "kid": "k" }));
    let keys = set([published.clone()]).bind(&Policy { algorithms: Some(Algorithm::ALL.into()), ..Policy::default() });
    for text in [RSA.to_owned(), published.to_string(), published["n"].as_str().unwrap().to_owned()] {
        let signer = Signer::from_secret(Algorithm::HS256, text.as_bytes()).unwrap();
        let header = json!({ "kid": "k" }).as_object().unwrap().clone();
        let token = signer.sign(&header, "{}").unwrap();
        let token = Token::parse(token.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(keys.candidates(Some("k"), token.algorithm(), 0).count(), 0);
    }
}
