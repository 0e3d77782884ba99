//! The route table of the next revision.

use std::collections::HashSet;
use std::sync::Arc;

use gibbon_entities::Route;
use gibbon_plugin_api::Registry;
use gibbon_router::{Change, Flavor, RouteError, Router};
use imbl::{OrdMap, Vector};
use uuid::Uuid;

use super::planning::{self, Making, ServicePlans};
use super::spec::{is_served, is_served_to_streams, path_handling, spec};
use super::{RouteEntry, RouteState, RouteTable};
use crate::extent::Touched;
use crate::fault::Fault;
use crate::records::Records;
use crate::streams::StreamTable;

/// Of how many routes at least one in four must change before all are compiled anew.
const MANY: usize = 256;

impl RouteTable {
    /// Compiles the records. A route that does not compile is left out and named.
    pub(crate) fn build(records: &Records, registry: &Registry, flavor: Flavor) -> Self {
        let nothing = Self {
            router: Arc::new(Router::build(flavor, []).0),
            entries: Vector::new(),
            indices: OrdMap::new(),
            free: Vector::new(),
            faults: OrdMap::new(),
            everywhere: Arc::default(),
            service_plans: ServicePlans::new(),
            streams: StreamTable::default(),
            unrouted: Arc::default(),
            secret_arguments: Arc::default(),
        };
        nothing.recompiled(records, registry, &Touched::all())
    }

    /// The table of the next revision, with the same routes.
    pub(crate) fn replanned(&self, records: &Records, registry: &Registry, touched: &Touched) -> Self {
        let mut next = self.with_plans(records, registry, touched);
        let ids = touched_routes(touched, records);
        next.change_streams(records, registry, &ids);
        for id in ids {
            let Some(index) = next.indices.get(&id).copied() else { continue };
            let entry = next.new_entry(records, registry, id, index);
            next.set(index, entry);
        }
        next
    }

    /// The table of the next revision, with other routes, or routes that are found in another way.
    pub(crate) fn recompiled(&self, records: &Records, registry: &Registry, touched: &Touched) -> Self {
        let ids = touched_routes(touched, records);
        let is_much = ids.len() >= MANY && ids.len() >= records.routes.len() / 4;
        if touched.is_all() || is_much {
            return self.with_plans(records, registry, touched).compiled_anew(records, registry);
        }
        let mut next = self.with_plans(records, registry, touched);
        next.change_streams(records, registry, &ids);
        let changes: Vec<Change> = ids.into_iter().filter_map(|id| next.change(records, registry, id)).collect();
        let changed: Vec<Uuid> = changes.iter().flat_map(|c| [&c.before, &c.after]).flatten().map(|s| s.id).collect();
        if !changed.is_empty() {
            let (router, errors) = self.router.changed(changes);
            next.router = Arc::new(router);
            next.note(&errors, changed);
        }
        next
    }

    /// The same routes, without the plans that may be other ones now.
    fn with_plans(&self, records: &Records, registry: &Registry, touched: &Touched) -> Self {
        let mut next = self.clone();
        if touched.is_all() {
            next.service_plans = ServicePlans::new();
            next.everywhere = Arc::new(planning::everywhere(records));
            next.unrouted = Arc::new(Making { records, registry, everywhere: &next.everywhere }.unrouted());
        }
        for service in touched.services() {
            next.service_plans.remove(&Some(service));
        }
        if touched.plugins_changed() {
            next.secret_arguments = records.plugins.secret_arguments().into();
        }
        next
    }

    /// Everything in new places.
    fn compiled_anew(mut self, records: &Records, registry: &Registry) -> Self {
        let served: Vec<&Arc<Route>> = records.routes.iter().filter(|route| is_served(route, records)).collect();
        let (router, errors) = self.router.rebuilt(served.iter().map(|route| spec(route)));
        self.router = Arc::new(router);
        self.indices = served.iter().enumerate().map(|(index, route)| (route.id, index)).collect();
        self.free = Vector::new();
        let entries = served.iter().map(|route| self.entry_of(records, registry, route, RouteState::Served));
        self.entries = entries.map(Some).collect();
        self.faults = OrdMap::new();
        self.note(&errors, []);
        self.streams = StreamTable::default();
        let ids: Vec<Uuid> = records.routes.iter().map(|route| route.id).collect();
        self.change_streams(records, registry, &ids);
        self
    }

    /// Takes over what has become of these routes where they are for streams, or were.
    fn change_streams(&mut self, records: &Records, registry: &Registry, ids: &[Uuid]) {
        let mut streams = std::mem::take(&mut self.streams);
        for id in ids {
            match records.routes.get(*id).filter(|route| is_served_to_streams(route, records)) {
                Some(route) => streams.put(self.entry_of(records, registry, route, RouteState::Served)),
                None => streams.remove(*id),
            }
        }
        streams.compile();
        self.streams = streams;
    }

    /// Changes the entry of a route, and says what has to change in the router.
    fn change(&mut self, records: &Records, registry: &Registry, id: Uuid) -> Option<Change> {
        let before = self.indices.get(&id).copied();
        let route_before = before.and_then(|index| self.entry(index)).map(|entry| Arc::clone(&entry.route));
        let after = records.routes.get(id).filter(|route| is_served(route, records));
        let index = match (before, after) {
            (None, None) => return None,
            (Some(index), Some(_)) => index,
            (Some(index), None) => {
                self.indices.remove(&id);
                self.free.push_back(index);
                index
            }
            (None, Some(_)) => {
                let index = self.free.pop_back().unwrap_or_else(|| {
                    self.entries.push_back(None);
                    self.entries.len() - 1
                });
                self.indices.insert(id, index);
                index
            }
        };
        let entry = self.new_entry(records, registry, id, index);
        self.set(index, entry);
        if let (Some(before), Some(after)) = (&route_before, after)
            && Arc::ptr_eq(before, after)
        {
            return None;
        }
        Some(Change { index, before: route_before.map(|route| spec(&route)), after: after.map(|route| spec(route)) })
    }

    /// What is to stand at the index of a route, which stays closed if it is.
    fn new_entry(&mut self, records: &Records, registry: &Registry, id: Uuid, index: usize) -> Option<RouteEntry> {
        let state = self.entry(index).map_or(RouteState::Served, |entry| entry.state);
        let route = records.routes.get(id).filter(|route| is_served(route, records))?;
        Some(self.entry_of(records, registry, route, state))
    }

    fn entry_of(
        &mut self,
        records: &Records,
        registry: &Registry,
        route: &Arc<Route>,
        state: RouteState,
    ) -> RouteEntry {
        let making = Making { records, registry, everywhere: &self.everywhere };
        RouteEntry {
            route: Arc::clone(route),
            service: route.service.and_then(|id| records.services.get(&id)).cloned(),
            plan: making.plan(&mut self.service_plans, route),
            path_handling: self.router.flavor().path_handling(path_handling(route)),
            state,
        }
    }

    /// Closes the routes that did not compile, and opens those that were compiled without errors.
    fn note(&mut self, errors: &[RouteError], compiled: impl IntoIterator<Item = Uuid>) {
        for id in compiled {
            self.faults.remove(&id);
            self.set_state(id, RouteState::Served);
        }
        for error in errors {
            let fault = Fault { kind: "routes", id: error.id, reason: error.to_string() };
            self.faults.entry(error.id).or_default().push(fault);
            self.set_state(error.id, RouteState::Closed);
        }
    }

    fn set(&mut self, index: usize, entry: Option<RouteEntry>) {
        if let Some(place) = self.entries.get_mut(index) {
            *place = entry;
        }
    }

    fn set_state(&mut self, id: Uuid, state: RouteState) {
        let entry = self.indices.get(&id).and_then(|index| self.entries.get_mut(*index));
        if let Some(entry) = entry.and_then(Option::as_mut) {
            entry.state = state;
        }
    }
}

/// The routes that a change concerns, those among them that are no longer there included.
fn touched_routes(touched: &Touched, records: &Records) -> Vec<Uuid> {
    if touched.is_all() {
        return records.routes.iter().map(|route| route.id).collect();
    }
    let of_services = touched.services().flat_map(|service| records.routes.of_service(service));
    let ids: HashSet<Uuid> = touched.routes().chain(of_services).collect();
    ids.into_iter().collect()
}
