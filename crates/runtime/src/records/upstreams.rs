//! Upstreams with their targets.

use std::sync::Arc;

use gibbon_entities::{BodyError, Target, Upstream};
use gibbon_schema::Object;
use imbl::OrdMap;
use uuid::Uuid;

/// All upstreams. An entry stays the same object until it or one of its targets changes, so that nothing else needs to
/// be built again.
#[derive(Clone, Default)]
pub(crate) struct Upstreams {
    by_id: OrdMap<Uuid, Arc<Declared>>,
    /// The upstream of each target.
    owners: OrdMap<Uuid, Uuid>,
}

/// An upstream and its targets.
#[derive(Clone, Default)]
pub(crate) struct Declared {
    /// None while only targets of it have been loaded.
    pub(crate) upstream: Option<Arc<Upstream>>,
    pub(crate) targets: OrdMap<Uuid, Arc<Target>>,
}

impl Upstreams {
    pub(crate) fn by_id(&self) -> &OrdMap<Uuid, Arc<Declared>> {
        &self.by_id
    }

    pub(super) fn put_upstream(&mut self, id: Uuid, body: &Object) -> Result<(), BodyError> {
        let upstream = Arc::new(Upstream::from_body(body)?);
        self.change(id, |declared| declared.upstream = Some(upstream));
        Ok(())
    }

    pub(super) fn put_target(&mut self, id: Uuid, body: &Object) -> Result<(), BodyError> {
        let target = Arc::new(Target::from_body(body)?);
        self.owners.insert(id, target.upstream);
        self.change(target.upstream, |declared| drop(declared.targets.insert(id, target)));
        Ok(())
    }

    pub(super) fn remove_upstream(&mut self, id: Uuid) {
        if self.by_id.contains_key(&id) {
            self.change(id, |declared| declared.upstream = None);
        }
    }

    pub(super) fn remove_target(&mut self, id: Uuid) {
        if let Some(owner) = self.owners.remove(&id) {
            self.change(owner, |declared| drop(declared.targets.remove(&id)));
        }
    }

    fn change(&mut self, id: Uuid, change: impl FnOnce(&mut Declared)) {
        let mut declared = self.by_id.get(&id).map(|declared| Declared::clone(declared)).unwrap_or_default();
        change(&mut declared);
        if declared.upstream.is_none() && declared.targets.is_empty() {
            self.by_id.remove(&id);
        } else {
            self.by_id.insert(id, Arc::new(declared));
        }
    }
}
