//! What there was no room for: named in the log once, and not for each of what may be thousands a second.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether something is being lost.
#[derive(Debug, Default)]
pub(crate) struct Overflow(AtomicBool);

impl Overflow {
    /// Something is lost; whether it is the first since there was room.
    pub(crate) fn begins(&self) -> bool {
        !self.0.swap(true, Ordering::Relaxed)
    }

    /// There is room.
    pub(crate) fn is_over(&self) {
        // Read first: workers that share what is only read do not disturb each other.
        if self.0.load(Ordering::Relaxed) {
            self.0.store(false, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_once_until_there_was_room_again() {
        let overflow = Overflow::default();
        assert_eq!([overflow.begins(), overflow.begins()], [true, false]);
        overflow.is_over();
        assert!(overflow.begins());
    }
}
