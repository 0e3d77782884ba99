//! What is configured, as typed records: for those who look at the configuration and not at a request.

use std::sync::Arc;

use gibbon_entities::{Plugin, Route, Service};
use imbl::OrdMap;
use uuid::Uuid;

use crate::records::plugins::Plugins;
use crate::records::routes::Routes;
use crate::routes::Origin;

/// The services, routes and plugins of a revision, whether they are served or not. It shares everything with the
/// records that it is of.
#[derive(Clone)]
pub struct Inventory {
    pub(crate) services: OrdMap<Uuid, Arc<Origin>>,
    pub(crate) routes: Routes,
    pub(crate) plugins: Plugins,
}

impl Inventory {
    /// A service.
    pub fn service(&self, id: Uuid) -> Option<&Service> {
        self.services.get(&id).map(|origin| &*origin.service)
    }

    /// All services.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.services.values().map(|origin| &*origin.service)
    }

    /// A route.
    pub fn route(&self, id: Uuid) -> Option<&Route> {
        self.routes.get(id).map(|route| &**route)
    }

    /// All routes.
    pub fn routes(&self) -> impl Iterator<Item = &Route> {
        self.routes.iter().map(|route| &**route)
    }

    /// All routes of a service.
    pub fn routes_of(&self, service: Uuid) -> impl Iterator<Item = &Route> {
        self.routes.of_service(service).filter_map(|id| self.route(id))
    }

    /// A plugin.
    pub fn plugin(&self, id: Uuid) -> Option<&Plugin> {
        self.plugins.get(id).map(|configured| &*configured.plugin)
    }

    /// All plugins.
    pub fn plugins(&self) -> impl Iterator<Item = &Plugin> {
        self.plugins.iter().map(|configured| &*configured.plugin)
    }

    /// The plugins for no route and no service.
    pub fn plugins_of_everything(&self) -> impl Iterator<Item = &Plugin> {
        self.plugins.of_everything().map(|configured| &*configured.plugin)
    }

    /// The plugins of a service.
    pub fn plugins_of_service(&self, service: Uuid) -> impl Iterator<Item = &Plugin> {
        self.plugins.of_service(service).map(|configured| &*configured.plugin)
    }

    /// The plugins of a route.
    pub fn plugins_of_route(&self, route: Uuid) -> impl Iterator<Item = &Plugin> {
        self.plugins.of_route(route).map(|configured| &*configured.plugin)
    }
}
