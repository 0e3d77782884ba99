//! Keys that are records of the gateway: those of a key set, as they are in the revision that a request sees.

use std::any::Any;
use std::sync::Arc;

use arc_swap::ArcSwap;
use gibbon_entities::{Key, KeySet};
use gibbon_jose::{JwkSet, Policy};
use gibbon_plugin_api::Directory;
use uuid::Uuid;

use super::keys::Keys;

/// See the module.
pub(in crate::jwt) struct RecordKeys {
    /// The name of the set, or its id.
    set: Box<str>,
    policy: Policy,
    current: ArcSwap<Bound>,
}

/// Records, and the keys that they have become.
#[derive(Default)]
struct Bound {
    records: Vec<Arc<dyn Any + Send + Sync>>,
    keys: Arc<Keys>,
}

impl RecordKeys {
    pub(super) fn new(set: &str, policy: Policy) -> Self {
        Self { set: set.into(), policy, current: ArcSwap::default() }
    }

    pub(super) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The keys that the set has now. They are bound when the first request sees that they have changed.
    pub(super) fn keys(&self, directory: &dyn Directory) -> Arc<Keys> {
        let current = self.current.load();
        let mut name = Uuid::encode_buffer();
        let Some(id) = self.id(directory) else { return Arc::default() };
        // Every key of a set stands behind its id.
        let records = directory.credentials_below("keys", id.hyphenated().encode_lower(&mut name));
        if is_same(&current.records, records) {
            return Arc::clone(&current.keys);
        }
        let records: Vec<_> = directory.credentials_below("keys", &id.to_string()).cloned().collect();
        let published = records.iter().filter_map(|record| record.downcast_ref::<Key>()?.public.clone());
        let set: JwkSet = published.collect();
        let keys = Arc::new(Keys::new(&set, &self.policy, &current.keys));
        self.current.store(Arc::new(Bound { records, keys: Arc::clone(&keys) }));
        keys
    }

    /// The keys that a request has seen last.
    pub(super) fn last(&self) -> Arc<Keys> {
        Arc::clone(&self.current.load().keys)
    }

    fn id(&self, directory: &dyn Directory) -> Option<Uuid> {
        let by_id = |id| directory.credential_by_id("key_sets", id);
        let found = directory.credential("key_sets", &self.set);
        let found = found.or_else(|| Uuid::try_parse(&self.set).ok().and_then(by_id));
        Some(found?.downcast_ref::<KeySet>()?.id)
    }
}

/// Whether these are the very records, so that nothing has changed.
fn is_same<'d>(
    known: &[Arc<dyn Any + Send + Sync>],
    mut now: impl Iterator<Item = &'d Arc<dyn Any + Send + Sync>>,
) -> bool {
    let address = |record: &Arc<dyn Any + Send + Sync>| Arc::as_ptr(record).cast::<()>();
    known.iter().all(|one| now.next().is_some_and(|other| address(one) == address(other))) && now.next().is_none()
}
