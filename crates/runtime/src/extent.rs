//! How much of a snapshot a set of changes concerns: a change costs what it changes.

use std::collections::HashSet;

use gibbon_entities::{Plugin, Route};
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
    /// Routes, and services with all of their routes.
    ids: HashSet<Uuid>,
}

impl Extent {
    /// A service that has changed in a way that does not concern the router.
    pub(crate) fn of_service(id: Uuid) -> Self {
        Self::Plans(Touched::one(id))
    }

    /// A route, or a service that is switched on or off.
    pub(crate) fn of_routes(id: Uuid) -> Self {
        Self::Routes(Touched::one(id))
    }

    /// A plugin: it concerns its route, else its service, else everything.
    pub(crate) fn of_plugin(plugin: &Plugin) -> Self {
        Self::Plans(plugin.route.or(plugin.service).map_or(Touched::all(), Touched::one))
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
        Self { all: true, ids: HashSet::new() }
    }

    fn one(id: Uuid) -> Self {
        Self { all: false, ids: HashSet::from([id]) }
    }

    fn and(mut self, other: Self) -> Self {
        self.all |= other.all;
        self.ids.extend(other.ids);
        self
    }

    /// Whether everything has changed, and what belongs to no route with it.
    pub(crate) fn is_all(&self) -> bool {
        self.all
    }

    /// Whether what belongs to the route has changed.
    pub(crate) fn contains(&self, route: &Route) -> bool {
        self.all || self.ids.contains(&route.id) || route.service.is_some_and(|id| self.ids.contains(&id))
    }
}
