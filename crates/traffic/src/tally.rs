//! What one worker counts.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use crate::feed::Followers;
use crate::filter::Facts;
use crate::latency::Buckets;
use crate::reason::Reason;
use crate::seen::Seen;
use crate::totals::{REASONS, Traffic};
use crate::trial::Report;

/// The first digits of statuses.
pub(crate) const CLASSES: usize = 5;

/// The numbers of one worker, on cache lines of their own.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Numbers {
    pub(crate) classes: [AtomicU64; CLASSES],
    pub(crate) latencies: Buckets,
    /// By the place of the reason in [`Traffic`].
    pub(crate) reasons: [AtomicU64; REASONS],
}

impl Default for Numbers {
    fn default() -> Self {
        Self {
            classes: Default::default(),
            latencies: Buckets::default(),
            reasons: std::array::from_fn(|_| AtomicU64::new(0)),
        }
    }
}

/// A worker's hand on its numbers. It alone writes them.
#[derive(Debug)]
pub struct Tally {
    numbers: Arc<Numbers>,
    traffic: Arc<Traffic>,
    /// The places of reasons that it has met: a few, which are found sooner by looking than by a lock.
    met: RefCell<Vec<(Reason, usize)>>,
    /// Those who follow requests, as they were at a generation of the feed.
    followers: RefCell<(u64, Followers)>,
}

impl Tally {
    /// The hand of the worker of that number.
    pub fn new(traffic: &Arc<Traffic>, worker: usize) -> Self {
        Self {
            numbers: traffic.numbers(worker),
            traffic: Arc::clone(traffic),
            met: RefCell::default(),
            followers: RefCell::default(),
        }
    }

    /// An answer has a head: its status, and the time since its request came, where that is known.
    pub fn answered(&self, status: u16, took: Option<Duration>) {
        if let Some(count) = usize::from(status / 100).checked_sub(1).and_then(|class| self.numbers.classes.get(class))
        {
            add_one(count);
        }
        if let Some(took) = took {
            self.numbers.latencies.add(took);
        }
    }

    /// A request was refused.
    pub fn refused(&self, reason: Reason) {
        if let Some(count) = self.numbers.reasons.get(self.place(reason)) {
            add_one(count);
        }
    }

    /// Who is to be told of the way of a request with this mark, if somebody has announced one.
    pub fn claim(&self, mark: &[u8]) -> Option<Report> {
        self.traffic.trials.claim(mark)
    }

    /// Whether anybody follows requests.
    pub fn is_followed(&self) -> bool {
        self.traffic.feed.is_followed()
    }

    /// Tells those who follow, and whose filter lets it through; made for them alone.
    pub fn tell(&self, facts: &Facts<'_>, make: impl Fn() -> Seen) {
        let generation = self.traffic.feed.generation();
        let mut known = self.followers.borrow_mut();
        if known.0 != generation {
            *known = (generation, self.traffic.feed.followers());
        }
        known.1.iter().for_each(|follower| follower.tell(facts, &make));
    }

    fn place(&self, reason: Reason) -> usize {
        let mut met = self.met.borrow_mut();
        if let Some((_, place)) = met.iter().find(|(known, _)| *known == reason) {
            return *place;
        }
        let mut reasons = self.traffic.reasons.lock().unwrap_or_else(PoisonError::into_inner);
        let place = reasons.iter().position(|known| *known == reason).unwrap_or_else(|| {
            // Codes are words of the program: more of them than there is room for are not to be expected.
            if reasons.len() < REASONS {
                reasons.push(reason);
            }
            reasons.len() - 1
        });
        met.push((reason, place));
        place
    }
}

fn add_one(count: &AtomicU64) {
    count.store(count.load(Relaxed) + 1, Relaxed);
}
