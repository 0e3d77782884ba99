//! Memories of answers, by name. They outlive every change of the configuration, and are bounded in bytes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use moka::sync::Cache;

use super::key::Key;
use super::stored::StoredAnswer;

/// No answer is larger than that.
const MOST: u64 = 4 << 20;

/// No answer takes more than this part of a dictionary.
const SHARE: u64 = 16;

/// The dictionaries of a node.
#[derive(Default)]
pub(super) struct Dictionaries(Mutex<HashMap<Box<str>, Arc<Dictionary>>>);

impl Dictionaries {
    /// The one of that name, made with room for `bytes` when it is first asked for.
    pub(super) fn named(&self, name: &str, bytes: u64) -> Arc<Dictionary> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(name.into()).or_insert_with(|| Arc::new(Dictionary::new(bytes))))
    }

    /// The one of that name, if there is one.
    pub(super) fn get(&self, name: &str) -> Option<Arc<Dictionary>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }
}

/// See the module.
pub(super) struct Dictionary {
    answers: Cache<Key, Arc<StoredAnswer>>,
    /// The longest body that is kept.
    most: usize,
}

impl Dictionary {
    fn new(bytes: u64) -> Self {
        let answers =
            Cache::builder().max_capacity(bytes).weigher(|_, answer: &Arc<StoredAnswer>| answer.weight()).build();
        Self { answers, most: usize::try_from(MOST.min(bytes / SHARE)).unwrap_or_default() }
    }

    /// The longest body that is kept.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// What is kept under a key, if it is still to be kept.
    pub(super) fn get(&self, key: &Key, now: i64) -> Option<Arc<StoredAnswer>> {
        let answer = self.answers.get(key)?;
        if answer.until.is_some_and(|until| until <= now) {
            self.answers.invalidate(key);
            return None;
        }
        Some(answer)
    }

    /// Keeps an answer, in the place of the one that is there.
    pub(super) fn put(&self, key: Key, answer: StoredAnswer) {
        self.answers.insert(key, Arc::new(answer));
    }

    /// Forgets an answer.
    pub(super) fn forget(&self, key: &Key) {
        self.answers.invalidate(key);
    }

    /// Forgets all of them.
    pub(super) fn clear(&self) {
        self.answers.invalidate_all();
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> u64 {
        self.answers.run_pending_tasks();
        self.answers.weighted_size()
    }
}
