//! Counts that are kept here and exchanged with a Redis now and then: fewer questions, at the price that nodes know of
//! each other late.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gibbon_plugin_api::{CountedWindow, Counting, SharedCounters};
use tokio::runtime::Handle;

use super::connection::Link;

/// How many windows are kept at most. Those beyond ask the Redis each time.
const WINDOWS: usize = 100_000;

/// How many windows go into one exchange.
const AT_ONCE: usize = 500;

/// See the module.
pub(super) struct Synced {
    link: Link,
    windows: Arc<Windows>,
}

#[derive(Default)]
struct Windows(Mutex<HashMap<Box<str>, Kept>>);

struct Kept {
    window: CountedWindow,
    /// What the Redis has said.
    known: i64,
    /// What was counted here since.
    own: i64,
}

impl Synced {
    /// Begins to exchange counts, until nobody holds them any more.
    pub(super) fn start(link: Link, rate: Duration, runtime: &Handle) -> Arc<Self> {
        let windows = Arc::<Windows>::default();
        runtime.spawn(exchange_now_and_then(link.clone(), Arc::downgrade(&windows), rate));
        Arc::new(Self { link, windows })
    }
}

impl SharedCounters for Synced {
    fn add(&self, windows: Vec<CountedWindow>, amount: i64) -> Counting {
        if let Some(counts) = self.windows.add(&windows, amount) {
            return Box::pin(async { Ok(counts) });
        }
        // The first question for a window, and those that there is no room for.
        let (counting, kept) = (self.link.add(windows.clone(), amount), Arc::clone(&self.windows));
        Box::pin(async move {
            let counts = counting.await?;
            kept.learn(windows, &counts);
            Ok(counts)
        })
    }
}

impl Windows {
    fn lock(&self) -> MutexGuard<'_, HashMap<Box<str>, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The counts here after an addition; `None` where a window is not known yet.
    fn add(&self, windows: &[CountedWindow], amount: i64) -> Option<Vec<i64>> {
        let mut kept = self.lock();
        if !windows.iter().all(|window| kept.contains_key(&*window.name)) {
            return None;
        }
        let mut count = |window: &CountedWindow| {
            kept.get_mut(&*window.name).map_or(0, |kept| {
                kept.own += amount;
                kept.known + kept.own
            })
        };
        Some(windows.iter().map(&mut count).collect())
    }

    fn learn(&self, windows: Vec<CountedWindow>, counts: &[i64]) {
        let mut kept = self.lock();
        for (window, known) in windows.into_iter().zip(counts) {
            if kept.len() < WINDOWS || kept.contains_key(&*window.name) {
                let name = window.name.clone().into();
                let fresh = Kept { window, known: *known, own: 0 };
                kept.entry(name).and_modify(|kept| kept.known = *known).or_insert(fresh);
            }
        }
    }

    /// What is to be told, and by how much; windows that are over go.
    fn to_tell(&self, now: i64) -> Vec<(CountedWindow, i64)> {
        let mut kept = self.lock();
        kept.retain(|_, kept| kept.window.expires_at > now || kept.own != 0);
        let changed = kept.values_mut().filter(|kept| kept.own != 0).take(AT_ONCE);
        changed.map(|kept| (kept.window.clone(), std::mem::take(&mut kept.own))).collect()
    }

    /// What could not be told is told the next time.
    fn take_back(&self, name: &str, own: i64) {
        if let Some(kept) = self.lock().get_mut(name) {
            kept.own += own;
        }
    }
}

async fn exchange_now_and_then(link: Link, windows: Weak<Windows>, rate: Duration) {
    loop {
        tokio::time::sleep(rate).await;
        let Some(windows) = windows.upgrade() else { return };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed());
        for (window, own) in windows.to_tell(now) {
            match link.add(vec![window.clone()], own).await {
                Ok(counts) => windows.learn(vec![window], &counts),
                Err(error) => {
                    tracing::error!(%error, "counts cannot be told to the Redis");
                    windows.take_back(&window.name, own);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(name: &str, expires_at: i64) -> CountedWindow {
        CountedWindow { name: name.to_owned(), start: 0, expires_at }
    }

    #[test]
    fn what_is_counted_here_stands_beside_what_the_redis_has_said() {
        let (windows, a) = (Windows::default(), window("a", 10));
        assert_eq!(windows.add(std::slice::from_ref(&a), 1), None);
        windows.learn(vec![a.clone()], &[5]);
        assert_eq!(windows.add(std::slice::from_ref(&a), 2), Some(vec![7]));
        assert_eq!(windows.to_tell(0), [(a.clone(), 2)]);
        assert_eq!(windows.to_tell(0), []);
        windows.take_back("a", 2);
        assert_eq!(windows.to_tell(0), [(a.clone(), 2)]);
        windows.learn(vec![a.clone()], &[20]);
        assert_eq!(windows.add(&[a], 0), Some(vec![20]));
    }

    #[test]
    fn windows_that_are_over_go() {
        let (windows, a) = (Windows::default(), window("a", 10));
        windows.learn(vec![a.clone()], &[5]);
        assert_eq!(windows.to_tell(10), []);
        assert_eq!(windows.add(&[a], 1), None);
    }
}
