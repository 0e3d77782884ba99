//! Any JSON as a JWK: no panic, and never a verifier for another algorithm than was asked for.

use gibbon_jose::{Algorithm, Verifier};
use serde_json::Value;

use crate::{Inputs, mutation};

/// Panics where that does not hold.
pub fn check(bytes: &[u8]) {
    let Ok(jwk) = serde_json::from_slice::<Value>(bytes) else { return };
    let asked = [None].into_iter().chain(Algorithm::ALL.map(Some));
    for algorithm in asked {
        if let Ok(verifier) = Verifier::from_jwk(algorithm, &jwk) {
            assert!(algorithm.is_none_or(|algorithm| verifier.algorithm() == algorithm));
            assert!(verifier.verify(b"text", b"").is_err());
        }
    }
}

const WORDS: &[&[u8]] =
    &[b"\"alg\":\"ES256\",", b"\"use\":\"enc\",", b"AQAB", b"\"kty\":\"oct\",", b"=", b"null", b"P-384", b"[]"];

/// Keys of each kind, right but for some changes.
pub fn inputs() -> Inputs {
    let examples = [
        r#"{"kty":"oct","kid":"a","alg":"HS256","k":"bm9ib2R5IHNpZ25zIHdpdGggdGhpcw"}"#,
        r#"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}"#,
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
        r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB"}"#,
    ];
    mutation::of(examples.map(|text| text.as_bytes().to_vec()).to_vec(), WORDS)
}
