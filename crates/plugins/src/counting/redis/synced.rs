//! Counts that are kept here and exchanged with a Redis now and then: fewer questions, at the price that nodes know of
//! each other late.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use gibbon_plugin_api::{CountedWindow, Counting, SharedCounters};
use tokio::runtime::Handle;

use super::connection::Link;
use crate::timestamp;

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
    /// What is on its way to it.
    told: i64,
    /// What was counted here since.
    own: i64,
    /// Whether anybody has asked since the last exchange.
    is_used: bool,
}

impl Kept {
    fn count(&self) -> i64 {
        self.known.saturating_add(self.told).saturating_add(self.own)
    }
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
                kept.own = kept.own.saturating_add(amount);
                kept.is_used = true;
                kept.count()
            })
        };
        Some(windows.iter().map(&mut count).collect())
    }

    /// Keeps what the Redis has said to a first question. Answers to several of them may come in any order, and counts
    /// grow: the highest one is the newest.
    fn learn(&self, windows: Vec<CountedWindow>, counts: &[i64]) {
        let mut kept = self.lock();
        for (window, known) in windows.into_iter().zip(counts.iter().copied()) {
            if kept.len() < WINDOWS || kept.contains_key(&*window.name) {
                let name = window.name.clone().into();
                let fresh = Kept { window, known, told: 0, own: 0, is_used: false };
                kept.entry(name).and_modify(|kept| kept.known = kept.known.max(known)).or_insert(fresh);
            }
        }
    }

    /// What is to be told, and by how much: also nothing, where somebody wants to know what others have counted. It goes
    /// on counting here until the Redis has answered. Windows that are over go.
    fn to_tell(&self, now: i64) -> Vec<(CountedWindow, i64)> {
        let mut kept = self.lock();
        kept.retain(|_, kept| kept.window.expires_at > now || kept.own != 0 || kept.told != 0);
        let used = kept.values_mut().filter(|kept| (kept.is_used || kept.own != 0) && kept.told == 0).take(AT_ONCE);
        used.map(|kept| {
            kept.is_used = false;
            kept.told = std::mem::take(&mut kept.own);
            (kept.window.clone(), kept.told)
        })
        .collect()
    }

    /// The Redis has answered.
    fn told(&self, amounts: &[(CountedWindow, i64)], counts: &[i64]) {
        let mut kept = self.lock();
        for ((window, _), known) in amounts.iter().zip(counts) {
            if let Some(kept) = kept.get_mut(&*window.name) {
                (kept.known, kept.told) = (*known, 0);
            }
        }
    }

    /// It has not: the same is told the next time.
    fn take_back(&self, amounts: &[(CountedWindow, i64)]) {
        let mut kept = self.lock();
        for (window, _) in amounts {
            if let Some(kept) = kept.get_mut(&*window.name) {
                kept.own = kept.own.saturating_add(std::mem::take(&mut kept.told));
                kept.is_used = true;
            }
        }
    }
}

async fn exchange_now_and_then(link: Link, windows: Weak<Windows>, rate: Duration) {
    loop {
        tokio::time::sleep(rate).await;
        let Some(windows) = windows.upgrade() else { return };
        exchange(&link, &windows, timestamp::now()).await;
    }
}

/// Tells everything that is to be told, piece by piece.
async fn exchange(link: &Link, windows: &Windows, now: i64) {
    loop {
        let amounts = windows.to_tell(now);
        if amounts.is_empty() {
            return;
        }
        let is_all = amounts.len() < AT_ONCE;
        match link.add_each(amounts.clone()).await {
            Ok(counts) => windows.told(&amounts, &counts),
            Err(error) => {
                tracing::error!(%error, "counts cannot be told to the Redis");
                windows.take_back(&amounts);
                return;
            }
        }
        if is_all {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(name: &str, expires_at: i64) -> CountedWindow {
        CountedWindow { name: name.to_owned(), start: 0, expires_at }
    }

    fn added(windows: &Windows, window: &CountedWindow, amount: i64) -> Option<i64> {
        windows.add(std::slice::from_ref(window), amount).map(|counts| counts[0])
    }

    #[test]
    fn what_is_counted_here_stands_beside_what_the_redis_has_said() {
        let (windows, a) = (Windows::default(), window("a", 10));
        assert_eq!(added(&windows, &a, 1), None);
        windows.learn(vec![a.clone()], &[5]);
        assert_eq!(added(&windows, &a, 2), Some(7));
        let told = windows.to_tell(0);
        assert_eq!(told, [(a.clone(), 2)]);
        // What is on its way counts, and is not told twice.
        assert_eq!((added(&windows, &a, 1), windows.to_tell(0)), (Some(8), vec![]));
        windows.take_back(&told);
        let told = windows.to_tell(0);
        assert_eq!(told, [(a.clone(), 3)]);
        windows.told(&told, &[20]);
        assert_eq!(added(&windows, &a, 0), Some(20));
    }

    #[test]
    fn whoever_only_asks_learns_what_others_have_counted() {
        let (windows, a) = (Windows::default(), window("a", 10));
        windows.learn(vec![a.clone()], &[5]);
        assert_eq!(windows.to_tell(0), []);
        assert_eq!(added(&windows, &a, 0), Some(5));
        let told = windows.to_tell(0);
        assert_eq!(told, [(a.clone(), 0)]);
        windows.told(&told, &[9]);
        assert_eq!(added(&windows, &a, 0), Some(9));
    }

    #[test]
    fn answers_to_first_questions_may_come_in_any_order() {
        let (windows, a) = (Windows::default(), window("a", 10));
        windows.learn(vec![a.clone()], &[2]);
        windows.learn(vec![a.clone()], &[1]);
        assert_eq!(added(&windows, &a, 0), Some(2));
    }

    #[test]
    fn windows_that_are_over_go() {
        let (windows, a) = (Windows::default(), window("a", 10));
        windows.learn(vec![a.clone()], &[5]);
        assert_eq!(windows.to_tell(10), []);
        assert_eq!(windows.add(&[a], 1), None);
    }
}
