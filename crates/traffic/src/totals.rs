//! What all workers have counted.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use crate::feed::Feed;
use crate::latency::Latencies;
use crate::reason::Reason;
use crate::tally::{CLASSES, Numbers};
use crate::trial::Trials;

/// How many reasons are told apart.
pub(crate) const REASONS: usize = 256;

/// The numbers of all workers.
#[derive(Debug, Default)]
pub struct Traffic {
    workers: Vec<Arc<Numbers>>,
    /// Those that any worker has met. A worker looks here once for each.
    pub(crate) reasons: Mutex<Vec<Reason>>,
    /// Those who follow single requests.
    pub(crate) feed: Feed,
    /// Requests that somebody sends to see their way.
    pub(crate) trials: Trials,
}

/// Their sums since the start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Answers, by the first digit of their status: 1xx to 5xx.
    pub classes: [u64; CLASSES],
    /// How long it took until there was the head of an answer.
    pub latencies: Latencies,
    /// How often was refused for which reason.
    pub refusals: Vec<(Reason, u64)>,
}

impl Traffic {
    /// Nothing counted yet, by so many workers.
    pub fn new(workers: usize) -> Arc<Self> {
        Arc::new(Self { workers: (0..workers).map(|_| Arc::default()).collect(), ..Self::default() })
    }

    pub(crate) fn numbers(&self, worker: usize) -> Arc<Numbers> {
        self.workers.get(worker).cloned().unwrap_or_default()
    }

    /// The sums.
    pub fn totals(&self) -> Totals {
        let sum = |of: &dyn Fn(&Numbers) -> Option<&AtomicU64>| {
            self.workers.iter().filter_map(|numbers| of(numbers)).map(|count| count.load(Relaxed)).sum()
        };
        let mut latencies = Latencies::default();
        self.workers.iter().for_each(|numbers| latencies.add(&numbers.latencies));
        let reasons = self.reasons.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Totals {
            classes: std::array::from_fn(|class| sum(&|numbers| numbers.classes.get(class))),
            latencies,
            refusals: reasons
                .into_iter()
                .enumerate()
                .map(|(place, reason)| (reason, sum(&|numbers| numbers.reasons.get(place))))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Tally;

    const EXPIRED: Reason = Reason { by: "jwt", code: "expired" };

    #[test]
    fn the_totals_are_the_sums_of_all_workers() {
        let traffic = Traffic::new(2);
        let [one, other] = [0, 1].map(|worker| Tally::new(&traffic, worker));
        one.answered(200, Some(Duration::from_millis(2)));
        one.answered(401, None);
        other.answered(204, None);
        other.answered(999, None);
        one.refused(EXPIRED);
        other.refused(Reason::own("no_route"));
        other.refused(EXPIRED);
        let totals = traffic.totals();
        assert_eq!(totals.classes, [0, 2, 0, 1, 0]);
        assert_eq!(totals.refusals, [(EXPIRED, 2), (Reason::own("no_route"), 1)]);
        assert!(totals.latencies.percentiles().is_some());
    }

    #[test]
    fn a_worker_that_takes_over_goes_on_counting() {
        let traffic = Traffic::new(1);
        Tally::new(&traffic, 0).refused(EXPIRED);
        Tally::new(&traffic, 0).refused(EXPIRED);
        assert_eq!(traffic.totals().refusals, [(EXPIRED, 2)]);
    }

    #[test]
    fn reasons_without_room_are_counted_together() {
        let traffic = Traffic::new(1);
        let tally = Tally::new(&traffic, 0);
        for number in 0..REASONS + 10 {
            tally.refused(Reason::own(Box::leak(format!("reason {number}").into_boxed_str())));
        }
        let refusals = traffic.totals().refusals;
        assert_eq!((refusals.len(), refusals.last().map(|(_, count)| *count)), (REASONS, Some(11)));
    }
}
