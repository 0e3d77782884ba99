//! Upstreams as requests see them. What is known of a target (its health, what it has answered, its addresses) and the
//! turn of an upstream outlive every change of the configuration that leaves them where they are.
//!
//! [`Pools`] is a section of the snapshot: one [`Pool`] for each upstream, built anew only where that upstream has
//! changed. A pool's [`View`] is the part of it that time changes, since names get other addresses: whoever looks after
//! names replaces it as a whole.

mod pool;
mod view;

use std::sync::Arc;

use ahash::AHashMap;
use imbl::OrdMap;
use uuid::Uuid;

pub use pool::{Checker, NoChecks, Pool};
pub use view::{Found, Located, Place, Source, View};

use crate::records::upstreams::{Declared, Upstreams};

/// The pools of a revision.
#[derive(Default)]
pub struct Pools {
    by_name: AHashMap<Box<str>, Arc<Pool>>,
    by_id: AHashMap<Uuid, Arc<Pool>>,
    declared: OrdMap<Uuid, Arc<Declared>>,
}

impl Pools {
    /// The pools after `previous`.
    pub(crate) fn next(records: &Upstreams, previous: &Arc<Self>) -> Arc<Self> {
        if previous.declared.ptr_eq(records.by_id()) {
            return Arc::clone(previous);
        }
        let mut pools = Self { declared: records.by_id().clone(), ..Self::default() };
        for (id, declared) in records.by_id() {
            let Some(upstream) = &declared.upstream else { continue };
            let pool = match previous.by_id.get(id) {
                Some(pool) if Arc::ptr_eq(pool.declared(), declared) => Arc::clone(pool),
                before => Arc::new(Pool::new(upstream, declared, before.map(|pool| &**pool))),
            };
            // Two names that differ in nothing but case cannot both be found: the first one is.
            pools.by_name.entry(key(&upstream.name)).or_insert_with(|| Arc::clone(&pool));
            pools.by_id.insert(*id, pool);
        }
        Arc::new(pools)
    }

    /// The pool of the upstream with the name that is a service's host, as [`key`] writes it.
    pub fn named(&self, key: &str) -> Option<&Arc<Pool>> {
        // Most gateways have services without upstreams, and nothing to look for.
        if self.by_name.is_empty() { None } else { self.by_name.get(key) }
    }

    /// The pool of the upstream with this id.
    pub fn get(&self, id: Uuid) -> Option<&Arc<Pool>> {
        self.by_id.get(&id)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Pool>> {
        self.by_id.values()
    }
}

/// A name as it is looked for: host names are the same in either case.
pub fn key(name: &str) -> Box<str> {
    name.to_ascii_lowercase().into()
}
