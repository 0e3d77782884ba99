//! What was seen and counts once: proofs of possession, and tokens that are for one request.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use ahash::RandomState;

/// How many parts there are, each behind a lock of its own.
const PARTS: usize = 16;

/// What a node has seen: at most `MOST` of them, some 40 bytes each. What has ended makes room; nothing else does.
pub(super) struct Seen<const MOST: usize> {
    parts: [Mutex<Part>; PARTS],
    hasher: RandomState,
}

#[derive(Default)]
struct Part {
    /// Until when what has this digest counts.
    until: HashMap<u64, i64>,
    /// When those that had ended were last taken out for want of room.
    tidied: i64,
}

/// What has become of something that counts once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// It was not seen before.
    First,
    /// It was.
    Again,
    /// So many are remembered that this cannot be told.
    NoRoom,
}

impl<const MOST: usize> Default for Seen<MOST> {
    fn default() -> Self {
        Self { parts: std::array::from_fn(|_| Mutex::default()), hasher: RandomState::new() }
    }
}

impl<const MOST: usize> Seen<MOST> {
    /// Takes what somebody has made under a name, and what counts until then.
    pub(super) fn take(&self, maker: &str, name: &str, until: i64, now: i64) -> Taken {
        let digest = self.hasher.hash_one((maker, name));
        let Some(part) = self.part(digest) else { return Taken::NoRoom };
        let mut part = part.lock().unwrap_or_else(PoisonError::into_inner);
        if part.has(digest, now) {
            return Taken::Again;
        }
        part.tidy(MOST / PARTS, now);
        if part.until.len() >= MOST / PARTS {
            return Taken::NoRoom;
        }
        part.until.insert(digest, until);
        Taken::First
    }

    /// Whether it was taken, and still counts.
    pub(super) fn has(&self, maker: &str, name: &str, now: i64) -> bool {
        let digest = self.hasher.hash_one((maker, name));
        self.part(digest).is_some_and(|part| part.lock().unwrap_or_else(PoisonError::into_inner).has(digest, now))
    }

    fn part(&self, digest: u64) -> Option<&Mutex<Part>> {
        self.parts.get(usize::try_from(digest % PARTS as u64).unwrap_or_default())
    }
}

impl Part {
    fn has(&self, digest: u64, now: i64) -> bool {
        self.until.get(&digest).is_some_and(|until| now < *until)
    }

    /// Takes out what has ended, where there is no room: once a second, since all of them are looked at.
    fn tidy(&mut self, most: usize, now: i64) {
        if self.until.len() >= most && self.tidied != now {
            self.tidied = now;
            self.until.retain(|_, until| now < *until);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: usize = 1600;

    #[test]
    fn what_counts_once_is_taken_once_while_it_counts() {
        let seen = Seen::<MOST>::default();
        assert_eq!((seen.has("k", "a", 5), seen.take("k", "a", 10, 5)), (false, Taken::First));
        assert_eq!((seen.has("k", "a", 9), seen.take("k", "a", 10, 9)), (true, Taken::Again));
        assert_eq!((seen.take("other", "a", 10, 5), seen.take("k", "b", 10, 5)), (Taken::First, Taken::First));
        assert_eq!((seen.has("k", "a", 10), seen.take("k", "a", 20, 10)), (false, Taken::First));
    }

    #[test]
    fn when_there_is_no_room_nothing_is_taken_until_something_has_ended() {
        let seen = Seen::<MOST>::default();
        let taken = |until, now| {
            let all = (0..4 * MOST).map(|n| seen.take("k", &format!("{n} {until}"), until, now));
            all.filter(|taken| *taken == Taken::First).count()
        };
        assert_eq!((taken(10, 5), taken(11, 9)), (MOST, 0));
        assert_eq!(seen.take("k", "0 10", 10, 9), Taken::Again);
        assert_eq!(taken(20, 10), MOST);
    }
}
