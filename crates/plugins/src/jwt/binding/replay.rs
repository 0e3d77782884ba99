//! Proofs that were seen: each is good for one request.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use ahash::RandomState;

/// How many parts there are, each behind a lock of its own.
const PARTS: usize = 16;

/// How many proofs one part remembers: 100,000 in all, some 4 MB.
const MOST: usize = 6250;

/// The proofs of a node.
pub(in crate::jwt) struct Seen {
    parts: [Mutex<HashMap<u64, i64>>; PARTS],
    hasher: RandomState,
}

impl Default for Seen {
    fn default() -> Self {
        Self { parts: std::array::from_fn(|_| Mutex::default()), hasher: RandomState::new() }
    }
}

impl Seen {
    /// Takes a proof of this key under this name, which is good until then; `false` where it was taken before, or where so many
    /// are remembered that this cannot be told.
    pub(super) fn take(&self, key: &str, name: &str, until: i64, now: i64) -> bool {
        let hash = self.hasher.hash_one((key, name));
        let part = usize::try_from(hash % PARTS as u64).unwrap_or_default();
        let Some(part) = self.parts.get(part) else { return false };
        let mut part = part.lock().unwrap_or_else(PoisonError::into_inner);
        if part.get(&hash).is_some_and(|until| now < *until) {
            return false;
        }
        if part.len() >= MOST {
            part.retain(|_, until| now < *until);
        }
        let has_room = part.len() < MOST;
        if has_room {
            part.insert(hash, until);
        }
        has_room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_taken_once_while_it_is_good() {
        let seen = Seen::default();
        assert!(seen.take("k", "a", 10, 5) && !seen.take("k", "a", 10, 9));
        assert!(seen.take("other", "a", 10, 5) && seen.take("k", "b", 10, 5));
        assert!(seen.take("k", "a", 20, 10));
    }

    #[test]
    fn when_there_is_no_room_nothing_is_taken_until_there_is() {
        let seen = Seen::default();
        let taken = (0..2 * PARTS * MOST).filter(|n| seen.take("k", &n.to_string(), 10, 5)).count();
        assert_eq!(taken, PARTS * MOST);
        assert!(seen.take("k", "later", 20, 10));
    }
}
