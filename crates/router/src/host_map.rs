//! Values by exact hosts.

use std::sync::Arc;

use ahash::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// How many tables there are. A change copies one of them, and a pointer to each of the others.
const TABLES: usize = 512;

/// A hash table in parts, of which copies share those that are the same.
#[derive(Debug, Clone)]
pub(crate) struct HostMap<V> {
    hasher: RandomState,
    tables: Arc<[Arc<Table<V>>]>,
}

type Table<V> = HashTable<(Arc<str>, V)>;

impl<V> HostMap<V> {
    /// The value of a host.
    pub(crate) fn get(&self, host: &str) -> Option<&V> {
        let hash = self.hasher.hash_one(host);
        let table = self.tables.get(part(hash))?;
        table.find(hash, |(name, _)| **name == *host).map(|(_, value)| value)
    }
}

impl<V: Clone> HostMap<V> {
    /// Gives a host another value; `change` is told the present one and takes the host out by returning none.
    pub(crate) fn update(&mut self, host: &str, change: impl FnOnce(Option<&V>) -> Option<V>) {
        let hash = self.hasher.hash_one(host);
        let Some(table) = Arc::make_mut(&mut self.tables).get_mut(part(hash)) else { return };
        let rehash = |(name, _): &(Arc<str>, V)| self.hasher.hash_one(&**name);
        match Arc::make_mut(table).entry(hash, |(name, _)| **name == *host, rehash) {
            Entry::Occupied(mut entry) => match change(Some(&entry.get().1)) {
                Some(value) => entry.get_mut().1 = value,
                None => drop(entry.remove()),
            },
            Entry::Vacant(entry) => {
                if let Some(value) = change(None) {
                    entry.insert((host.into(), value));
                }
            }
        }
    }
}

impl<V> Default for HostMap<V> {
    fn default() -> Self {
        let empty = Arc::new(Table::new());
        Self { hasher: RandomState::new(), tables: vec![empty; TABLES].into() }
    }
}

/// In which table a hash lies. Within a table the lowest and the highest bits decide, so these are others.
fn part(hash: u64) -> usize {
    (hash >> 32) as usize % TABLES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_does_not_see_what_becomes_of_its_original() {
        let mut map = HostMap::default();
        let hosts: Vec<String> = (0..2000).map(|n| format!("{n}.example")).collect();
        for host in &hosts {
            map.update(host, |before| before.is_none().then_some(1));
        }
        let copy = map.clone();
        for host in hosts.iter().skip(1) {
            map.update(host, |before| before.is_none().then_some(2));
        }
        map.update(&hosts[0], |before| before.map(|value| value + 10));
        assert!(hosts.iter().all(|host| copy.get(host) == Some(&1)));
        assert_eq!(hosts.iter().filter_map(|host| map.get(host)).collect::<Vec<_>>(), [&11]);
        assert_eq!(map.get("other.example"), None);
    }
}
