//! Names and what is remembered about them, readable from every thread without a lock.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ahash::{AHashMap, RandomState};
use arc_swap::ArcSwap;

use super::answer::Answer;

/// A new name copies the map of its shard, so there are many shards; with 10,000 names one holds about 160.
const SHARDS: usize = 64;

/// See the module.
pub(super) struct Cache {
    hasher: RandomState,
    shards: Box<[Shard]>,
    shard_capacity: usize,
}

#[derive(Default)]
struct Shard {
    names: ArcSwap<Names>,
    /// Held by whoever replaces the map. Readers never touch it.
    writing: Mutex<()>,
}

type Names = AHashMap<Box<str>, Arc<Entry>>;

/// A name that has been asked for.
pub(super) struct Entry {
    pub(super) answer: ArcSwap<Answer>,
    refreshing: AtomicBool,
}

impl Entry {
    /// Whether it is for the caller to fetch the answer anew. Only one caller is told so until the next answer.
    pub(super) fn claim_refresh(&self) -> bool {
        !self.refreshing.load(Ordering::Relaxed) && !self.refreshing.swap(true, Ordering::AcqRel)
    }

    /// Lets the next caller fetch the answer.
    pub(super) fn release_refresh(&self) {
        self.refreshing.store(false, Ordering::Release);
    }
}

impl Cache {
    /// A cache for about so many names; at least one for each shard.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            hasher: RandomState::new(),
            shards: (0..SHARDS).map(|_| Shard::default()).collect(),
            shard_capacity: capacity.div_ceil(SHARDS).max(1),
        }
    }

    /// What is remembered about a name.
    pub(super) fn get(&self, name: &str) -> Option<Arc<Entry>> {
        self.shard(name)?.names.load().get(name).cloned()
    }

    /// Like [`Cache::get`], for a look without keeping it.
    pub(super) fn with<T>(&self, name: &str, look: impl FnOnce(&Entry) -> T) -> Option<T> {
        self.shard(name)?.names.load().get(name).map(|entry| look(entry))
    }

    /// Remembers an answer.
    pub(super) fn put(&self, name: &str, answer: Answer, now: Duration) {
        let Some(shard) = self.shard(name) else { return };
        let _writing = shard.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let names = shard.names.load();
        if let Some(entry) = names.get(name) {
            entry.answer.store(Arc::new(answer));
            return entry.release_refresh();
        }
        let mut names = Names::clone(&names);
        if names.len() >= self.shard_capacity {
            make_room(&mut names, now);
        }
        let entry = Entry { answer: ArcSwap::from_pointee(answer), refreshing: AtomicBool::new(false) };
        names.insert(name.into(), Arc::new(entry));
        shard.names.store(Arc::new(names));
    }

    fn shard(&self, name: &str) -> Option<&Shard> {
        let hash = self.hasher.hash_one(name);
        self.shards.get(hash as usize % SHARDS)
    }
}

/// Forgets what is worth nothing any more, or else what would be first.
fn make_room(names: &mut Names, now: Duration) {
    let before = names.len();
    names.retain(|_, entry| entry.answer.load().end() > now);
    if names.len() < before {
        return;
    }
    let first = names.iter().min_by_key(|(_, entry)| entry.answer.load().end()).map(|(name, _)| name.clone());
    if let Some(first) = first {
        names.remove(&first);
    }
}
