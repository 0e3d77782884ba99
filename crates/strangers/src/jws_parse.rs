//! Any bytes as a token: no panic, no signature that verifies, and claims on which serde_json agrees.

use std::sync::OnceLock;

use gibbon_jose::{Algorithm, Jws, Limits, Token, Verifier, base64url};
use serde_json::{Map, Value};

use crate::{Inputs, mutation};

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

/// Panics where that does not hold.
pub fn check(bytes: &[u8]) {
    try_token(bytes);
    // Raw bytes hardly ever get past base64, so they are tried as a payload as well.
    try_token(format!("eyJhbGciOiJIUzI1NiJ9.{}.AAAA", base64url::encode(bytes)).as_bytes());
    try_token(format!("{}.e30.AAAA", base64url::encode(bytes)).as_bytes());
}

const WORDS: &[&[u8]] = &[
    b"\"exp\":1e400",
    b"\\u0000",
    b"\\ud800",
    b"{\"a\":",
    b"[[[[[[[[[[",
    b"null",
    b"-0",
    b"1.5e-7",
    b".",
    b"\"\":0,",
    b"none",
];

/// Tokens and what is in them, right but for some changes.
pub fn inputs() -> Inputs {
    let examples = [
        "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhIiwiZXhwIjoxMDAwfQ.AAAA",
        r#"{"iss":"a","exp":1735689600,"nbf":0.5,"aud":["b","c"],"x":{"y":[null,true,"\u00e9\n"]}}"#,
        r#"{"alg":"HS256","typ":"JWT","kid":"k","crit":["b64"]}"#,
        r#"{"a":1,"a":2,"\u0061":3}"#,
    ];
    mutation::of(examples.map(|text| text.as_bytes().to_vec()).to_vec(), WORDS)
}
