//! Which tokens have been verified lately, without keeping them: what comes once is not worth a place.

/// Sets of [`Seen`]; with [`WAYS`] marks each, 32 KiB.
const SETS: usize = 2048;

/// Marks in one set, the one that was met last first.
const WAYS: usize = 4;

/// A table of parts of hashes. It forgets, and two tokens may have one mark: either costs an entry that is made too
/// late or in vain, and nothing else.
#[derive(Default)]
pub(super) struct Seen {
    /// Empty until something is met.
    sets: Vec<[u32; WAYS]>,
}

impl Seen {
    /// Whether a token of this hash has been met before; from now on it has.
    #[expect(clippy::cast_possible_truncation, reason = "every part of it is a hash")]
    pub(super) fn meet(&mut self, hash: u64) -> bool {
        if self.sets.is_empty() {
            self.sets = vec![[0; WAYS]; SETS];
        }
        let mark = (hash >> 32) as u32;
        let Some(set) = self.sets.get_mut(hash as usize % SETS) else { return false };
        let place = set.iter().position(|&other| other == mark);
        if let Some(recent) = set.get_mut(..=place.unwrap_or(WAYS - 1)) {
            recent.rotate_right(1);
        }
        if let Some(first) = set.first_mut() {
            *first = mark;
        }
        place.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(token: u64, set: u64) -> u64 {
        token << 32 | set
    }

    #[test]
    fn a_token_is_new_once() {
        let mut seen = Seen::default();
        assert!(!seen.meet(hash(7, 1)) && seen.meet(hash(7, 1)));
        assert!(!seen.meet(hash(7, 2)), "another one in another set");
    }

    #[test]
    fn who_comes_again_stays_while_others_pass() {
        let mut seen = Seen::default();
        seen.meet(hash(1, 5));
        for other in 10..20 {
            assert!(!seen.meet(hash(other, 5)) && seen.meet(hash(1, 5)));
        }
        assert!(!seen.meet(hash(10, 5)), "long ago");
    }
}
