//! The plans of the routes that a change concerns.

use std::sync::Arc;

use gibbon_entities::Route;
use gibbon_plugin_api::Registry;
use imbl::OrdMap;
use uuid::Uuid;

use crate::plan::{Plan, Planner};
use crate::records::Records;

/// The plans of services, which all of their routes share that have no plugins of their own. Those without a service
/// are under no id.
pub(super) type ServicePlans = OrdMap<Option<Uuid>, Arc<Plan>>;

/// The plan of a route, and of its service if that is not known yet.
pub(super) fn plan(records: &Records, registry: &Registry, shared: &mut ServicePlans, route: &Route) -> Arc<Plan> {
    if records.plugins.of_route(route.id).next().is_some() {
        return Arc::new(make(records, registry, Some(route.id), route.service));
    }
    match shared.get(&route.service) {
        Some(plan) => Arc::clone(plan),
        None => {
            let plan = Arc::new(make(records, registry, None, route.service));
            shared.insert(route.service, Arc::clone(&plan));
            plan
        }
    }
}

/// The plan of what belongs to no route and no service.
pub(super) fn unrouted(records: &Records, registry: &Registry) -> Plan {
    make(records, registry, None, None)
}

fn make(records: &Records, registry: &Registry, route: Option<Uuid>, service: Option<Uuid>) -> Plan {
    let plugins = &records.plugins;
    let of_route = route.into_iter().flat_map(|id| plugins.of_route(id));
    let of_service = service.into_iter().flat_map(|id| plugins.of_service(id));
    let relevant = plugins.of_everything().chain(of_service).chain(of_route);
    Planner::new(registry, relevant.map(|c| (&*c.plugin, &c.instance))).plan(route, service)
}
