//! The storage `shm`: what is in it is gone when the gateway ends, and no other node sees it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Added;

/// The memories of a node, by their names.
#[derive(Default)]
pub(super) struct Memories(Mutex<HashMap<String, Arc<Memory>>>);

/// One of them.
#[derive(Default)]
pub(in crate::acme) struct Memory(Mutex<BTreeMap<String, Entry>>);

struct Entry {
    value: String,
    until: Option<Instant>,
}

impl Memories {
    pub(super) fn named(&self, name: &str) -> Arc<Memory> {
        let mut memories = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(memories.entry(name.to_owned()).or_default())
    }
}

impl Memory {
    /// Entries whose time is over go whenever anybody looks.
    fn entries(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        entries.retain(|_, entry| entry.until.is_none_or(|until| now < until));
        entries
    }

    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.entries().get(name).map(|entry| entry.value.clone())
    }

    pub(super) fn set(&self, name: &str, value: &str, seconds: Option<i64>) {
        self.entries().insert(name.to_owned(), Entry::new(value, seconds));
    }

    pub(super) fn add(&self, name: &str, value: &str, seconds: Option<i64>) -> Added {
        let mut entries = self.entries();
        if entries.contains_key(name) {
            return Added::Known;
        }
        entries.insert(name.to_owned(), Entry::new(value, seconds));
        Added::New
    }

    pub(super) fn delete(&self, name: &str) {
        self.entries().remove(name);
    }

    pub(super) fn list(&self, prefix: &str) -> Vec<String> {
        let entries = self.entries();
        entries.keys().filter(|name| name.starts_with(prefix)).cloned().collect()
    }
}

impl Entry {
    fn new(value: &str, seconds: Option<i64>) -> Self {
        let after = |seconds: i64| Instant::now().checked_add(Duration::from_secs(seconds.max(0).unsigned_abs()));
        Self { value: value.to_owned(), until: seconds.and_then(after) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_time_goes_when_that_is_over() {
        let memory = Memory::default();
        memory.set("a", "1", None);
        memory.set("b", "2", Some(0));
        assert_eq!((memory.get("a").as_deref(), memory.get("b")), (Some("1"), None));
        assert_eq!(memory.list(""), ["a"]);
    }

    #[test]
    fn what_is_there_is_not_added_until_its_time_is_over() {
        let memory = Memory::default();
        assert_eq!(memory.add("a", "1", Some(60)), Added::New);
        assert_eq!(memory.add("a", "2", None), Added::Known);
        assert_eq!(memory.get("a").as_deref(), Some("1"));
        memory.delete("a");
        assert_eq!(memory.add("a", "3", Some(0)), Added::New);
        assert_eq!(memory.add("a", "4", None), Added::New);
    }

    #[test]
    fn memories_of_one_name_are_one() {
        let memories = Memories::default();
        memories.named("a").set("x", "1", None);
        assert_eq!(memories.named("a").get("x").as_deref(), Some("1"));
        assert_eq!(memories.named("b").get("x"), None);
    }
}
