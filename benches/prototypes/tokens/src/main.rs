//! Makes what the comparison needs to know who asks: `tokens FOLDER COUNT` writes
//!
//! - `hs.secret`, `hs.tokens` and `hs-new.tokens`: a secret, 1,000 HS256 tokens, and COUNT others;
//! - `rsa.public.pem`, `rs.tokens` and `rs-new.tokens`: a public key of 2048 bits, 1,000 RS256 tokens, and COUNT others;
//! - `hs.jwks.json` and `rs.jwks.json`: the same keys for whoever reads key sets.
//!
//! Each token is different, and all are good for a day. The private key is not kept.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64_simd::{STANDARD, URL_SAFE_NO_PAD};
use gibbon_jose::Algorithm;
use gibbon_jose::sign::Signer;
use serde_json::{Map, Value, json};

const SECRET: &str = "bench-hs256-secret-0123456789abcdef";
const REUSED: usize = 1_000;
const DAY: u64 = 86_400;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(count)) = (arguments.next(), arguments.next()) else {
        return Err("usage: tokens FOLDER COUNT".into());
    };
    let folder = PathBuf::from(folder);
    fs::create_dir_all(&folder)?;
    let count = count.parse()?;
    write_hs256(&folder, count)?;
    write_rs256(&folder, count)
}

fn write_hs256(folder: &Path, count: usize) -> Outcome<()> {
    let signer = Signer::from_secret(Algorithm::HS256, SECRET.as_bytes())?;
    fs::write(folder.join("hs.secret"), SECRET)?;
    fs::write(folder.join("hs.tokens"), tokens(&signer, 0..REUSED)?)?;
    fs::write(folder.join("hs-new.tokens"), tokens(&signer, REUSED..REUSED + count)?)?;
    let key = json!({ "kty": "oct", "kid": "k1", "alg": "HS256", "k": URL_SAFE_NO_PAD.encode_to_string(SECRET) });
    write_key_set(&folder.join("hs.jwks.json"), key)
}

fn write_rs256(folder: &Path, count: usize) -> Outcome<()> {
    let pair = KeyPair::generate(KeySize::Rsa2048)?;
    let signer = Signer::from_pem(Algorithm::RS256, &pem("PRIVATE KEY", pair.as_der()?.as_ref()))?;
    fs::write(folder.join("rsa.public.pem"), pem("PUBLIC KEY", pair.public_key().as_der()?.as_ref()))?;
    fs::write(folder.join("rs.tokens"), tokens(&signer, 0..REUSED)?)?;
    fs::write(folder.join("rs-new.tokens"), tokens(&signer, REUSED..REUSED + count)?)?;
    let modulus = pair.public_key().modulus().big_endian_without_leading_zero();
    let n = URL_SAFE_NO_PAD.encode_to_string(modulus);
    let key = json!({ "kty": "RSA", "kid": "k1", "alg": "RS256", "use": "sig", "n": n, "e": "AQAB" });
    write_key_set(&folder.join("rs.jwks.json"), key)
}

fn write_key_set(path: &Path, key: Value) -> Outcome<()> {
    Ok(fs::write(path, json!({ "keys": [key] }).to_string())?)
}

/// One token a line, with the claims that identity providers send.
fn tokens(signer: &Signer, numbers: std::ops::Range<usize>) -> Outcome<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let header = Map::from_iter([("kid".to_owned(), "k1".into())]);
    let mut lines = String::new();
    for number in numbers {
        let claims = json!({
            "iss": "consumer-key-1", "sub": format!("user-{number:06}"), "aud": "gateway", "iat": now, "nbf": now - 60,
            "exp": now + DAY, "jti": format!("5e0f7c6a-2c54-4f52-9d5c-{number:012}"), "scope": "read write",
        });
        lines.push_str(&signer.sign(&header, &claims.to_string())?);
        lines.push('\n');
    }
    Ok(lines)
}

fn pem(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode_to_string(der);
    let lines: Vec<&str> = base64.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
