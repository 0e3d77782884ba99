//! The identity of a key in this process.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;

use aws_lc_rs::hmac;

use crate::Algorithm;

/// Stands for one key under one algorithm: equal for equal keys, whoever parsed them and however often, so that what
/// is remembered of a key outlives a change of configuration that has nothing to do with it.
///
/// It is a MAC of the key under a secret of the process, so that it tells nothing about an HMAC secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct VerifierId(u128);

impl VerifierId {
    /// The identity of a key that consists of these parts.
    pub(super) fn of(algorithm: Algorithm, parts: &[&[u8]]) -> Self {
        let mut mac = hmac::Context::with_key(process_key());
        mac.update(algorithm.as_str().as_bytes());
        for part in parts {
            mac.update(&part.len().to_le_bytes());
            mac.update(part);
        }
        let tag = mac.sign();
        let half = tag.as_ref().first_chunk().copied().unwrap_or_default();
        VerifierId(u128::from_le_bytes(half))
    }
}

impl fmt::Debug for VerifierId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierId({:x})", self.0)
    }
}

fn process_key() -> &'static hmac::Key {
    static KEY: OnceLock<hmac::Key> = OnceLock::new();
    KEY.get_or_init(|| {
        // The standard library seeds its hashers from the system's randomness, 128 bits of it.
        let random = RandomState::new();
        let seed: Vec<u8> = (0_u64..4).flat_map(|word| random.hash_one(word).to_le_bytes()).collect();
        hmac::Key::new(hmac::HMAC_SHA256, &seed)
    })
}
