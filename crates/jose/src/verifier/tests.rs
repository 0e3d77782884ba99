use serde_json::json;

use super::*;
use crate::{Limits, Token};

macro_rules! key {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys/", $name))
    };
}

const RS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512];
const PS: [Algorithm; 3] = [Algorithm::PS256, Algorithm::PS384, Algorithm::PS512];

fn error(algorithm: Algorithm, pem: &str) -> Option<KeyError> {
    Verifier::from_pem(algorithm, pem).err()
}

#[test]
fn a_key_serves_the_algorithms_of_its_kind_and_no_others() {
    for (pem, fitting) in [
        (key!("rsa2048.public.pem"), [RS, PS].concat()),
        (key!("pss.public.pem"), PS.to_vec()),
        (key!("pss384.public.pem"), vec![Algorithm::PS384]),
        (key!("p256.public.pem"), vec![Algorithm::ES256]),
        (key!("p256.compressed.public.pem"), vec![Algorithm::ES256]),
        (key!("p384.public.pem"), vec![Algorithm::ES384]),
        (key!("p521.public.pem"), vec![Algorithm::ES512]),
        (key!("ed25519.public.pem"), vec![Algorithm::EdDSA]),
        (key!("ed448.public.pem"), vec![Algorithm::EdDSA]),
    ] {
        for algorithm in Algorithm::ALL {
            match Verifier::from_pem(algorithm, pem) {
                Ok(verifier) => {
                    assert!(fitting.contains(&algorithm), "{algorithm} {pem}");
                    assert_eq!(verifier.algorithm(), algorithm);
                }
                Err(error) => {
                    assert!(!fitting.contains(&algorithm), "{algorithm} {pem}");
                    assert!(matches!(error, KeyError::Unfit { .. }), "{error}");
                }
            }
        }
    }
}

#[test]
fn secrets_are_for_hmac_and_not_empty() {
    for algorithm in Algorithm::ALL {
        let verifier = Verifier::from_secret(algorithm, b"s");
        assert_eq!(verifier.is_ok(), algorithm.is_symmetric(), "{algorithm}");
    }
    assert_eq!(Verifier::from_secret(Algorithm::HS256, b"").err(), Some(KeyError::EmptySecret));
    let unfit = KeyError::Unfit { algorithm: Algorithm::RS256, found: "a secret" };
    assert_eq!(unfit.to_string(), "`RS256` does not work with a secret");
    assert_eq!(Verifier::from_secret(Algorithm::RS256, b"s").err(), Some(unfit));
}

#[test]
fn a_secret_in_base64url_is_the_secret_in_plain() {
    let plain = Verifier::from_secret(Algorithm::HS256, b"\xff\xfe secret").unwrap();
    let encoded = Verifier::from_base64_secret(Algorithm::HS256, "__4gc2VjcmV0").unwrap();
    assert_eq!(plain.id(), encoded.id());
    assert_ne!(plain.id(), Verifier::from_secret(Algorithm::HS256, b"__4gc2VjcmV0").unwrap().id());
    for text in ["//4gc2VjcmV0", "not base64", "x"] {
        assert_eq!(
            Verifier::from_base64_secret(Algorithm::HS256, text).err(),
            Some(KeyError::SecretEncoding),
            "{text}"
        );
    }
    assert_eq!(Verifier::from_base64_secret(Algorithm::HS256, "").err(), Some(KeyError::EmptySecret));
}

#[test]
fn rsa_sizes_have_bounds_by_algorithm() {
    let size = |algorithm, bits, min| Some(KeyError::RsaSize { algorithm, bits, min });
    for algorithm in RS {
        assert_eq!(error(algorithm, key!("rsa1023.public.pem")), size(algorithm, 1023, 1024));
        assert_eq!(error(algorithm, key!("rsa1024.public.pem")), None);
        assert_eq!(error(algorithm, key!("rsa2047.public.pem")), None);
        assert_eq!(error(algorithm, key!("rsa8192.public.pem")), None);
        assert_eq!(error(algorithm, key!("rsa8193.public.pem")), size(algorithm, 8193, 1024));
    }
    for algorithm in PS {
        assert_eq!(error(algorithm, key!("rsa2047.public.pem")), size(algorithm, 2047, 2048));
        assert_eq!(error(algorithm, key!("rsa2048.public.pem")), None);
        assert_eq!(error(algorithm, key!("rsa8193.public.pem")), size(algorithm, 8193, 2048));
    }
    assert_eq!(
        KeyError::RsaSize { algorithm: Algorithm::PS256, bits: 1024, min: 2048 }.to_string(),
        "an RSA key of 1024 bits was given, and `PS256` takes 2048 to 8192"
    );
}

#[test]
fn keys_of_1024_bits_verify_with_every_hash() {
    for (algorithm, compact) in [
        (Algorithm::RS256, key!("rsa1024.rs256.token")),
        (Algorithm::RS384, key!("rsa1024.rs384.token")),
        (Algorithm::RS512, key!("rsa1024.rs512.token")),
    ] {
        let verifier = Verifier::from_pem(algorithm, key!("rsa1024.public.pem")).unwrap();
        let parse = |raw| Token::parse(raw, &Limits::default()).unwrap();
        assert!(parse(compact.as_bytes()).verify(&verifier).is_ok(), "{algorithm}");
        assert_eq!(verifier.weakness(), Some(Weakness::ShortRsaKey { bits: 1024 }));

        let token = parse(compact.as_bytes());
        for position in 0..token.signature().len() {
            let mut signature = token.signature().to_vec();
            signature[position] ^= 1;
            assert!(verifier.verify(token.signing_input(), &signature).is_err(), "{algorithm} {position}");
        }
        for signature in [&[][..], &[0; 128], &[0xff; 128], &[0; 127], &[0; 129]] {
            assert!(verifier.verify(token.signing_input(), signature).is_err(), "{algorithm}");
        }
        assert!(verifier.verify(b"another text", token.signature()).is_err());
    }
}

#[test]
fn what_is_weak_is_said() {
    let secret = |bytes: usize| Verifier::from_secret(Algorithm::HS384, &vec![1; bytes]).unwrap().weakness();
    assert_eq!(secret(47), Some(Weakness::ShortSecret { bytes: 47, recommended: 48 }));
    assert_eq!(secret(48), None);
    assert_eq!(Verifier::from_pem(Algorithm::RS256, key!("rsa2048.public.pem")).unwrap().weakness(), None);
}

#[test]
fn slow_keys_are_known() {
    let cost = |algorithm, pem: &str| Verifier::from_pem(algorithm, pem).unwrap().cost();
    assert_eq!(cost(Algorithm::EdDSA, key!("ed448.public.pem")), Cost::Slow);
    assert_eq!(cost(Algorithm::RS256, key!("rsa8192.public.pem")), Cost::Slow);
    assert_eq!(cost(Algorithm::ES384, key!("p384.public.pem")), Cost::Slow);
    assert_eq!(cost(Algorithm::ES512, key!("p521.public.pem")), Cost::Slow);
    assert_eq!(cost(Algorithm::ES256, key!("p256.public.pem")), Cost::Inline);
    assert_eq!(cost(Algorithm::EdDSA, key!("ed25519.public.pem")), Cost::Inline);
    assert_eq!(cost(Algorithm::RS256, key!("rsa2048.public.pem")), Cost::Inline);
}

#[test]
fn equal_keys_have_one_identity_under_one_algorithm() {
    let id = |algorithm, pem: &str| Verifier::from_pem(algorithm, pem).unwrap().id();
    let rsa = key!("rsa2048.public.pem");
    assert_eq!(id(Algorithm::RS256, rsa), id(Algorithm::RS256, key!("rsa2048.certificate.pem")));
    assert_ne!(id(Algorithm::RS256, rsa), id(Algorithm::PS256, rsa));
    assert_ne!(id(Algorithm::RS256, rsa), id(Algorithm::RS256, key!("rsa8192.public.pem")));
}

#[test]
fn points_that_are_on_no_curve_are_refused() {
    let x = base64url::encode(&[1; 32]);
    let off_curve = json!({"kty": "EC", "crv": "P-256", "x": x, "y": x});
    assert_eq!(Verifier::from_jwk(None, &off_curve).err(), Some(KeyError::Malformed("the EC point")));
    let ed25519 = |bytes: [u8; 32]| json!({"kty": "OKP", "crv": "Ed25519", "x": base64url::encode(&bytes)});
    for bytes in [[0; 32], [0xff; 32], [2; 32]] {
        assert_eq!(
            Verifier::from_jwk(None, &ed25519(bytes)).err(),
            Some(KeyError::Malformed("the Ed25519 key")),
            "{bytes:?}"
        );
    }
    let ed448 = |bytes: [u8; 57]| json!({"kty": "OKP", "crv": "Ed448", "x": base64url::encode(&bytes)});
    let mut identity = [0; 57];
    identity[0] = 1;
    for bytes in [[0; 57], [0xff; 57], identity] {
        assert_eq!(Verifier::from_jwk(None, &ed448(bytes)).err(), Some(KeyError::Malformed("the Ed448 key")));
    }
}

#[test]
fn a_jwk_is_bound_to_the_algorithm_that_it_names_or_allows() {
    let secret = |more: &[(&str, &str)]| {
        let mut jwk = json!({"kty": "oct", "k": "c2VjcmV0"});
        for (name, value) in more {
            jwk[*name] = json!(value);
        }
        jwk
    };
    let bound = |asked, jwk: &Value| Verifier::from_jwk(asked, jwk).map(|verifier| verifier.algorithm());
    assert_eq!(bound(None, &secret(&[("alg", "HS512")])), Ok(Algorithm::HS512));
    assert_eq!(bound(Some(Algorithm::HS384), &secret(&[])), Ok(Algorithm::HS384));
    assert_eq!(
        bound(Some(Algorithm::HS256), &secret(&[("alg", "HS512")])),
        Err(KeyError::JwkAlgorithm { asked: Algorithm::HS256, own: Algorithm::HS512 })
    );
    assert_eq!(bound(None, &secret(&[])), Err(KeyError::NoAlgorithm));
    assert_eq!(bound(None, &secret(&[("alg", "none")])), Err(KeyError::Unsupported("none".to_owned())));
    assert!(matches!(bound(Some(Algorithm::RS256), &secret(&[])), Err(KeyError::Unfit { .. })));
    let edwards = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    assert_eq!(bound(None, &edwards), Ok(Algorithm::EdDSA));
}

#[test]
fn nothing_of_a_key_is_printed() {
    let verifier = Verifier::from_secret(Algorithm::HS256, b"hunter2").unwrap();
    assert_eq!(format!("{verifier:?}"), "Verifier { algorithm: HS256, .. }");
}
