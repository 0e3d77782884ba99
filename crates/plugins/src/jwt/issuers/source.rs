//! One place that publishes keys: asked in the background by one task, however many want its keys.

mod asking;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use gibbon_jose::{JwkSet, Policy};
use tokio::sync::{Notify, Semaphore, watch};

use super::budget::Budget;
use super::client::Client;
use super::kept::Kept;
use super::keys::Keys;
use super::location::Location;

/// For how many seconds keys are used that cannot be fetched anew.
pub(super) const LONGEST_STALE: i64 = 24 * 3600;

/// How many requests may wait for one place.
const WAITING: usize = 1000;

/// How long one waits.
const PATIENCE: Duration = Duration::from_secs(5);

/// What all places share.
pub(super) struct Means {
    pub(super) client: Arc<Client>,
    pub(super) kept: Kept,
    /// How many are asked at once.
    pub(super) turns: Arc<Semaphore>,
}

/// See the module.
pub(super) struct Source {
    pub(super) location: Location,
    means: Means,
    /// What was fetched last.
    published: Mutex<Published>,
    /// The number of the attempt that was begun last, and of the one that was finished last.
    begun: AtomicU64,
    finished: watch::Sender<u64>,
    wanted: Arc<Notify>,
    budget: Mutex<Budget>,
    waiting: AtomicUsize,
}

/// A set, who uses it, and how fetching went.
#[derive(Default)]
pub(super) struct Published {
    set: JwkSet,
    /// Seconds since 1970; none where nothing was ever fetched.
    pub(super) fetched_at: Option<i64>,
    bindings: Vec<Weak<Binding>>,
    /// Why the last attempt has failed, if it has.
    pub(super) failure: Option<String>,
    pub(super) fetches: u64,
    pub(super) failures: u64,
}

/// The keys of a place under one policy.
pub(in crate::jwt) struct Binding {
    pub(super) source: Arc<Source>,
    policy: Policy,
    current: ArcSwap<Current>,
}

/// Keys, and until when they may be used.
#[derive(Default)]
pub(super) struct Current {
    pub(super) keys: Keys,
    /// Seconds since 1970.
    until: i64,
}

/// A place among those who wait.
struct Waiter(Arc<Source>);

impl Source {
    /// A place that nobody has asked yet.
    pub(super) fn new(location: Location, means: Means) -> Arc<Self> {
        Arc::new(Self {
            location,
            means,
            published: Mutex::default(),
            begun: AtomicU64::new(0),
            finished: watch::Sender::new(0),
            wanted: Arc::default(),
            budget: Mutex::new(Budget::new(Instant::now())),
            waiting: AtomicUsize::new(0),
        })
    }

    /// The keys under a policy; one value for all who have the same policy.
    pub(super) fn bind(self: &Arc<Self>, policy: Policy) -> Arc<Binding> {
        let mut published = self.published();
        published.bindings.retain(|binding| binding.strong_count() > 0);
        let known = published.bindings.iter().filter_map(Weak::upgrade).find(|binding| binding.policy == policy);
        known.unwrap_or_else(|| {
            let current = ArcSwap::from_pointee(Current::new(&published, &policy, &Current::default()));
            let binding = Arc::new(Binding { source: Arc::clone(self), policy, current });
            published.bindings.push(Arc::downgrade(&binding));
            binding
        })
    }

    /// Makes a set the one that is used.
    fn publish(&self, set: JwkSet, fetched_at: i64) {
        let mut published = self.published();
        published.set = set;
        published.fetched_at = Some(fetched_at);
        for binding in published.bindings.iter().filter_map(Weak::upgrade) {
            let current = Current::new(&published, &binding.policy, &binding.current.load());
            binding.current.store(Arc::new(current));
        }
    }

    /// Has the place asked again for the sake of a key that is not known, and waits until it has answered, but not for
    /// long. `None` where there is no sense in waiting.
    pub(super) fn ask(self: &Arc<Self>, kid: Option<&str>) -> Option<impl Future<Output = ()> + Send + use<>> {
        let begun = self.begun.load(Ordering::Acquire);
        let is_first = *self.finished.borrow() == 0;
        if !is_first && !self.budget().take(kid, Instant::now()) {
            return None;
        }
        let waiter = Waiter::take(self)?;
        // An answer that is under way may be from before the key was there; the very first is awaited as it is.
        let awaited = if is_first { 1 } else { begun + 1 };
        if !is_first {
            self.wanted.notify_one();
        }
        let mut finished = self.finished.subscribe();
        Some(async move {
            let _waiter = waiter;
            let _ = tokio::time::timeout(PATIENCE, finished.wait_for(|last| *last >= awaited)).await;
        })
    }

    pub(super) fn published(&self) -> MutexGuard<'_, Published> {
        self.published.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn budget(&self) -> MutexGuard<'_, Budget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        // The task that asks finds that there is nothing left to ask for.
        self.wanted.notify_one();
    }
}

impl Published {
    /// Those who use it.
    pub(super) fn bindings(&self) -> impl Iterator<Item = Arc<Binding>> {
        self.bindings.iter().filter_map(Weak::upgrade)
    }
}

impl Current {
    fn new(published: &Published, policy: &Policy, before: &Self) -> Self {
        let until = published.fetched_at.map_or(0, |at| at.saturating_add(LONGEST_STALE));
        Self { keys: Keys::new(&published.set, policy, &before.keys), until }
    }
}

impl Binding {
    /// The keys; none where none were fetched, or too long ago.
    pub(super) fn keys(&self, now: i64) -> Option<arc_swap::Guard<Arc<Current>>> {
        let current = self.current.load();
        (now < current.until).then_some(current)
    }

    pub(super) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The keys, however old.
    pub(super) fn all_keys(&self) -> Arc<Current> {
        self.current.load_full()
    }
}

impl Waiter {
    fn take(source: &Arc<Source>) -> Option<Self> {
        let waiter = Self(Arc::clone(source));
        (source.waiting.fetch_add(1, Ordering::AcqRel) < WAITING).then_some(waiter)
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}
