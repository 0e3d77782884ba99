//! Counts that nodes share through their database. Workers hold no database: they ask here, and the runtime beside them
//! does the rest.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gibbon_plugin_api::{CountedWindow, CountersAway, Counting, SharedCounters};
use gibbon_store::{Count, Store, StoreError};
use tokio::runtime::Handle;

/// How long a request waits for its count.
const PATIENCE: Duration = Duration::from_secs(2);

/// After how many additions counts are looked through for those whose time is over.
const TIDY_AFTER: u64 = 1000;

/// The counts in a store.
pub(crate) struct StoreCounters {
    store: Arc<dyn Store>,
    runtime: Handle,
    additions: AtomicU64,
}

impl StoreCounters {
    /// To be called on the runtime that speaks to the store.
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, runtime: Handle::current(), additions: AtomicU64::new(0) }
    }
}

impl SharedCounters for StoreCounters {
    fn add(&self, windows: Vec<CountedWindow>, amount: i64) -> Counting {
        let tidy = self.additions.fetch_add(1, Ordering::Relaxed) % TIDY_AFTER == TIDY_AFTER - 1;
        let store = Arc::clone(&self.store);
        let counts: Vec<Count> = windows.into_iter().map(|window| count(window, amount)).collect();
        let task = self.runtime.spawn(async move {
            if tidy {
                store.forget_counts(now()).await?;
            }
            let counting = tokio::time::timeout(PATIENCE, store.count(&counts));
            counting.await.unwrap_or_else(|_| Err(StoreError::Unavailable("it takes too long".into())))
        });
        Box::pin(async move {
            let counted = task.await.map_err(|error| CountersAway(error.to_string()))?;
            counted.map_err(|error| CountersAway(error.to_string()))
        })
    }
}

fn count(window: CountedWindow, amount: i64) -> Count {
    Count { name: window.name, window_start: window.start, amount, expires_at: window.expires_at }
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs().cast_signed())
}
