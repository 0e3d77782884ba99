//! The route table: the compiled router, and what belongs to each route.

mod closed;
mod near;
mod next;
mod origin;
mod planning;
mod selection;
mod spec;

use std::sync::Arc;

use gibbon_entities::Route;
use gibbon_router::Router;
use gibbon_router::path::PathHandling;
use imbl::{OrdMap, Vector};
use uuid::Uuid;

use crate::fault::Fault;
use crate::plan::{Everywhere, Plan};
use crate::streams::StreamTable;
pub(crate) use closed::closed;
pub use near::{Condition, Miss};
pub use origin::Origin;
use planning::ServicePlans;
pub use selection::Selection;

/// Everything that is needed to find a route and to serve it. The table of the next revision shares with this one all
/// that stays as it is.
#[derive(Clone)]
pub struct RouteTable {
    router: Arc<Router>,
    /// At the indices that the router knows. Those of routes that are gone are empty, and are used again.
    entries: Vector<Option<RouteEntry>>,
    indices: OrdMap<Uuid, usize>,
    free: Vector<usize>,
    /// What does not compile, by the ids of routes.
    faults: OrdMap<Uuid, Vec<Fault>>,
    everywhere: Arc<Everywhere>,
    service_plans: ServicePlans,
    streams: StreamTable,
    unrouted: Arc<Plan>,
    secret_arguments: Arc<[Box<str>]>,
}

/// A route with what belongs to it.
#[derive(Clone)]
pub struct RouteEntry {
    /// The route.
    pub route: Arc<Route>,
    /// Its service, if it has one.
    pub service: Option<Arc<Origin>>,
    /// Its plugins.
    pub plan: Arc<Plan>,
    /// How paths are put together.
    pub path_handling: PathHandling,
    /// Whether it can be served as it is configured.
    pub state: RouteState,
}

/// Whether a route can be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteState {
    /// It can.
    Served,
    /// A part of it does not compile. Its requests are answered 503: no other route may take them over, which might
    /// be less protected.
    Closed,
}

impl RouteTable {
    /// The compiled router; what it finds is an index into the entries.
    pub fn router(&self) -> &Router {
        &self.router
    }

    /// The entry at the index that the router gave.
    pub fn entry(&self, index: usize) -> Option<&RouteEntry> {
        self.entries.get(index)?.as_ref()
    }

    /// All entries, in the order of the ids of their routes.
    pub fn entries(&self) -> impl Iterator<Item = &RouteEntry> {
        self.indices.values().filter_map(|index| self.entry(*index))
    }

    /// The routes of streams.
    pub fn streams(&self) -> &StreamTable {
        &self.streams
    }

    /// The plugins of requests and streams that belong to no route: those for everything.
    pub fn unrouted(&self) -> &Plan {
        &self.unrouted
    }

    /// The names of the arguments of a query in which any plugin looks for credentials. Those of all routes: a client
    /// that mistakes the path has sent its credential all the same.
    pub fn secret_arguments(&self) -> &[Box<str>] {
        &self.secret_arguments
    }

    /// How many routes are served.
    pub fn served(&self) -> usize {
        self.indices.len()
    }

    /// The routes that do not compile, and why.
    pub(crate) fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.faults.values().flatten()
    }
}
