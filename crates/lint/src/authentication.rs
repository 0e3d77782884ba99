//! Where anybody finds out who a request is from.

use std::collections::HashSet;

use gibbon_entities::Plugin;
use gibbon_runtime::Inventory;
use uuid::Uuid;

use crate::budget::Budget;

/// Whether a plugin finds out who a request is from. Those that do can be told who stands in for nobody; `session`
/// remembers what another one has found.
pub(crate) fn authenticates(plugin: &Plugin) -> bool {
    plugin.enabled && (plugin.config.get("anonymous").is_some() || &*plugin.name == "session")
}

/// All places where a plugin does so: worked out once, since each of many plugins may ask.
#[derive(Debug, Default)]
pub(crate) struct Places {
    everywhere: bool,
    services: HashSet<Uuid>,
    routes: HashSet<Uuid>,
    /// The services of those routes.
    services_of_routes: HashSet<Uuid>,
}

impl Places {
    pub(crate) fn of(inventory: &Inventory) -> Self {
        let mut places = Self::default();
        for plugin in inventory.plugins().filter(|plugin| authenticates(plugin)) {
            match (plugin.route, plugin.service) {
                (Some(route), _) => {
                    places.routes.insert(route);
                    places.services_of_routes.extend(service_of(inventory, route));
                }
                (None, Some(service)) => {
                    places.services.insert(service);
                }
                (None, None) => places.everywhere = true,
            }
        }
        places
    }

    /// Whether anybody can have found out who a request is from, where a plugin runs: on its route, its service and
    /// everywhere, or on any route that it runs for.
    pub(crate) fn concern(&self, plugin: &Plugin, inventory: &Inventory) -> bool {
        self.everywhere
            || match (plugin.route, plugin.service) {
                (Some(route), _) => {
                    let service = service_of(inventory, route);
                    self.routes.contains(&route) || service.is_some_and(|service| self.services.contains(&service))
                }
                (None, Some(service)) => self.services.contains(&service) || self.services_of_routes.contains(&service),
                (None, None) => !self.services.is_empty() || !self.routes.is_empty(),
            }
    }
}

/// The same for one plugin alone; `None` where that cannot be told within the budget.
pub(crate) fn concerns(plugin: &Plugin, inventory: &Inventory, budget: &Budget) -> Option<bool> {
    let is = |plugin: &Plugin| Some(authenticates(plugin));
    if budget.any(inventory.plugins_of_everything(), is)? {
        return Some(true);
    }
    let of_route = |route| budget.any(inventory.plugins_of_route(route), is);
    let of_service = |service| budget.any(inventory.plugins_of_service(service), is);
    match (plugin.route, plugin.service) {
        (Some(route), _) => Some(of_route(route)? || service_of(inventory, route).map_or(Some(false), of_service)?),
        (None, Some(service)) => {
            Some(of_service(service)? || budget.any(inventory.routes_of(service), |route| of_route(route.id))?)
        }
        (None, None) => budget.any(inventory.plugins(), is),
    }
}

fn service_of(inventory: &Inventory, route: Uuid) -> Option<Uuid> {
    inventory.route(route).and_then(|route| route.service)
}
