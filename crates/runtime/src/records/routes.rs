//! Routes, and which of them belong to a service.

use std::ops::Bound;
use std::sync::Arc;

use gibbon_entities::Route;
use imbl::{OrdMap, OrdSet};
use uuid::Uuid;

/// All of them.
#[derive(Clone, Default)]
pub(crate) struct Routes {
    by_id: OrdMap<Uuid, Arc<Route>>,
    /// Their ids behind those of their services.
    by_service: OrdSet<(Uuid, Uuid)>,
}

impl Routes {
    pub(crate) fn get(&self, id: Uuid) -> Option<&Arc<Route>> {
        self.by_id.get(&id)
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// In the order of their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Route>> {
        self.by_id.values()
    }

    pub(crate) fn insert(&mut self, route: Route) {
        let id = route.id;
        self.remove(id);
        if let Some(service) = route.service {
            self.by_service.insert((service, id));
        }
        self.by_id.insert(id, Arc::new(route));
    }

    pub(crate) fn remove(&mut self, id: Uuid) {
        if let Some(service) = self.by_id.remove(&id).and_then(|route| route.service) {
            self.by_service.remove(&(service, id));
        }
    }

    /// The ids of the routes of a service.
    pub(crate) fn of_service(&self, service: Uuid) -> impl Iterator<Item = Uuid> {
        let all = (Bound::Included((service, Uuid::nil())), Bound::Included((service, Uuid::max())));
        self.by_service.range(all).map(|(_, route)| *route)
    }
}
