//! Any text as a PEM key, public or private: no panic, and what is read serves the algorithm that it names.
#![no_main]

use gibbon_jose::sign::Signer;
use gibbon_jose::{Algorithm, PublicKey, Verifier, base64url};
use libfuzzer_sys::fuzz_target;

const LABELS: [&str; 6] =
    ["PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE", "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"];

fn try_key(text: &str) {
    if let Ok(key) = PublicKey::from_pem(text) {
        if let Ok(verifier) = Verifier::from_public_key(key.default_algorithm(), &key) {
            assert!(verifier.verify(b"text", &[1; 256]).is_err());
        }
    }
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        if let Ok(signer) = Signer::from_pem(algorithm, text) {
            let _ = signer.sign(&Default::default(), "{}").is_ok();
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    try_key(&String::from_utf8_lossy(bytes));
    // The structure behind the armour: base64url differs from base64 in two digits.
    let body = base64url::encode(bytes).replace('-', "+").replace('_', "/");
    for label in LABELS {
        try_key(&format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"));
    }
});
