//! How much of a snapshot a set of changes concerns: a change costs what it changes.

use std::collections::HashSet;

use gibbon_entities::Plugin;
use uuid::Uuid;

/// Which parts of a snapshot have to be built again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Extent {
    /// Consumers, credentials, certificates and upstreams: nothing is compiled, and pools know themselves what has
    /// changed.
    #[default]
    Directory,
    /// What belongs to some routes. Which routes there are, and how they are found, has not changed.
    Plans(Touched),
    /// The router too.
    Routes(Touched),
}

/// Which routes are concerned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    all: bool,
    routes: HashSet<Uuid>,
    /// Services, with all of their routes.
    services: HashSet<Uuid>,
    plugins: bool,
}

impl Extent {
    /// A service that has changed in a way that does not concern the router.
    pub(crate) fn of_service(id: Uuid) -> Self {
        Self::Plans(Touched::service(id))
    }

    /// A service that is switched on or off.
    pub(crate) fn of_switched_service(id: Uuid) -> Self {
        Self::Routes(Touched::service(id))
    }

    /// A route.
    pub(crate) fn of_route(id: Uuid) -> Self {
        Self::Routes(Touched { routes: HashSet::from([id]), ..Touched::default() })
    }

    /// A plugin: it concerns its route, else its service, else everything.
    pub(crate) fn of_plugin(plugin: &Plugin) -> Self {
        let touched = match (plugin.route, plugin.service) {
            (Some(route), _) => Touched { routes: HashSet::from([route]), ..Touched::default() },
            (None, Some(service)) => Touched::service(service),
            (None, None) => Touched::all(),
        };
        Self::Plans(Touched { plugins: true, ..touched })
    }

    /// Both.
    #[must_use]
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Directory, one) | (one, Self::Directory) => one,
            (Self::Plans(one), Self::Plans(other)) => Self::Plans(one.and(other)),
            (Self::Plans(one) | Self::Routes(one), Self::Plans(other) | Self::Routes(other)) => {
                Self::Routes(one.and(other))
            }
        }
    }
}

impl Touched {
    pub(crate) fn all() -> Self {
        Self { all: true, plugins: true, ..Self::default() }
    }

    fn service(id: Uuid) -> Self {
        Self { services: HashSet::from([id]), ..Self::default() }
    }

    fn and(mut self, other: Self) -> Self {
        self.all |= other.all;
        self.plugins |= other.plugins;
        self.routes.extend(other.routes);
        self.services.extend(other.services);
        self
    }

    /// Whether everything has changed, and what belongs to no route with it.
    pub(crate) fn is_all(&self) -> bool {
        self.all
    }

    /// The routes that are named themselves.
    pub(crate) fn routes(&self) -> impl Iterator<Item = Uuid> {
        self.routes.iter().copied()
    }

    /// The services all of whose routes are concerned.
    pub(crate) fn services(&self) -> impl Iterator<Item = Uuid> {
        self.services.iter().copied()
    }

    /// Whether plugins are other ones.
    pub(crate) fn plugins_changed(&self) -> bool {
        self.plugins
    }
}
