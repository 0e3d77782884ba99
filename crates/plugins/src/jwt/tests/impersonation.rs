//! Whoever says that he is somebody else: by a token for something else, or by one of another issuer. (By headers:
//! `tests/wire/tokens.rs`.)

use gibbon_jose::sign::Signer;
use gibbon_jose::{Algorithm, PublicKey};
use gibbon_plugin_api::Handler;
use serde_json::{Value, json};

use super::{SECRET, bearer, good, hs256, jwt, world};
use crate::fixture::NOW;

const RSA: &str = include_str!("../../../tests/keys/rsa.pem");
const RSA_PUBLIC: &str = include_str!("../../../tests/keys/rsa.public.pem");
const OTHER: &str = include_str!("../../../tests/keys/rsa.other.pem");
const OTHER_PUBLIC: &str = include_str!("../../../tests/keys/rsa.other.public.pem");

const ISSUER: &str = "https://issuer.example";
const NEIGHBOUR: &str = "https://neighbour.example";

fn issuer(name: &str, public: &str, more: Value) -> Value {
    let mut jwk = Value::Object(PublicKey::from_pem(public).unwrap().to_jwk().unwrap());
    jwk["kid"] = "k".into();
    let mut issuer = json!({ "issuer": name, "jwks": json!({ "keys": [jwk] }).to_string() });
    more.as_object().unwrap().iter().for_each(|(name, value)| issuer[name] = value.clone());
    issuer
}

fn signed(algorithm: Algorithm, private: &str, header: Value, claims: Value) -> String {
    let mut all = json!({ "iss": ISSUER, "sub": "joe", "exp": NOW + 60 });
    claims.as_object().unwrap().iter().for_each(|(name, value)| all[name] = value.clone());
    let signer = Signer::from_pem(algorithm, private).unwrap();
    signer.sign(header.as_object().unwrap(), &all.to_string()).unwrap()
}

fn of_issuer(private: &str, claims: Value) -> String {
    signed(Algorithm::RS256, private, json!({ "kid": "k" }), claims)
}

#[test]
fn an_id_token_is_no_access_token() {
    let issuer = issuer(ISSUER, RSA_PUBLIC, json!({ "audiences": ["https://api.example"] }));
    let plugin = jwt(json!({ "issuers": [issuer], "token_types": ["at+jwt"] }));
    let send = |typ: Value, aud: &str| {
        let header = json!({ "kid": "k", "typ": typ });
        world().send(&*plugin, bearer(&signed(Algorithm::RS256, RSA, header, json!({ "aud": aud }))))
    };
    assert_eq!(send(json!("at+jwt"), "https://api.example").upstream().1, Some("joe"));
    for (typ, aud, reason) in [
        (json!("JWT"), "https://api.example", "wrong_type"),
        (Value::Null, "https://api.example", "wrong_type"),
        (json!("logout+jwt"), "https://api.example", "wrong_type"),
        (json!("at+jwt"), "the client", "wrong_audience"),
    ] {
        let outcome = send(typ.clone(), aud);
        let (status, _, body) = outcome.answer();
        assert_eq!(status, 401);
        assert!(body.ends_with(&format!(r#""reason":"{reason}"}}"#)), "{typ} {aud}: {body}");
    }
}

#[test]
fn a_token_of_one_issuer_is_not_anothers() {
    let both = [issuer(ISSUER, RSA_PUBLIC, json!({})), issuer(NEIGHBOUR, OTHER_PUBLIC, json!({}))];
    let (world, plugin) = (world(), jwt(json!({ "issuers": both })));
    let own = of_issuer(RSA, json!({}));
    let neighbours = of_issuer(OTHER, json!({ "iss": NEIGHBOUR }));
    for _ in 0..2 {
        assert_eq!(world.send(&*plugin, bearer(&own)).upstream().1, Some("joe"));
        assert_eq!(world.send(&*plugin, bearer(&neighbours)).upstream().1, Some("joe"));
        for forged in [of_issuer(OTHER, json!({})), of_issuer(RSA, json!({ "iss": NEIGHBOUR }))] {
            assert_eq!(world.send(&*plugin, bearer(&forged)).answer().2, r#"{"message":"Invalid signature"}"#);
        }
    }
}

/// CVE-2026-33496 of Oathkeeper: what was found out for one configuration counted for another.
#[test]
fn what_is_remembered_for_one_plugin_is_not_believed_by_another_with_other_keys() {
    let world = world();
    let plugin = |public, more| jwt(json!({ "issuers": [issuer(ISSUER, public, more)] }));
    let token = of_issuer(RSA, json!({}));
    let send = |plugin: &dyn Handler| world.send(plugin, bearer(&token));
    let believing = plugin(RSA_PUBLIC, json!({}));
    for _ in 0..2 {
        assert_eq!(send(&*believing).upstream().1, Some("joe"));
    }
    for (public, more, answer) in [
        (OTHER_PUBLIC, json!({}), "Invalid signature"),
        (RSA_PUBLIC, json!({ "algorithms": ["PS256"] }), "Invalid algorithm"),
    ] {
        let message = json!({ "message": answer }).to_string();
        assert_eq!(send(&*plugin(public, more)).answer().2, message);
    }
    let elsewhere = jwt(json!({ "issuers": [issuer(NEIGHBOUR, RSA_PUBLIC, json!({}))] }));
    assert_eq!(send(&*elsewhere).answer().2, r#"{"message":"No credentials found for given 'iss'"}"#);
}

/// CVE-2021-21378 of Envoy: a token without a known issuer passed as none.
#[test]
fn a_token_without_an_issuer_that_is_known_is_no_missing_token() {
    let plugin = jwt(json!({ "issuers": [issuer(ISSUER, RSA_PUBLIC, json!({}))] }));
    for iss in [json!(null), json!(""), json!(" "), json!([ISSUER]), json!({ "iss": ISSUER }), json!(true), json!("x")]
    {
        let outcome = world().send(&*plugin, bearer(&of_issuer(RSA, json!({ "iss": iss }))));
        assert_eq!(outcome.answer().0, 401, "{iss}");
    }
}

/// CVE-2022-29266 of APISIX: an answer had the secret in it.
#[test]
fn no_refusal_tells_of_the_secret() {
    let good = good();
    let (unsigned, _) = good.rsplit_once('.').unwrap();
    let by_other = Signer::from_secret(Algorithm::HS512, SECRET.as_bytes()).unwrap();
    for token in [
        format!("{unsigned}."),
        format!("{unsigned}.AAAA"),
        format!("{unsigned}.!"),
        super::signed(&by_other, r#"{"iss":"ann-key"}"#),
        hs256(r#"{"iss":"ann-key","exp":1}"#),
        hs256(r#"{"iss":"bob-key"}"#),
    ] {
        let outcome = world().send(&*jwt(json!({ "claims_to_verify": ["exp"] })), bearer(&token));
        let (status, challenge, body) = outcome.answer();
        assert_eq!(status, 401);
        assert!(!body.contains(SECRET) && !challenge.unwrap_or_default().contains(SECRET), "{body}");
    }
}
