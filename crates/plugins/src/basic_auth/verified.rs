//! Passwords that were right before: checking one takes milliseconds beside the worker, and browsers and programs send the
//! same one with every request.

use std::cell::RefCell;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

/// The sets of [`VerifiedPasswords`], one for each value of a digest's first byte.
const SETS: usize = 256;

/// The digests in one set.
const WAYS: usize = 4;

/// What stands for a password: neither it nor its hash can be got back.
pub(super) type Digest = [u8; 32];

/// The passwords of one worker that were right last, at most 1,024 of them; no wrong one is ever among them.
///
/// Each is a keyed digest of credential, hash and password, so that a password that was changed is not found any more. In
/// a set the one that was used last stands first, and the last one makes room.
pub(super) struct VerifiedPasswords {
    key: [u8; 32],
    sets: RefCell<Vec<[Option<Digest>; WAYS]>>,
}

impl VerifiedPasswords {
    pub(super) fn new() -> Self {
        let (mut key, half) = ([0; 32], 16);
        for part in key.chunks_mut(half) {
            part.copy_from_slice(Uuid::new_v4().as_bytes());
        }
        Self { key, sets: RefCell::new(vec![[None; WAYS]; SETS]) }
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
        let mut sets = self.sets.borrow_mut();
        let Some(set) = sets.get_mut(usize::from(digest[0])) else { return false };
        let place = set.iter().position(|known| known.as_ref() == Some(digest));
        if let Some(used) = place.and_then(|place| set.get_mut(..=place)) {
            used.rotate_right(1);
        }
        place.is_some()
    }

    /// The password was found to be right.
    pub(super) fn insert(&self, digest: Digest) {
        if let Some(set) = self.sets.borrow_mut().get_mut(usize::from(digest[0])) {
            set.rotate_right(1);
            set[0] = Some(digest);
        }
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

    #[test]
    fn what_is_used_stays_and_what_is_not_makes_room() {
        let known = VerifiedPasswords::new();
        let digest = |number: u8| {
            let mut digest = [0; 32];
            digest[31] = number;
            digest
        };
        known.insert(digest(1));
        known.insert(digest(2));
        for other in 3..20 {
            known.insert(digest(other));
            assert!(known.contains(&digest(1)));
        }
        assert!(!known.contains(&digest(2)));
    }
}
