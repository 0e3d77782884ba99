//! The route table: the compiled router, and what belongs to each route.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

use gibbon_entities::{Protocol, Route, Service};
use gibbon_plugin_api::{Flow, Handler, Registry, Reply, RequestCx};
use gibbon_router::{RouteSpec, Router, Schemes};
use http::{HeaderValue, StatusCode};
use uuid::Uuid;

use crate::extent::Touched;
use crate::fault::Fault;
use crate::live;
use crate::plan::{Plan, Planner};
use crate::records::Records;

/// Everything that is needed to find a route and to serve it.
pub struct RouteTable {
    router: Arc<Router>,
    /// In the order of their ids.
    entries: Vec<RouteEntry>,
    unrouted: Arc<Plan>,
    secret_arguments: Box<[Box<str>]>,
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

/// A service with what is worth computing once.
pub struct Origin {
    /// The service.
    pub service: Arc<Service>,
    /// Its address, where its host is one.
    pub literal: Option<IpAddr>,
    /// What an upstream with the name of its host would be found by; none where its host is an address.
    pub upstream: Option<Box<str>>,
    /// What an upstream is asked for in `Host`: the port is there only if it is not the protocol's own.
    pub authority: HeaderValue,
}

impl Origin {
    pub(crate) fn new(service: Service) -> Result<Self, Fault> {
        let host = &*service.host;
        let default_port = match service.protocol {
            Protocol::Https | Protocol::Grpcs | Protocol::Tls => 443,
            _ => 80,
        };
        let text = if service.port == default_port { host.to_owned() } else { format!("{host}:{}", service.port) };
        let authority = HeaderValue::from_str(&text).map_err(|_| Fault {
            kind: "services",
            id: service.id,
            reason: format!("`{text}` is no host"),
        })?;
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
        let upstream = literal.is_none().then(|| live::key(host));
        Ok(Self { service: Arc::new(service), literal, upstream, authority })
    }
}

impl RouteTable {
    /// The compiled router; what it finds is an index into the entries.
    pub fn router(&self) -> &Router {
        &self.router
    }

    /// The entry at the index that the router gave.
    pub fn entry(&self, index: usize) -> Option<&RouteEntry> {
        self.entries.get(index)
    }

    /// The plugins of requests that belong to no route: those for everything.
    pub fn unrouted(&self) -> &Plan {
        &self.unrouted
    }

    /// The names of the arguments of a query in which any plugin looks for credentials. Those of all routes: a client
    /// that mistakes the path has sent its credential all the same.
    pub fn secret_arguments(&self) -> &[Box<str>] {
        &self.secret_arguments
    }

    /// Compiles the records. A route that does not compile is left out and named.
    pub(crate) fn build(records: &Records, registry: &Registry) -> (Self, Vec<Fault>) {
        let nothing = Self {
            router: Arc::new(Router::build([]).0),
            entries: Vec::new(),
            unrouted: Arc::default(),
            secret_arguments: Box::default(),
        };
        nothing.recompiled(records, registry, &Touched::all())
    }

    /// The table of the next revision, with the same routes.
    pub(crate) fn replanned(&self, records: &Records, registry: &Registry, touched: &Touched) -> Self {
        Self {
            router: Arc::clone(&self.router),
            entries: self.entries(records, registry, touched),
            unrouted: self.next_unrouted(records, registry, touched),
            secret_arguments: secret_arguments(records),
        }
    }

    /// The table of the next revision, with other routes, or routes that are found in another way.
    pub(crate) fn recompiled(&self, records: &Records, registry: &Registry, touched: &Touched) -> (Self, Vec<Fault>) {
        let mut table = self.replanned(records, registry, touched);
        let (router, errors) = self.router.rebuild(table.entries.iter().map(|entry| spec(&entry.route)));
        table.router = Arc::new(router);
        let closed: HashSet<Uuid> = errors.iter().map(|error| error.id).collect();
        for entry in &mut table.entries {
            let is_closed = closed.contains(&entry.route.id);
            entry.state = if is_closed { RouteState::Closed } else { RouteState::Served };
        }
        let faults = errors.into_iter().map(|e| Fault { kind: "routes", id: e.id, reason: e.to_string() }).collect();
        (table, faults)
    }

    /// Only a plugin that concerns everything concerns requests without a route.
    fn next_unrouted(&self, records: &Records, registry: &Registry, touched: &Touched) -> Arc<Plan> {
        if !touched.is_all() {
            return Arc::clone(&self.unrouted);
        }
        let everywhere = records.plugins.values().filter(|c| c.plugin.route.is_none() && c.plugin.service.is_none());
        Arc::new(Planner::new(registry, everywhere.map(|c| (&*c.plugin, &c.instance))).plan(None, None))
    }

    /// The entries of the next revision: those that are not touched are the same, and the others are put together.
    fn entries(&self, records: &Records, registry: &Registry, touched: &Touched) -> Vec<RouteEntry> {
        let mut planning = Planning::new(records, registry, &self.entries, touched);
        // Both are in the order of their ids.
        let mut present = self.entries.iter().peekable();
        let mut entries = Vec::with_capacity(self.entries.len() + 1);
        for route in records.routes.values() {
            while present.next_if(|entry| entry.route.id < route.id).is_some() {}
            let before = present.next_if(|entry| entry.route.id == route.id);
            if !touched.contains(route) {
                entries.extend(before.cloned());
            } else if is_served(route, records) {
                entries.push(RouteEntry {
                    route: Arc::clone(route),
                    service: route.service.and_then(|id| records.services.get(&id)).cloned(),
                    plan: planning.plan(route),
                    state: before.map_or(RouteState::Served, |entry| entry.state),
                });
            }
        }
        entries
    }
}

/// The plans of some routes. Routes without plugins of their own share the plan of their service.
struct Planning<'r> {
    planner: Planner<'r>,
    /// Routes with plugins of their own.
    scoped: HashSet<Uuid>,
    plans: HashMap<(Option<Uuid>, Option<Uuid>), Arc<Plan>>,
}

impl<'r> Planning<'r> {
    /// For the routes that are touched; those that are not lend their plans.
    fn new(records: &'r Records, registry: &'r Registry, present: &[RouteEntry], touched: &Touched) -> Self {
        let routes = records.routes.values().filter(|route| touched.contains(route));
        let concerned: HashSet<Uuid> = routes.flat_map(|route| [Some(route.id), route.service]).flatten().collect();
        let matters = |id: Option<Uuid>| id.is_none_or(|id| concerned.contains(&id));
        let plugins = || records.plugins.values().filter(|_| !concerned.is_empty());
        let relevant = plugins().filter(|c| matters(c.plugin.route) && matters(c.plugin.service));
        let planner = Planner::new(registry, relevant.map(|c| (&*c.plugin, &c.instance)));
        let scoped: HashSet<Uuid> = plugins().filter_map(|c| c.plugin.route).collect();
        let lends = |entry: &&RouteEntry| {
            let route = &entry.route;
            matters(route.service) && !touched.contains(route) && !scoped.contains(&route.id)
        };
        let lent = present.iter().filter(lends);
        let plans = lent.map(|entry| ((None, entry.route.service), Arc::clone(&entry.plan))).collect();
        Self { planner, scoped, plans }
    }

    fn plan(&mut self, route: &Route) -> Arc<Plan> {
        let key = (self.scoped.contains(&route.id).then_some(route.id), route.service);
        let plan = self.plans.entry(key).or_insert_with(|| Arc::new(self.planner.plan(key.0, key.1)));
        Arc::clone(plan)
    }
}

fn secret_arguments(records: &Records) -> Box<[Box<str>]> {
    let mut names: Vec<Box<str>> = Vec::new();
    for configured in records.plugins.values().filter(|configured| configured.plugin.enabled) {
        for name in &configured.instance.secret_arguments {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names.into()
}

/// A route is served over HTTP here unless its service is switched off or it speaks another protocol.
fn is_served(route: &Route, records: &Records) -> bool {
    let schemes = schemes(route);
    let speaks_http = schemes.http || schemes.https;
    let service_is_on = route.service.is_none_or(|id| records.services.get(&id).is_none_or(|s| s.service.enabled));
    speaks_http && service_is_on
}

fn spec(route: &Route) -> RouteSpec {
    let texts = |list: &[Box<str>]| list.iter().map(|text| text.to_string()).collect::<Vec<_>>();
    RouteSpec {
        id: route.id,
        protocols: schemes(route),
        methods: texts(&route.methods),
        hosts: texts(&route.hosts),
        paths: texts(&route.paths),
        headers: route.headers.iter().map(|(name, values)| (name.to_string(), texts(values))).collect(),
        snis: texts(&route.snis),
        regex_priority: route.regex_priority,
    }
}

fn schemes(route: &Route) -> Schemes {
    let any = |protocols: [Protocol; 2]| protocols.into_iter().any(|protocol| route.protocols.contains(protocol));
    Schemes { http: any([Protocol::Http, Protocol::Grpc]), https: any([Protocol::Https, Protocol::Grpcs]) }
}

/// What stands in the place of a plugin that cannot be configured: it lets nothing through.
struct Closed;

impl Handler for Closed {
    fn access(&self, _cx: &mut RequestCx<'_>) -> Flow {
        Flow::respond(Reply::error(StatusCode::SERVICE_UNAVAILABLE, "a plugin of this route cannot be configured"))
    }
}

/// A handler that refuses every request.
pub(crate) fn closed() -> Box<dyn Handler> {
    Box::new(Closed)
}
