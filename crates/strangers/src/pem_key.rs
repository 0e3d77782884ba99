//! Any text as a PEM key, public or private: no panic, and what is read serves the algorithm that it names.

use gibbon_jose::sign::Signer;
use gibbon_jose::{Algorithm, PublicKey, Verifier, base64url};

use crate::{Inputs, mutation};

const LABELS: [&str; 6] =
    ["PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE", "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"];

fn try_key(text: &str) {
    if let Ok(key) = PublicKey::from_pem(text)
        && let Ok(verifier) = Verifier::from_public_key(key.default_algorithm(), &key)
    {
        assert!(verifier.verify(b"text", &[1; 256]).is_err());
    }
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        if let Ok(signer) = Signer::from_pem(algorithm, text) {
            let _ = signer.sign(&Default::default(), "{}").is_ok();
        }
    }
}

/// Panics where that does not hold.
pub fn check(bytes: &[u8]) {
    try_key(&String::from_utf8_lossy(bytes));
    // The structure behind the armour: base64url differs from base64 in two digits.
    let body = base64url::encode(bytes).replace('-', "+").replace('_', "/");
    for label in LABELS {
        try_key(&format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"));
    }
}

const WORDS: &[&[u8]] = &[
    b"-----",
    b"BEGIN",
    b"\n",
    b"\r\n",
    b"\x30\x82",
    b"\x02\x01\x00",
    b"\x03\x81",
    b"\x06\x09",
    b"=",
    b"\xff\xff\xff\xff",
];

/// Keys of each kind, as PEM and as what stands in it, right but for some changes.
pub fn inputs() -> Inputs {
    let texts = [
        include_bytes!("../../jose/tests/keys/p384.public.pem").to_vec(),
        include_bytes!("../../jose/tests/keys/rsa1023.public.pem").to_vec(),
        include_bytes!("../../jose/tests/keys/p521.public.pem").to_vec(),
        include_bytes!("../../jose/tests/keys/pss.private.pem").to_vec(),
    ];
    let contents = texts.clone().map(|text| {
        let lines = std::str::from_utf8(&text).expect("PEM is text").lines().filter(|line| !line.starts_with('-'));
        let body = lines.collect::<String>().replace('+', "-").replace('/', "_");
        base64url::decode(body.trim_end_matches('=').as_bytes()).expect("what stands in PEM is base64")
    });
    mutation::of([texts, contents].concat(), WORDS)
}
