//! Where candidates lie: by host, and in there by the beginnings of their paths.

use ahash::AHashMap;

use crate::bucket::{Best, Bucket, Entry, Query};
use crate::host::HostPattern;
use crate::host_map::HostMap;
use crate::trie::{Backward, Forward, Trie};

/// A request may belong to several buckets (its own host, wildcards, no host at all), and a route in any of them may be
/// the best, so all of them are asked and the best answer wins.
///
/// A copy shares everything with what it was taken from, and a change copies little more than what it changes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    exact: HostMap<Bucket>,
    /// `*.example`, under the reversed suffix.
    suffixes: Trie<Bucket>,
    /// `example.*`.
    prefixes: Trie<Bucket>,
    hostless: Bucket,
}

/// A candidate and where it lies.
pub(crate) struct Placed {
    /// The host under which it is found; every host if none.
    pub(crate) host: Option<HostPattern>,
    pub(crate) entry: Entry,
}

impl Placed {
    /// Whether every request is compared with it, because neither its host nor its beginning says to which it can be of
    /// interest.
    pub(crate) fn is_unindexed(&self) -> bool {
        let (beginning, candidate) = &self.entry;
        self.host.is_none() && beginning.len() <= 1 && candidate.is_compared()
    }
}

impl Index {
    /// An index of all of these.
    pub(crate) fn build(all: impl IntoIterator<Item = Placed>) -> Self {
        let mut hosts: AHashMap<HostPattern, Vec<Entry>> = AHashMap::new();
        let mut hostless = Vec::new();
        for Placed { host, entry } in all {
            match host {
                Some(host) => hosts.entry(host).or_default().push(entry),
                None => hostless.push(entry),
            }
        }
        let mut index = Self { hostless: Bucket::build(hostless), ..Self::default() };
        for (host, entries) in hosts {
            index.update(&host, |_| Some(Bucket::build(entries)));
        }
        index
    }

    /// Adds a candidate.
    pub(crate) fn insert(&mut self, Placed { host, entry: (beginning, candidate) }: Placed) {
        self.change(host.as_ref(), |bucket| bucket.insert(&beginning, candidate));
    }

    /// Takes out the candidates of a route that lie in the place of this one.
    pub(crate) fn remove(&mut self, Placed { host, entry: (beginning, candidate) }: &Placed) {
        self.change(host.as_ref(), |bucket| bucket.remove(beginning, candidate.rule.index));
    }

    fn change(&mut self, host: Option<&HostPattern>, change: impl FnOnce(&mut Bucket)) {
        let Some(host) = host else { return change(&mut self.hostless) };
        self.update(host, |bucket| {
            let mut bucket = bucket.cloned().unwrap_or_default();
            change(&mut bucket);
            (!bucket.is_empty()).then_some(bucket)
        });
    }

    fn update(&mut self, host: &HostPattern, change: impl FnOnce(Option<&Bucket>) -> Option<Bucket>) {
        match host {
            HostPattern::Exact(name) => self.exact.update(name, change),
            HostPattern::Suffix(end) => self.suffixes.update(&end.bytes().rev().collect::<Vec<u8>>(), change),
            HostPattern::Prefix(start) => self.prefixes.update(start.as_bytes(), change),
        }
    }

    /// The best candidate for a request to `host`, which is without its port.
    pub(crate) fn find(&self, host: &str, query: &Query<'_>) -> Option<Best<'_>> {
        let mut best = self.exact.get(host).and_then(|bucket| bucket.find(query, None));
        self.suffixes.prefixes_of(Backward(host.as_bytes()), |bucket| best = bucket.find(query, best));
        self.prefixes.prefixes_of(Forward(host.as_bytes()), |bucket| best = bucket.find(query, best));
        self.hostless.find(query, best)
    }
}
