//! The least that checking a token takes: one pass of base64 and of JSON for each part, one look-up, one signature.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::{hmac, signature};
use base64_simd::{Out, STANDARD, URL_SAFE_NO_PAD};

/// The issuer that the `tokens` tool writes.
const ISSUER: &str = "consumer-key-1";
/// A cache that is full starts anew.
const CACHED_TOKENS: usize = 10_000;

/// Whether a request may pass.
pub struct Check {
    mode: Mode,
    /// Issuer to key.
    keys: HashMap<String, Key, ahash::RandomState>,
    /// Hash of a token to the whole token, so that a collision is no way in.
    cache: RefCell<HashMap<u64, Passed>>,
    hasher: ahash::RandomState,
    scratch: RefCell<Vec<u8>>,
}

#[derive(PartialEq)]
enum Mode {
    Off,
    Each,
    Cached,
}

enum Key {
    Hs256(Box<hmac::Key>),
    Rs256(signature::ParsedPublicKey),
}

struct Passed {
    token: Box<[u8]>,
    exp: f64,
}

#[derive(serde::Deserialize)]
struct Header<'a> {
    #[serde(borrow)]
    alg: Cow<'a, str>,
}

#[derive(serde::Deserialize)]
struct Claims<'a> {
    #[serde(borrow)]
    iss: Cow<'a, str>,
    exp: f64,
    nbf: Option<f64>,
}

impl Check {
    /// Everybody may.
    pub fn off() -> Self {
        Check {
            mode: Mode::Off,
            keys: HashMap::default(),
            cache: RefCell::default(),
            hasher: ahash::RandomState::new(),
            scratch: RefCell::default(),
        }
    }

    /// `kind` is `hs`, `rs` or `rs-cached`; `folder` has the keys.
    pub fn new(kind: &str, folder: &Path) -> Self {
        let (mode, key) = match kind {
            "hs" => (Mode::Each, hs256(folder)),
            "rs" => (Mode::Each, rs256(folder)),
            "rs-cached" => (Mode::Cached, rs256(folder)),
            other => panic!("no check is called `{other}`"),
        };
        Check { mode, keys: [(ISSUER.to_owned(), key)].into_iter().collect(), ..Self::off() }
    }

    /// Whether a request with this `Authorization` passes.
    pub fn passes(&self, authorization: Option<&[u8]>) -> bool {
        if self.mode == Mode::Off {
            return true;
        }
        match authorization.and_then(|value| value.split_at_checked(7)) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case(b"bearer ") => self.passes_token(token.trim_ascii()),
            _ => false,
        }
    }

    fn passes_token(&self, token: &[u8]) -> bool {
        if self.mode == Mode::Each {
            return self.verify(token).is_some();
        }
        let hash = self.hasher.hash_one(token);
        let mut cache = self.cache.borrow_mut();
        if let Some(passed) = cache.get(&hash).filter(|passed| *passed.token == *token) {
            return now() < passed.exp;
        }
        let Some(exp) = self.verify(token) else { return false };
        if cache.len() >= CACHED_TOKENS {
            cache.clear();
        }
        cache.insert(hash, Passed { token: token.into(), exp });
        true
    }

    /// The `exp` of a token that is in order.
    fn verify(&self, token: &[u8]) -> Option<f64> {
        let first = memchr::memchr(b'.', token)?;
        let last = memchr::memrchr(b'.', token).filter(|last| *last > first)?;
        let mut scratch = self.scratch.borrow_mut();
        scratch.resize(token.len(), 0);
        let (a, rest) = scratch.split_at_mut(first);
        let (b, c) = rest.split_at_mut(last - first);
        let header = URL_SAFE_NO_PAD.decode(&token[..first], Out::from_slice(a)).ok()?;
        let payload = URL_SAFE_NO_PAD.decode(&token[first + 1..last], Out::from_slice(b)).ok()?;
        let signature = URL_SAFE_NO_PAD.decode(&token[last + 1..], Out::from_slice(c)).ok()?;
        let header: Header = serde_json::from_slice(header).ok()?;
        let claims: Claims = serde_json::from_slice(payload).ok()?;
        self.keys.get(&*claims.iss)?.verify(&header.alg, &token[..last], signature)?;
        let now = now();
        (now < claims.exp && claims.nbf.is_none_or(|nbf| nbf <= now)).then_some(claims.exp)
    }
}

impl Key {
    fn verify(&self, algorithm: &str, input: &[u8], signature: &[u8]) -> Option<()> {
        match self {
            Key::Hs256(key) if algorithm == "HS256" => hmac::verify(key, input, signature).ok(),
            Key::Rs256(key) if algorithm == "RS256" => key.verify_sig(input, signature).ok(),
            _ => None,
        }
    }
}

fn hs256(folder: &Path) -> Key {
    let secret = fs::read(folder.join("hs.secret")).expect("a secret");
    Key::Hs256(Box::new(hmac::Key::new(hmac::HMAC_SHA256, &secret)))
}

fn rs256(folder: &Path) -> Key {
    let pem = fs::read_to_string(folder.join("rsa.public.pem")).expect("a public key");
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode_to_vec(base64).expect("base64");
    let algorithm = &signature::RSA_PKCS1_2048_8192_SHA256;
    Key::Rs256(signature::ParsedPublicKey::new(algorithm, der).expect("an RSA key"))
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64())
}
