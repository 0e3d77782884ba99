//! A revision as rules look at it.

use std::cell::OnceCell;
use std::sync::Arc;

use gibbon_entities::{Plugin, Route};
use gibbon_plugin_api::Directory;
use gibbon_router::RequestKey;
use gibbon_runtime::{Inventory, Pool, Snapshot};
use uuid::Uuid;

/// See the module.
pub(crate) struct Scene<'s> {
    snapshot: &'s Snapshot,
    /// Whether any plugin anywhere finds out who a request is from; looked for once, since each of many plugins may ask.
    authenticates: OnceCell<bool>,
}

impl<'s> Scene<'s> {
    pub(crate) fn of(snapshot: &'s Snapshot) -> Self {
        Self { snapshot, authenticates: OnceCell::new() }
    }

    pub(crate) fn inventory(&self) -> &'s Inventory {
        &self.snapshot.inventory
    }

    pub(crate) fn pools(&self) -> impl Iterator<Item = &'s Arc<Pool>> {
        self.snapshot.pools.iter()
    }

    /// The route that gets a request.
    pub(crate) fn winner(&self, request: &RequestKey<'_>) -> Option<&'s Route> {
        let routes = &self.snapshot.routes;
        routes.router().find(request).and_then(|found| routes.entry(found.index)).map(|entry| &*entry.route)
    }

    /// Whether there is a consumer of that id or username.
    pub(crate) fn has_consumer(&self, id_or_username: &str) -> bool {
        let by_id = Uuid::try_parse(id_or_username).ok().and_then(|id| self.snapshot.consumer(id));
        by_id.or_else(|| self.snapshot.consumer_named(id_or_username)).is_some()
    }

    /// Whether the service of a route, or the service itself, is switched off.
    pub(crate) fn is_off(&self, service: Option<Uuid>) -> bool {
        service.and_then(|id| self.inventory().service(id)).is_some_and(|service| !service.enabled)
    }

    /// The plugins that run for exactly what `plugin` runs for, whoever sends it; itself among them.
    pub(crate) fn beside(&self, plugin: &Plugin) -> impl Iterator<Item = &'s Plugin> {
        let inventory = self.inventory();
        let (route, service) = (plugin.route, plugin.service);
        let of_route = route.into_iter().flat_map(move |id| inventory.plugins_of_route(id));
        let of_service =
            service.filter(|_| route.is_none()).into_iter().flat_map(move |id| inventory.plugins_of_service(id));
        let everywhere = (route.is_none() && service.is_none()).then(|| inventory.plugins_of_everything());
        let all = of_route.chain(of_service).chain(everywhere.into_iter().flatten());
        all.filter(move |other| (other.route, other.service, other.enabled) == (route, service, true))
    }

    /// Whether anybody can have found out who a request is from, where a plugin runs: on its route, its service and
    /// everywhere, or on any route that it runs for.
    pub(crate) fn is_authenticated_somewhere(&self, plugin: &Plugin) -> bool {
        let inventory = self.inventory();
        if inventory.plugins_of_everything().any(authenticates) {
            return true;
        }
        let of_route = |id| inventory.plugins_of_route(id).any(authenticates);
        let of_service = |id| inventory.plugins_of_service(id).any(authenticates);
        match (plugin.route, plugin.service) {
            (Some(route), _) => {
                let service = inventory.route(route).and_then(|route| route.service);
                of_route(route) || service.is_some_and(of_service)
            }
            (None, Some(service)) => {
                of_service(service) || inventory.routes_of(service).any(|route| of_route(route.id))
            }
            (None, None) => *self.authenticates.get_or_init(|| inventory.plugins().any(authenticates)),
        }
    }
}

/// Whether a plugin finds out who a request is from. Those that do can be told who stands in for nobody; `session`
/// remembers what another one has found.
pub(crate) fn authenticates(plugin: &Plugin) -> bool {
    plugin.enabled && (plugin.config.get("anonymous").is_some() || &*plugin.name == "session")
}
