//! CLOCK: which entry goes when room is needed.
//!
//! Entries lie in a ring of slots. A look-up marks its entry; the hand goes round, takes the mark off what has one and
//! takes out what has none. Each mark that the hand removes was paid for by a look-up, so an eviction costs O(1) on
//! average, and a look-up writes one flag where a list of recent use would move two links.

pub(super) struct Clock<T> {
    slots: Vec<Option<Slot<T>>>,
    free: Vec<usize>,
    hand: usize,
}

struct Slot<T> {
    value: T,
    used: bool,
}

/// The bytes of one slot, with its line in the list of free ones.
pub(super) const fn slot_size<T>() -> usize {
    size_of::<Option<Slot<T>>>() + size_of::<usize>()
}

impl<T> Default for Clock<T> {
    fn default() -> Self {
        Clock { slots: Vec::new(), free: Vec::new(), hand: 0 }
    }
}

impl<T> Clock<T> {
    /// Puts a value somewhere and says where. It has to earn its mark: what is asked for once goes first.
    pub(super) fn insert(&mut self, value: T) -> usize {
        let slot = Some(Slot { value, used: false });
        match self.free.pop() {
            Some(place) => {
                if let Some(empty) = self.slots.get_mut(place) {
                    *empty = slot;
                }
                place
            }
            None => {
                self.slots.push(slot);
                self.slots.len() - 1
            }
        }
    }

    pub(super) fn peek(&self, place: usize) -> Option<&T> {
        self.slots.get(place)?.as_ref().map(|slot| &slot.value)
    }

    /// The value at a place, marked as used.
    pub(super) fn touch(&mut self, place: usize) -> Option<&T> {
        let slot = self.slots.get_mut(place)?.as_mut()?;
        slot.used = true;
        Some(&slot.value)
    }

    pub(super) fn remove(&mut self, place: usize) -> Option<T> {
        let slot = self.slots.get_mut(place)?.take()?;
        self.free.push(place);
        Some(slot.value)
    }

    /// The next place to clear; a value that `is_over` goes whether it has a mark or not.
    pub(super) fn victim(&mut self, is_over: impl Fn(&T) -> bool) -> Option<usize> {
        // Twice round suffices: the first time takes every mark off.
        for _ in 0..self.slots.len() * 2 {
            let place = self.hand;
            self.hand = (self.hand + 1) % self.slots.len();
            match self.slots.get_mut(place) {
                Some(Some(slot)) if slot.used && !is_over(&slot.value) => slot.used = false,
                Some(Some(_)) => return Some(place),
                _ => {}
            }
        }
        None
    }
}
