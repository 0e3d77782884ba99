//! Every algorithm against every kind of key: a token is accepted where its signature was made with the key, by the algorithm
//! that the key is for, and says so; nowhere else.

use gibbon_jose::sign::Signer;
use gibbon_jose::{Algorithm, PublicKey, base64url};
use gibbon_plugin_api::Handler;
use serde_json::{Value, json};

use super::{bearer, credentials, jwt, world};
use crate::fixture::{NOW, World};

const SECRET: &str = "one secret for all three of them, as long as the longest of them wants it to be";

const RSA: Pair = (include_str!("../../../tests/keys/rsa.pem"), include_str!("../../../tests/keys/rsa.public.pem"));
const P256: Pair = (include_str!("../../../tests/keys/p256.pem"), include_str!("../../../tests/keys/p256.public.pem"));
const P384: Pair = (include_str!("../../../tests/keys/p384.pem"), include_str!("../../../tests/keys/p384.public.pem"));
const P521: Pair = (include_str!("../../../tests/keys/p521.pem"), include_str!("../../../tests/keys/p521.public.pem"));
const ED25519: Pair =
    (include_str!("../../../tests/keys/ed25519.pem"), include_str!("../../../tests/keys/ed25519.public.pem"));
const ED448: Pair =
    (include_str!("../../../tests/keys/ed448.pem"), include_str!("../../../tests/keys/ed448.public.pem"));

/// A private key and its public one, as PEM.
type Pair = (&'static str, &'static str);

/// A key and the algorithm that it is for.
struct Bound {
    algorithm: Algorithm,
    /// `None` for the secret.
    pair: Option<Pair>,
}

fn all() -> Vec<Bound> {
    let secret = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512].map(|algorithm| (algorithm, None));
    let rsa = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"].map(|name| (name.parse().unwrap(), Some(RSA)));
    let curves = [
        (Algorithm::ES256, Some(P256)),
        (Algorithm::ES384, Some(P384)),
        (Algorithm::ES512, Some(P521)),
        (Algorithm::EdDSA, Some(ED25519)),
        (Algorithm::EdDSA, Some(ED448)),
    ];
    secret.into_iter().chain(rsa).chain(curves).map(|(algorithm, pair)| Bound { algorithm, pair }).collect()
}

impl Bound {
    fn signer(&self) -> Signer {
        match self.pair {
            None => Signer::from_secret(self.algorithm, SECRET.as_bytes()).unwrap(),
            Some((private, _)) => Signer::from_pem(self.algorithm, private).unwrap(),
        }
    }

    fn jwk(&self) -> Value {
        let mut jwk = match self.pair {
            None => json!({ "kty": "oct", "k": base64url::encode(SECRET.as_bytes()) }),
            Some((_, public)) => Value::Object(PublicKey::from_pem(public).unwrap().to_jwk().unwrap()),
        };
        jwk["alg"] = self.algorithm.as_str().into();
        jwk
    }
}

/// Sends to each key what each key has signed, under the name of each algorithm. Keys are named by their places.
#[track_caller]
fn assert_only_the_diagonal(world: &World, plugin: &dyn Handler) {
    let mut accepted = 0;
    for (of, key) in all().iter().enumerate() {
        for (by, signed_by) in all().iter().enumerate() {
            let signer = signed_by.signer();
            for claimed in Algorithm::ALL {
                let header = json!({ "alg": claimed.as_str() }).to_string();
                let claims = json!({ "iss": format!("key {of}"), "exp": NOW + 60 }).to_string();
                let token = signer.sign_raw(header.as_bytes(), claims.as_bytes()).unwrap();
                let outcome = world.send(plugin, bearer(&token));
                let is_right = of == by && claimed == key.algorithm;
                let what = format!("{claimed}, by {} {by}, for {} {of}", signed_by.algorithm, key.algorithm);
                match &outcome.reply {
                    None => assert!(is_right, "{what}: accepted"),
                    Some(_) => {
                        assert!(!is_right, "{what}: refused");
                        assert_eq!(outcome.answer().0, 401, "{what}");
                    }
                }
                accepted += usize::from(is_right);
            }
        }
    }
    assert_eq!(accepted, all().len());
}

#[test]
fn of_credentials_only_the_diagonal_verifies() {
    let given = |world: World, (place, key): (usize, &Bound)| {
        let mut body = json!({ "key": format!("key {place}"), "algorithm": key.algorithm.as_str() });
        match key.pair {
            None => body["secret"] = SECRET.into(),
            Some((_, public)) => body["rsa_public_key"] = public.into(),
        }
        world.credential(credentials(), 1, body)
    };
    let world = all().iter().enumerate().fold(world(), given);
    assert_only_the_diagonal(&world, &*jwt(json!({})));
}

#[test]
fn of_published_keys_only_the_diagonal_verifies_whatever_the_issuer_allows() {
    let allowed = Algorithm::ALL.map(Algorithm::as_str);
    let issuer = |(place, key): (usize, &Bound)| {
        let set = json!({ "keys": [key.jwk()] }).to_string();
        json!({ "issuer": format!("key {place}"), "jwks": set, "algorithms": allowed })
    };
    let issuers: Vec<_> = all().iter().enumerate().map(issuer).collect();
    assert_only_the_diagonal(&world(), &*jwt(json!({ "issuers": issuers })));
}
