//! The keys of `tests/keys`, and tokens signed with them.

use gibbon_jose::sign::Signer;
use gibbon_jose::{Algorithm, Verifier};

pub(crate) const SECRET: &[u8] = b"a secret of sixty-four bytes, which is enough for the longest hash";

pub(crate) fn pem(name: &str) -> String {
    let path = format!("{}/tests/keys/{name}.pem", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("a key of the tests")
}

/// Which private key serves an algorithm; `None` for the symmetric ones.
fn key_for(algorithm: Algorithm) -> Option<&'static str> {
    match algorithm {
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => None,
        Algorithm::ES256 => Some("p256"),
        Algorithm::ES384 => Some("p384"),
        Algorithm::ES512 => Some("p521"),
        Algorithm::EdDSA => Some("ed25519"),
        _ => Some("rsa2048"),
    }
}

pub(crate) fn signer(algorithm: Algorithm) -> Signer {
    match key_for(algorithm) {
        Some(name) => Signer::from_pem(algorithm, &pem(&format!("{name}.private"))),
        None => Signer::from_secret(algorithm, SECRET),
    }
    .expect("a key that signs")
}

pub(crate) fn verifier(algorithm: Algorithm) -> Verifier {
    match key_for(algorithm) {
        Some(name) => Verifier::from_pem(algorithm, &pem(&format!("{name}.public"))),
        None => Verifier::from_secret(algorithm, SECRET),
    }
    .expect("a key that verifies")
}
