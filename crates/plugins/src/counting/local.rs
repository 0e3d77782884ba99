//! Counts in the memory of this node, shared by its workers.
//!
//! They are kept in many shards, each behind a lock of its own that is held for some dozen instructions: two workers
//! wait for each other only where they count subjects of one shard in the same moment. They outlive changes of the
//! configuration, and are bounded: subjects come from strangers.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ahash::RandomState;
use smallvec::SmallVec;

use super::period::Period;
use super::quota::Quota;
use super::subject::Subject;

/// How many shards there are.
const SHARDS: usize = 64;

/// How many subjects a shard holds at most; all together a million, in about 100 MB.
const SUBJECTS: usize = 16 * 1024;

/// How many subjects a shard holds before it looks for those that are over.
const FEW: usize = 256;

/// The counts of a node.
pub(crate) struct LocalCounters {
    keys: [RandomState; 2],
    shards: Vec<Mutex<Shard>>,
}

struct Shard {
    counts: HashMap<u128, Counts, RandomState>,
    /// How many subjects there may be before some of them are let go.
    room: usize,
}

/// The windows of one subject: when each began, and how much was counted in it.
#[derive(Clone, Copy, Default)]
struct Counts {
    windows: [Window; Period::ALL.len()],
    last_used: i64,
}

#[derive(Clone, Copy, Default)]
struct Window {
    start: i64,
    used: u64,
}

/// How much of each quota was used.
pub(crate) type Used = SmallVec<[u64; 2]>;

/// What was used before, of each quota, and whether there was room for one more of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) used: Used,
    pub(crate) is_admitted: bool,
}

impl Default for LocalCounters {
    fn default() -> Self {
        let shard = || Mutex::new(Shard { counts: HashMap::default(), room: FEW });
        Self {
            keys: [RandomState::new(), RandomState::new()],
            shards: std::iter::repeat_with(shard).take(SHARDS).collect(),
        }
    }
}

impl LocalCounters {
    /// Counts one, if no quota is used up: in one step, so that no more are ever admitted than are allowed.
    pub(crate) fn take(&self, subject: &Subject, quotas: &[Quota], now: i64) -> Taken {
        self.with(subject, now, |counts| {
            let used = counts.used(quotas, now);
            let is_admitted = quotas.iter().zip(&used).all(|(quota, used)| !quota.is_used_up(*used));
            if is_admitted {
                counts.add(quotas, now, 1);
            }
            Taken { used, is_admitted }
        })
    }

    /// Counts `amount`, whatever is allowed; what was used before.
    pub(crate) fn add(&self, subject: &Subject, quotas: &[Quota], now: i64, amount: u64) -> Used {
        self.with(subject, now, |counts| {
            let used = counts.used(quotas, now);
            counts.add(quotas, now, amount);
            used
        })
    }

    fn with<T>(&self, subject: &Subject, now: i64, work: impl FnOnce(&mut Counts) -> T) -> T {
        let digest = subject.digest(&self.keys);
        let mut shard = self.shard(digest);
        shard.make_room(digest, now);
        let counts = shard.counts.entry(digest).or_default();
        counts.last_used = now;
        work(counts)
    }

    fn shard(&self, digest: u128) -> MutexGuard<'_, Shard> {
        let place = usize::try_from(digest % SHARDS as u128).unwrap_or_default();
        // There are as many shards as that, so the last one is never taken for another.
        let shard = self.shards.get(place).unwrap_or(&self.shards[SHARDS - 1]);
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    /// Lets subjects go before there are too many: those whose windows are over, and if that is not enough, the half
    /// that was not seen for the longest time.
    fn make_room(&mut self, digest: u128, now: i64) {
        if self.counts.len() < self.room || self.counts.contains_key(&digest) {
            return;
        }
        self.counts.retain(|_, counts| !counts.is_over(now));
        if self.counts.len() >= SUBJECTS {
            let mut moments: Vec<i64> = self.counts.values().map(|counts| counts.last_used).collect();
            let middle = moments.len() / 2;
            let (_, median, _) = moments.select_nth_unstable(middle);
            let median = *median;
            let mut surplus = middle;
            self.counts.retain(|_, counts| {
                let goes = surplus > 0 && counts.last_used <= median;
                surplus -= usize::from(goes);
                !goes
            });
        }
        self.room = (2 * self.counts.len()).clamp(FEW, SUBJECTS);
    }
}

impl Counts {
    fn used(&self, quotas: &[Quota], now: i64) -> Used {
        let in_window = |quota: &Quota| {
            let window = self.windows[quota.period as usize];
            if window.start == quota.period.start(now) { window.used } else { 0 }
        };
        quotas.iter().map(in_window).collect()
    }

    fn add(&mut self, quotas: &[Quota], now: i64, amount: u64) {
        for quota in quotas {
            let (window, start) = (&mut self.windows[quota.period as usize], quota.period.start(now));
            let used = if window.start == start { window.used } else { 0 };
            *window = Window { start, used: used.saturating_add(amount) };
        }
    }

    fn is_over(&self, now: i64) -> bool {
        let ended = |(window, period): (&Window, Period)| window.used == 0 || window.start != period.start(now);
        self.windows.iter().zip(Period::ALL).all(ended)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use gibbon_plugin_api::Scope;
    use smallvec::smallvec;

    use super::*;

    const NOW: i64 = 1_700_000_000;

    fn subject(identifier: impl ToString) -> Subject {
        Subject::new(&Scope::default(), identifier.to_string())
    }

    fn quota(period: Period, most: f64) -> Quota {
        Quota { period, most }
    }

    #[test]
    fn no_more_are_admitted_than_are_allowed_in_every_window() {
        let counters = LocalCounters::default();
        let quotas = [quota(Period::Second, 2.0), quota(Period::Hour, 3.0)];
        let take = |now| counters.take(&subject("a"), &quotas, now);
        assert_eq!(take(NOW), Taken { used: smallvec![0, 0], is_admitted: true });
        assert_eq!(take(NOW), Taken { used: smallvec![1, 1], is_admitted: true });
        assert_eq!(take(NOW), Taken { used: smallvec![2, 2], is_admitted: false });
        assert_eq!(take(NOW + 1), Taken { used: smallvec![0, 2], is_admitted: true });
        assert_eq!(take(NOW + 2), Taken { used: smallvec![0, 3], is_admitted: false });
        assert_eq!(take(NOW + 3600), Taken { used: smallvec![0, 0], is_admitted: true });
    }

    #[test]
    fn what_is_added_counts_whatever_is_allowed() {
        let counters = LocalCounters::default();
        let quotas = [quota(Period::Day, 1.0)];
        assert_eq!(*counters.add(&subject("a"), &quotas, NOW, 5), [0]);
        assert_eq!(*counters.add(&subject("a"), &quotas, NOW, 0), [5]);
        assert_eq!(*counters.add(&subject("b"), &quotas, NOW, 0), [0]);
    }

    #[test]
    fn workers_together_admit_no_more_than_is_allowed() {
        let counters = Arc::new(LocalCounters::default());
        let admitted = Arc::new(AtomicU64::new(0));
        std::thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| {
                    for _ in 0..1000 {
                        let taken = counters.take(&subject("a"), &[quota(Period::Year, 777.0)], NOW);
                        admitted.fetch_add(u64::from(taken.is_admitted), Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(admitted.load(Ordering::Relaxed), 777);
    }

    #[test]
    fn strangers_cannot_fill_the_memory() {
        let counters = LocalCounters::default();
        let quotas = [quota(Period::Year, 5.0)];
        for number in 0..2 * SHARDS * SUBJECTS {
            counters.take(&subject(number), &quotas, NOW + (number / 100_000) as i64);
        }
        let held: usize = counters.shards.iter().map(|shard| shard.lock().unwrap().counts.len()).sum();
        assert!((SHARDS * SUBJECTS / 4..=SHARDS * SUBJECTS).contains(&held), "{held}");
        // Whoever was seen last is still known.
        let last = subject(2 * SHARDS * SUBJECTS - 1);
        assert_eq!(*counters.add(&last, &quotas, NOW + 20, 0), [1]);
    }

    #[test]
    fn windows_that_are_over_make_room_first() {
        let counters = LocalCounters::default();
        counters.take(&subject("a"), &[quota(Period::Year, 5.0)], NOW);
        for number in 0..4 * SHARDS * FEW {
            counters.take(&subject(number), &[quota(Period::Second, 5.0)], NOW + number as i64);
        }
        let held: usize = counters.shards.iter().map(|shard| shard.lock().unwrap().counts.len()).sum();
        assert!(held <= 2 * SHARDS * FEW, "{held}");
        assert_eq!(*counters.add(&subject("a"), &[quota(Period::Year, 5.0)], NOW, 0), [1]);
    }
}
