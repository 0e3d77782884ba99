//! Digests that were seen lately: what has been found out about something, without keeping that.

use std::cell::RefCell;

/// The sets, one for each value of a digest's first byte.
const SETS: usize = 256;

/// The digests in one set.
const WAYS: usize = 4;

/// What stands for something that must not be kept: neither it nor anything about it can be got back.
pub(crate) type Digest = [u8; 32];

/// The digests of one worker that were used last, at most 1,024 of them, each for its time.
///
/// In a set the one that was used last stands first, and the last one makes room.
pub(crate) struct Recent(RefCell<Vec<[Option<Known>; WAYS]>>);

#[derive(Clone, Copy)]
struct Known {
    digest: Digest,
    /// In seconds since 1970.
    until: i64,
}

impl Recent {
    pub(crate) fn new() -> Self {
        Self(RefCell::new(vec![[None; WAYS]; SETS]))
    }

    /// Whether a digest is known at `now`.
    pub(crate) fn contains(&self, digest: &Digest, now: i64) -> bool {
        let mut sets = self.0.borrow_mut();
        let Some(set) = sets.get_mut(usize::from(digest[0])) else { return false };
        let is_it = |known: &Option<Known>| known.is_some_and(|known| known.digest == *digest && now < known.until);
        let place = set.iter().position(is_it);
        if let Some(used) = place.and_then(|place| set.get_mut(..=place)) {
            used.rotate_right(1);
        }
        place.is_some()
    }

    /// A digest is known until then.
    pub(crate) fn insert(&self, digest: Digest, until: i64) {
        if let Some(set) = self.0.borrow_mut().get_mut(usize::from(digest[0])) {
            set.rotate_right(1);
            set[0] = Some(Known { digest, until });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(number: u8) -> Digest {
        let mut digest = [0; 32];
        digest[31] = number;
        digest
    }

    #[test]
    fn what_is_used_stays_and_what_is_not_makes_room() {
        let known = Recent::new();
        known.insert(digest(1), i64::MAX);
        known.insert(digest(2), i64::MAX);
        for other in 3..20 {
            known.insert(digest(other), i64::MAX);
            assert!(known.contains(&digest(1), 0));
        }
        assert!(!known.contains(&digest(2), 0));
    }

    #[test]
    fn what_is_known_is_forgotten_when_its_time_is_over() {
        let known = Recent::new();
        known.insert(digest(1), 100);
        assert!(known.contains(&digest(1), 99));
        assert!(!known.contains(&digest(1), 100));
        known.insert(digest(1), 200);
        assert!(known.contains(&digest(1), 100));
    }
}
