//! Passwords that were right before: checking one takes milliseconds beside the worker, and browsers and programs send the
//! same one with every request.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use crate::recent::{Digest, Recent};

/// The passwords of one worker that were right last; no wrong one is ever among them.
///
/// Each is a keyed digest of credential, hash and password, so that a password that was changed is not found any more.
pub(super) struct VerifiedPasswords {
    key: [u8; 32],
    recent: Recent,
}

impl VerifiedPasswords {
    pub(super) fn new() -> Self {
        let (mut key, half) = ([0; 32], 16);
        for part in key.chunks_mut(half) {
            part.copy_from_slice(Uuid::new_v4().as_bytes());
        }
        Self { key, recent: Recent::new() }
    }

    /// What stands for a password of a credential with this hash. `None` cannot happen: a key may have any length.
    pub(super) fn digest(&self, credential: Uuid, hash: &str, password: &str) -> Option<Digest> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).ok()?;
        mac.update(credential.as_bytes());
        // What stands where must be told apart.
        mac.update(&(hash.len() as u64).to_be_bytes());
        mac.update(hash.as_bytes());
        mac.update(password.as_bytes());
        Some(mac.finalize().into_bytes().into())
    }

    /// Whether the password was right before.
    pub(super) fn contains(&self, digest: &Digest) -> bool {
        self.recent.contains(digest, 0)
    }

    /// The password was found to be right.
    pub(super) fn insert(&self, digest: Digest) {
        self.recent.insert(digest, i64::MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_right_for_the_credential_as_it_is_now_is_known() {
        let known = VerifiedPasswords::new();
        let digest =
            |credential: u128, hash, password| known.digest(Uuid::from_u128(credential), hash, password).unwrap();
        known.insert(digest(1, "hash", "secret"));
        assert!(known.contains(&digest(1, "hash", "secret")));
        for other in [
            digest(2, "hash", "secret"),
            digest(1, "other", "secret"),
            digest(1, "hash", "Secret"),
            digest(1, "hashs", "ecret"),
            VerifiedPasswords::new().digest(Uuid::from_u128(1), "hash", "secret").unwrap(),
        ] {
            assert!(!known.contains(&other));
        }
    }
}
