//! How much a piece of code has done, and how much it may do.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// What one call and one state are given.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Instructions of one call; what the library does within one instruction is counted by how much it is.
    pub steps: u64,
    /// How long one call may take.
    pub time: Duration,
    /// Bytes of all that a state holds.
    pub memory: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 5_000_000, time: Duration::from_millis(500), memory: 32 << 20 }
    }
}

/// A call has done all that it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the code runs for too long")]
pub struct Exhausted;

/// Counts for one state.
#[derive(Debug)]
pub struct Meter {
    limits: Limits,
    left: Cell<u64>,
    until: Cell<Instant>,
}

impl Meter {
    /// A meter that is full.
    pub fn new(limits: Limits) -> Self {
        Self { limits, left: Cell::new(limits.steps), until: Cell::new(Instant::now() + limits.time) }
    }

    /// A call begins.
    pub fn refill(&self) {
        self.left.set(self.limits.steps);
        self.until.set(Instant::now() + self.limits.time);
    }

    /// Something of `steps` is done.
    ///
    /// # Errors
    /// Where that is more than is left; from then on everything is.
    pub fn charge(&self, steps: u64) -> Result<(), Exhausted> {
        match self.left.get().checked_sub(steps) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => Err(self.empty()),
        }
    }

    /// As [`Meter::charge`], and looks at the clock.
    ///
    /// # Errors
    /// As there, and where the time is over.
    pub fn tick(&self, steps: u64) -> Result<(), Exhausted> {
        if Instant::now() > self.until.get() {
            return Err(self.empty());
        }
        self.charge(steps)
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.left.get() == 0
    }

    fn empty(&self) -> Exhausted {
        self.left.set(0);
        Exhausted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_empty_stays_so_until_it_is_refilled() {
        let meter = Meter::new(Limits { steps: 10, ..Limits::default() });
        assert_eq!((meter.charge(9), meter.charge(2), meter.charge(1)), (Ok(()), Err(Exhausted), Err(Exhausted)));
        assert!(meter.is_empty());
        meter.refill();
        assert_eq!(meter.tick(10), Ok(()));
    }

    #[test]
    fn time_is_bounded_as_steps_are() {
        let meter = Meter::new(Limits { time: Duration::ZERO, ..Limits::default() });
        while meter.tick(0).is_ok() {}
        assert_eq!(meter.charge(1), Err(Exhausted));
    }
}
