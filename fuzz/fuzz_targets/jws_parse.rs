//! Any bytes as a token: no panic, no signature that verifies, and claims on which serde_json agrees.
#![no_main]

use std::sync::OnceLock;

use gibbon_jose::{Algorithm, Jws, Limits, Token, Verifier, base64url};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

fn verifier() -> &'static Verifier {
    static VERIFIER: OnceLock<Verifier> = OnceLock::new();
    VERIFIER.get_or_init(|| Verifier::from_secret(Algorithm::HS256, b"nobody signs with this").expect("a secret"))
}

fn try_token(bytes: &[u8]) {
    let limits = Limits::default();
    if let Ok(token) = Token::parse(bytes, &limits) {
        let theirs: Map<String, Value> = serde_json::from_str(token.claims().as_str()).expect("what we accept is JSON");
        assert_eq!(theirs.len(), token.claims().len());
        for (name, value) in token.claims().iter() {
            assert_eq!(theirs[&*name].as_str(), value.as_str().as_deref());
            value.members().for_each(drop);
            value.items().for_each(drop);
        }
        assert!(token.verify(verifier()).is_err());
    }
    let _ = Jws::parse(bytes, &limits).is_ok();
}

fuzz_target!(|bytes: &[u8]| {
    try_token(bytes);
    // Raw bytes hardly ever get past base64, so they are tried as a payload as well.
    try_token(format!("eyJhbGciOiJIUzI1NiJ9.{}.AAAA", base64url::encode(bytes)).as_bytes());
    try_token(format!("{}.e30.AAAA", base64url::encode(bytes)).as_bytes());
});
