//! Tokens of issuers whose keys stand in the configuration: no credential is needed for them.

use gibbon_jose::sign::Signer;
use gibbon_jose::{Algorithm, PublicKey};
use gibbon_plugin_api::Handler;
use serde_json::{Value, json};

use super::{bearer, credentials, good, jwt, world};
use crate::fixture::{NOW, Outcome, SETTINGS, World, configured, violations};
use crate::jwt::DEFINITION;

const RSA: &str = include_str!("../../../tests/keys/rsa.pem");
const RSA_PUBLIC: &str = include_str!("../../../tests/keys/rsa.public.pem");
const OTHER: &str = include_str!("../../../tests/keys/rsa.other.pem");
const OTHER_PUBLIC: &str = include_str!("../../../tests/keys/rsa.other.public.pem");
const P256: &str = include_str!("../../../tests/keys/p256.pem");
const P256_PUBLIC: &str = include_str!("../../../tests/keys/p256.public.pem");
const ED448: &str = include_str!("../../../tests/keys/ed448.pem");
const ED448_PUBLIC: &str = include_str!("../../../tests/keys/ed448.public.pem");

/// The answer where no key has the name that a token says.
const UNKNOWN: &str = r#"{"message":"No key found for given 'kid'","reason":"unknown_kid"}"#;

const ISSUER: &str = "https://issuer.example";

fn with(mut base: Value, more: Value) -> Value {
    more.as_object().unwrap().iter().for_each(|(name, value)| base[name] = value.clone());
    base
}

fn jwk(pem: &str, more: Value) -> Value {
    with(Value::Object(PublicKey::from_pem(pem).unwrap().to_jwk().unwrap()), more)
}

/// The plugin with one issuer, who has these keys.
fn plugin(keys: &[Value], more: Value) -> Box<dyn Handler> {
    let issuer = json!({ "issuer": ISSUER, "jwks": json!({ "keys": keys }).to_string() });
    jwt(json!({ "issuers": [with(issuer, more)] }))
}

/// The plugin with an issuer whose one key `k` is for RS256.
fn usual(more: Value) -> Box<dyn Handler> {
    plugin(&[jwk(RSA_PUBLIC, json!({ "kid": "k" }))], more)
}

/// A token of the issuer that is valid for a minute, with more claims.
fn token(algorithm: Algorithm, pem: &str, header: Value, more: Value) -> String {
    let claims = with(json!({ "iss": ISSUER, "sub": "joe", "exp": NOW + 60 }), more);
    let signer = Signer::from_pem(algorithm, pem).unwrap();
    signer.sign(header.as_object().unwrap(), &claims.to_string()).unwrap()
}

/// One that is signed with the key `k` of [`usual`].
fn rs256(more: Value) -> String {
    token(Algorithm::RS256, RSA, json!({ "kid": "k" }), more)
}

/// Sends a token twice, so that the second may be remembered; both must come to the same.
fn send(world: &World, plugin: &dyn Handler, token: &str) -> Outcome {
    let first = world.send(plugin, bearer(token));
    let second = world.send(plugin, bearer(token));
    let status = |outcome: &Outcome| outcome.reply.as_ref().map(|_| outcome.answer().2.to_owned());
    assert_eq!(status(&first), status(&second));
    second
}

#[track_caller]
fn refused(plugin: &dyn Handler, token: &str) -> String {
    let outcome = send(&world(), plugin, token);
    assert_eq!(outcome.answer().0, 401);
    outcome.answer().2.to_owned()
}

fn message(text: &str) -> String {
    json!({ "message": text }).to_string()
}

#[test]
fn a_token_of_an_issuer_needs_neither_credential_nor_consumer() {
    let outcome = send(&world(), &*usual(json!({})), &rs256(json!({})));
    assert_eq!(outcome.upstream(), (None, Some("joe"), None));
    assert!(outcome.identity.credential.is_some());
    let nobody = send(&world(), &*usual(json!({})), &rs256(json!({ "sub": null })));
    assert_eq!(nobody.upstream().1, Some(ISSUER));
    assert_ne!(nobody.identity.credential, outcome.identity.credential);
}

#[test]
fn other_tokens_are_those_of_credentials_as_ever() {
    assert!(send(&world(), &*usual(json!({})), &good()).is_from("ann"));
}

#[test]
fn the_consumer_is_fixed_or_named_by_a_claim() {
    let fixed = usual(json!({ "consumer": "ann" }));
    assert!(send(&world(), &*fixed, &rs256(json!({}))).is_from("ann"));
    let missing = refused(&*usual(json!({ "consumer": "ghost" })), &rs256(json!({})));
    assert_eq!(missing, message("Could not find consumer for 'iss=joe'"));
    let claimed = usual(json!({ "consumer_claim": "who.name" }));
    assert!(send(&world(), &*claimed, &rs256(json!({ "who": { "name": "ann" } }))).is_from("ann"));
    assert!(send(&world(), &*claimed, &rs256(json!({ "who.name": "ann" }))).is_from("ann"));
    for claims in
        [json!({}), json!({ "who": "ann" }), json!({ "who": { "name": 7 } }), json!({ "who": { "name": "x" } })]
    {
        assert_eq!(refused(&*claimed, &rs256(claims)), message("Could not find consumer for 'iss=joe'"));
    }
    let by_id = usual(json!({ "consumer_claim": "sub", "consumer_by": "custom_id" }));
    assert_eq!(refused(&*by_id, &rs256(json!({ "sub": "ann" }))), message("Could not find consumer for 'iss=ann'"));
    let world = world().consumer_with_custom_id(2, "bob", "joe");
    assert!(send(&world, &*by_id, &rs256(json!({}))).is_from("bob"));
}

#[test]
fn a_token_must_be_for_one_of_the_audiences() {
    let plugin = usual(json!({ "audiences": ["a", "b"] }));
    for aud in [json!("a"), json!(["x", "b"])] {
        assert!(send(&world(), &*plugin, &rs256(json!({ "aud": aud }))).reply.is_none());
    }
    for aud in [json!(null), json!("x"), json!([]), json!(["x", 1, ["a"]]), json!({ "a": "a" }), json!("a b")] {
        assert_eq!(
            refused(&*plugin, &rs256(json!({ "aud": aud }))),
            r#"{"message":"The token is for another audience","reason":"wrong_audience"}"#,
            "{aud}"
        );
    }
}

#[test]
fn a_token_of_an_issuer_always_expires() {
    let plugin = usual(json!({}));
    assert_eq!(refused(&*plugin, &rs256(json!({ "exp": NOW }))), r#"{"exp":"token expired"}"#);
    assert_eq!(refused(&*plugin, &rs256(json!({ "exp": null }))), r#"{"exp":"must be a number"}"#);
}

#[test]
fn each_key_is_used_with_its_own_algorithm_alone() {
    let keys = [jwk(RSA_PUBLIC, json!({ "kid": "k", "alg": "RS512" })), jwk(P256_PUBLIC, json!({ "kid": "e" }))];
    let plugin = plugin(&keys, json!({}));
    let send_as = |algorithm, pem, kid: &str| token(algorithm, pem, json!({ "kid": kid }), json!({}));
    assert!(send(&world(), &*plugin, &send_as(Algorithm::RS512, RSA, "k")).reply.is_none());
    assert!(send(&world(), &*plugin, &send_as(Algorithm::ES256, P256, "e")).reply.is_none());
    for (algorithm, pem, kid) in [
        (Algorithm::RS256, RSA, "k"),
        (Algorithm::PS512, RSA, "k"),
        (Algorithm::ES256, P256, "k"),
        (Algorithm::RS512, RSA, "e"),
    ] {
        assert_eq!(refused(&*plugin, &send_as(algorithm, pem, kid)), message("Invalid algorithm"), "{algorithm} {kid}");
    }
    assert_eq!(refused(&*plugin, &send_as(Algorithm::RS512, OTHER, "k")), message("Invalid signature"));
}

#[test]
fn for_an_rsa_key_without_an_algorithm_the_configuration_decides() {
    let ps256 = token(Algorithm::PS256, RSA, json!({ "kid": "k" }), json!({}));
    assert_eq!(refused(&*usual(json!({})), &ps256), message("Invalid algorithm"));
    let both = usual(json!({ "algorithms": ["PS256", "RS256"] }));
    for token in [ps256, rs256(json!({}))] {
        assert!(send(&world(), &*both, &token).reply.is_none());
    }
    assert_eq!(refused(&*usual(json!({ "algorithms": ["PS256"] })), &rs256(json!({}))), message("Invalid algorithm"));
}

#[test]
fn keys_that_take_long_are_used_beside_the_worker() {
    let plugin = plugin(&[jwk(ED448_PUBLIC, json!({}))], json!({}));
    let token = token(Algorithm::EdDSA, ED448, json!({}), json!({}));
    assert_eq!(send(&world(), &*plugin, &token).upstream().1, Some("joe"));
}

#[test]
fn keys_of_one_name_are_all_tried_and_so_are_all_where_a_token_names_none() {
    let keys = [jwk(OTHER_PUBLIC, json!({ "kid": "k" })), jwk(RSA_PUBLIC, json!({ "kid": "k" }))];
    let plugin = plugin(&keys, json!({}));
    for header in [json!({ "kid": "k" }), json!({})] {
        for pem in [RSA, OTHER] {
            let token = token(Algorithm::RS256, pem, header.clone(), json!({}));
            assert!(send(&world(), &*plugin, &token).reply.is_none());
        }
    }
    let unknown = token(Algorithm::RS256, RSA, json!({ "kid": "x" }), json!({}));
    assert_eq!(refused(&*plugin, &unknown), UNKNOWN);
}

#[test]
fn a_key_is_used_within_its_time_alone() {
    let key = |from: i64, until: i64| jwk(RSA_PUBLIC, json!({ "kid": "k", "nbf": NOW + from, "exp": NOW + until }));
    let after = |from, until| {
        let (world, plugin) = (world(), plugin(&[key(from, until)], json!({})));
        world.send(&*plugin, bearer(&rs256(json!({})))).reply.is_none()
    };
    assert!(after(-10, 10) && after(0, 1));
    assert!(!after(1, 10) && !after(-10, 0));
}

#[test]
fn a_key_that_has_run_out_refuses_tokens_that_were_remembered() {
    let plugin = plugin(&[jwk(RSA_PUBLIC, json!({ "kid": "k", "exp": NOW + 5 }))], json!({}));
    let (mut world, token) = (world(), rs256(json!({})));
    assert!(world.send(&*plugin, bearer(&token)).reply.is_none());
    world.now = NOW + 5;
    assert_eq!(world.send(&*plugin, bearer(&token)).answer().0, 401);
}

#[test]
fn only_pinned_keys_are_used() {
    let print = gibbon_jose::PublishedKey::from_jwk(&jwk(RSA_PUBLIC, json!({}))).unwrap().thumbprint().unwrap();
    let keys = [jwk(RSA_PUBLIC, json!({ "kid": "k" })), jwk(P256_PUBLIC, json!({ "kid": "e" }))];
    let plugin = plugin(&keys, json!({ "thumbprints": [print] }));
    assert!(send(&world(), &*plugin, &rs256(json!({}))).reply.is_none());
    let other = token(Algorithm::ES256, P256, json!({ "kid": "e" }), json!({}));
    assert_eq!(refused(&*plugin, &other), UNKNOWN);
}

/// CVE-2015-9235: the public key as a secret. CVE-2018-0114 and its kin: a key that the token brings along.
#[test]
fn confusing_algorithms_and_keys_that_a_token_brings_along_lead_nowhere() {
    let plugin = usual(json!({ "algorithms": ["RS256", "HS256"] }));
    let hmac = |secret: &str, header: Value| {
        let claims = json!({ "iss": ISSUER, "exp": NOW + 60 }).to_string();
        Signer::from_secret(Algorithm::HS256, secret.as_bytes())
            .unwrap()
            .sign(header.as_object().unwrap(), &claims)
            .unwrap()
    };
    let published = jwk(RSA_PUBLIC, json!({ "kid": "k" })).to_string();
    for secret in [RSA_PUBLIC, &published] {
        assert_eq!(refused(&*plugin, &hmac(secret, json!({ "kid": "k" }))), message("Invalid algorithm"));
        assert_eq!(refused(&*plugin, &hmac(secret, json!({}))), UNKNOWN);
    }
    let brought = json!({
        "kid": "k", "jwk": jwk(OTHER_PUBLIC, json!({ "kid": "k" })), "jku": "https://evil.example/jwks",
        "x5u": "https://evil.example/x5u", "x5c": ["MIIB"],
    });
    assert_eq!(
        refused(&*plugin, &token(Algorithm::RS256, OTHER, brought.clone(), json!({}))),
        message("Invalid signature")
    );
    assert!(send(&world(), &*plugin, &token(Algorithm::RS256, RSA, brought, json!({}))).reply.is_none());
    for kid in ["../../../../dev/null", "k' OR '1'='1", "", "k\0", "K", &"k".repeat(5000)] {
        let answer = refused(&*plugin, &token(Algorithm::RS256, RSA, json!({ "kid": kid }), json!({})));
        assert_eq!(answer, UNKNOWN);
    }
    for kid in [json!(7), json!(["k"]), json!(null), json!({ "kid": "k" })] {
        let sent = token(Algorithm::RS256, OTHER, json!({ "kid": kid }), json!({}));
        assert_eq!(refused(&*plugin, &sent), message("Invalid signature"));
    }
}

#[test]
fn a_secret_in_a_set_is_used_only_where_its_algorithm_is_named() {
    let secret = json!({ "kty": "oct", "k": gibbon_jose::base64url::encode(&[7; 32]), "kid": "s" });
    let claims = json!({ "iss": ISSUER, "sub": "joe", "exp": NOW + 60 }).to_string();
    let signer = Signer::from_secret(Algorithm::HS256, &[7; 32]).unwrap();
    let token = signer.sign(json!({ "kid": "s" }).as_object().unwrap(), &claims).unwrap();
    let without = plugin(&[secret.clone(), jwk(RSA_PUBLIC, json!({}))], json!({}));
    assert_eq!(refused(&*without, &token), message("Invalid algorithm"));
    let named = plugin(&[secret], json!({ "algorithms": ["HS256"] }));
    assert_eq!(send(&world(), &*named, &token).upstream().1, Some("joe"));
}

#[test]
fn an_issuer_is_taken_by_its_exact_name() {
    let plugin = usual(json!({}));
    for iss in ["https://issuer.example/", "https://ISSUER.example", "https://issuer.example\0"] {
        assert_eq!(refused(&*plugin, &rs256(json!({ "iss": iss }))), message("No credentials found for given 'iss'"));
    }
}

#[test]
fn what_is_wrong_with_an_issuer_is_said_when_it_is_configured() {
    let wrong = |issuer: Value| violations(&DEFINITION, json!({ "issuers": [issuer] }))["issuers"][0].clone();
    let one = "exactly one of these fields must be non-empty: 'jwks_uri', 'discovery', 'jwks', 'key_set'";
    assert_eq!(wrong(json!({ "issuer": "i" }))["@entity"], json!([one]));
    let set = json!({ "keys": [jwk(RSA_PUBLIC, json!({}))] }).to_string();
    assert_eq!(wrong(json!({ "issuer": "i", "jwks": set, "jwks_uri": "https://a/" }))["@entity"], json!([one]));
    assert_eq!(wrong(json!({ "jwks": set }))["issuer"], json!("required field missing"));
    assert_eq!(wrong(json!({ "issuer": "i", "jwks": "{}" }))["jwks"], json!("there is no array `keys`"));
    assert_eq!(wrong(json!({ "issuer": "i", "jwks": r#"{"keys":[]}"# }))["jwks"], json!("the set has no keys"));
    let url = wrong(json!({ "issuer": "i", "jwks_uri": "ftp://a/" }))["jwks_uri"].clone();
    assert!(url.as_str().unwrap().starts_with("must be a URL"), "{url}");
    assert!(wrong(json!({ "issuer": "i", "jwks": set, "thumbprints": ["short"] }))["thumbprints"].is_array());
    let twice = json!([{ "issuer": "i", "jwks": set }, { "issuer": "i", "jwks": set }]);
    let error = configured(&DEFINITION, json!({ "issuers": twice }), &SETTINGS).err().unwrap();
    assert_eq!(error.to_string(), "config.issuers: two of them are the same issuer");
    let clear = json!([{ "issuer": "i", "jwks_uri": "http://a.example/jwks" }]);
    let error = configured(&DEFINITION, json!({ "issuers": clear }), &SETTINGS).err().unwrap();
    assert!(error.reason.contains("is not https"), "{error}");
}

#[test]
fn a_credential_has_its_key_or_a_place_where_it_is_published() {
    let stored = |body: Value| {
        let whole = with(json!({ "consumer": { "id": crate::fixture::id(1) }, "key": "i" }), body);
        crate::fixture::prepared(&(credentials().entity)(), whole).map(Value::Object)
    };
    let good = stored(json!({ "algorithm": "RS256", "jwks_uri": "https://a.example/jwks" })).unwrap();
    assert_eq!((&good["jwks_uri"], good.get("issuer_discovery")), (&json!("https://a.example/jwks"), None));
    stored(json!({ "algorithm": "ES256", "issuer_discovery": "https://a.example" })).unwrap();
    let wrong = |body: Value| stored(body).unwrap_err().fields().clone();
    let secret = wrong(json!({ "jwks_uri": "https://a.example/jwks" }));
    assert_eq!(secret["@entity"], json!(["jwks_uri: `HS256` works with a secret alone"]));
    let both = json!({ "algorithm": "RS256", "jwks_uri": "https://a/", "rsa_public_key": RSA_PUBLIC });
    let only = "jwks_uri: only one of rsa_public_key, jwks_uri and issuer_discovery can be set";
    assert_eq!(wrong(both)["@entity"], json!([only]));
    assert!(wrong(json!({ "algorithm": "RS256" })).contains_key("rsa_public_key"));
    let print = "A".repeat(43);
    let pinned = json!({ "algorithm": "RS256", "jwks_uri": "https://a/", "thumbprints": [print] });
    assert_eq!(stored(pinned.clone()).unwrap()["thumbprints"], json!([print]));
    assert!(wrong(with(pinned, json!({ "thumbprints": ["short"] }))).contains_key("thumbprints"));
    let of_its_own = wrong(json!({ "algorithm": "RS256", "rsa_public_key": RSA_PUBLIC, "thumbprints": [print] }));
    let reason = "thumbprints: only keys that are fetched (jwks_uri, issuer_discovery) are pinned";
    assert_eq!(of_its_own["@entity"], json!([reason]));
    let plain = stored(json!({})).unwrap();
    assert!(plain.get("thumbprints").is_none());
    assert!(plain.get("jwks_uri").is_none() && plain.get("issuer_discovery").is_none());
}
