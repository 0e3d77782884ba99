//! Any JSON as a JWK: no panic, and never a verifier for another algorithm than was asked for.
#![no_main]

use gibbon_jose::{Algorithm, Verifier};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let Ok(jwk) = serde_json::from_slice::<Value>(bytes) else { return };
    let asked = [None].into_iter().chain(Algorithm::ALL.map(Some));
    for algorithm in asked {
        if let Ok(verifier) = Verifier::from_jwk(algorithm, &jwk) {
            assert!(algorithm.is_none_or(|algorithm| verifier.algorithm() == algorithm));
            assert!(verifier.verify(b"text", b"").is_err());
        }
    }
});
