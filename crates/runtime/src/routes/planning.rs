//! The plans of the routes that a change concerns.

use std::sync::Arc;

use gibbon_entities::Route;
use gibbon_plugin_api::Registry;
use imbl::OrdMap;
use uuid::Uuid;

use crate::plan::{self, Everywhere, Plan};
use crate::records::Records;

/// The plans of services, which all of their routes share that have no plugins of their own. Those without a service
/// are under no id.
pub(super) type ServicePlans = OrdMap<Option<Uuid>, Arc<Plan>>;

/// What plans are made of.
pub(super) struct Making<'r> {
    pub(super) records: &'r Records,
    pub(super) registry: &'r Registry,
    pub(super) everywhere: &'r Everywhere,
}

impl Making<'_> {
    /// The plan of a route, and of its service if that is not known yet.
    pub(super) fn plan(&self, shared: &mut ServicePlans, route: &Route) -> Arc<Plan> {
        if self.records.plugins.of_route(route.id).next().is_some() {
            return Arc::new(self.make(Some(route.id), route.service));
        }
        match shared.get(&route.service) {
            Some(plan) => Arc::clone(plan),
            None => {
                let plan = Arc::new(self.make(None, route.service));
                shared.insert(route.service, Arc::clone(&plan));
                plan
            }
        }
    }

    /// The plan of what belongs to no route and no service.
    pub(super) fn unrouted(&self) -> Plan {
        self.make(None, None)
    }

    fn make(&self, route: Option<Uuid>, service: Option<Uuid>) -> Plan {
        let plugins = &self.records.plugins;
        let of_route = route.into_iter().flat_map(|id| plugins.of_route(id));
        let of_service = service.into_iter().flat_map(|id| plugins.of_service(id));
        let local = of_service.chain(of_route).map(|c| (&*c.plugin, &c.instance));
        plan::make(self.registry, self.everywhere, local, (route, service))
    }
}

/// What is configured for everything.
pub(super) fn everywhere(records: &Records) -> Everywhere {
    Everywhere::new(records.plugins.of_everything().map(|c| (&*c.plugin, &c.instance)))
}
