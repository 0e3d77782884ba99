//! Which names there may be, told without comparing letters.

use crate::known_name::place;

/// A set of names that may take one for another, and never misses one.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Sketch([u64; 2]);

impl Sketch {
    /// Adds a name; whether it may have been there before.
    #[inline]
    pub(super) fn add(&mut self, name: &[u8]) -> bool {
        let (word, bit) = Self::place(name);
        let Some(word) = self.0.get_mut(word) else { return true };
        let was_there = *word & bit != 0;
        *word |= bit;
        was_there
    }

    /// Whether a name may be there, in whatever case.
    #[inline]
    pub(super) fn may_have(&self, name: &[u8]) -> bool {
        let (word, bit) = Self::place(name);
        self.0.get(word).is_none_or(|word| word & bit != 0)
    }

    #[inline]
    fn place(name: &[u8]) -> (usize, u64) {
        let place = place(name);
        (usize::from(place >> 6 & 1), 1 << (place & 63))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_was_added_is_there_in_every_case() {
        for name in ["", "a", "X-A", "Kong-Request-ID", "x-ratelimit-limit-minute"] {
            let mut sketch = Sketch::default();
            assert!(!sketch.may_have(name.as_bytes()) && !sketch.add(name.as_bytes()), "{name}");
            for same in [name.to_ascii_lowercase(), name.to_ascii_uppercase()] {
                assert!(sketch.may_have(same.as_bytes()) && sketch.add(same.as_bytes()), "{same}");
            }
        }
    }
}
