//! How much may be looked at.

use std::cell::Cell;

/// How many records a write has looked at, at most: it takes about a millisecond.
const OF_A_WRITE: usize = 4096;

/// See the module. Whoever would need more does not know, and says nothing.
#[derive(Debug)]
pub(crate) struct Budget(Cell<usize>);

impl Budget {
    /// For a record that was just written.
    pub(crate) fn of_a_write() -> Self {
        Self(Cell::new(OF_A_WRITE))
    }

    /// Takes so much of it; `None` where that is more than there is.
    pub(crate) fn spend(&self, records: usize) -> Option<()> {
        self.0.set(self.0.get().checked_sub(records)?);
        Some(())
    }

    /// Whether anything among these is so; `None` where that cannot be told within the budget.
    pub(crate) fn any<T>(&self, all: impl Iterator<Item = T>, mut is: impl FnMut(T) -> Option<bool>) -> Option<bool> {
        for one in all {
            self.spend(1)?;
            if is(one)? {
                return Some(true);
            }
        }
        Some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_looked_as_far_as_the_budget_reaches() {
        let seen = Cell::new(0);
        let look = |budget: &Budget, wanted: usize| {
            budget.any(0.., |one: usize| {
                seen.set(one);
                Some(one == wanted)
            })
        };
        assert_eq!(look(&Budget::of_a_write(), 10), Some(true));
        assert_eq!(look(&Budget::of_a_write(), usize::MAX), None);
        assert_eq!(seen.get(), OF_A_WRITE - 1);
        assert_eq!(Budget::of_a_write().any(0..3, |_| Some(false)), Some(false));
        assert_eq!(Budget::of_a_write().any(0..3, |_| None), None);
    }

    #[test]
    fn what_was_spent_is_gone() {
        let budget = Budget::of_a_write();
        assert_eq!(budget.spend(OF_A_WRITE), Some(()));
        assert_eq!(budget.spend(1), None);
    }
}
