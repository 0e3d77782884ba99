//! The route table: the compiled router, and what belongs to each route.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use gibbon_entities::{Protocol, Route, Service};
use gibbon_plugin_api::{Flow, Handler, Registry, Reply, RequestCx};
use gibbon_router::{RouteSpec, Router, Schemes};
use http::{HeaderValue, StatusCode};
use uuid::Uuid;

use crate::fault::Fault;
use crate::live;
use crate::plan::{Plan, Planner};
use crate::records::Records;

/// Everything that is needed to find a route and to serve it.
pub struct RouteTable {
    router: Router,
    entries: Vec<RouteEntry>,
    unrouted: Plan,
}

/// A route with what belongs to it.
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
    fn new(service: &Arc<Service>) -> Result<Self, Fault> {
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
        Ok(Self { service: Arc::clone(service), literal, upstream, authority })
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

    /// Compiles the records. A route that does not compile is left out and named.
    pub(crate) fn build(records: &Records, registry: &Registry, previous: Option<&Self>) -> (Self, Vec<Fault>) {
        let configured = records.plugins.values();
        let planner = Planner::new(registry, configured.map(|c| (&*c.plugin, &c.instance)));
        let mut plans: HashMap<(Option<Uuid>, Option<Uuid>), Arc<Plan>> = HashMap::new();
        let scoped: std::collections::HashSet<Uuid> = records.plugins.values().filter_map(|c| c.plugin.route).collect();
        let mut faults = Vec::new();
        let mut origins: HashMap<Uuid, Arc<Origin>> = HashMap::new();
        for service in records.services.values() {
            match Origin::new(service) {
                Ok(origin) => drop(origins.insert(service.id, Arc::new(origin))),
                Err(fault) => faults.push(fault),
            }
        }
        let mut entries: Vec<RouteEntry> = records
            .routes
            .values()
            .filter(|route| is_served(route, records))
            .map(|route| {
                // Routes without plugins of their own share the plan of their service.
                let key = (scoped.contains(&route.id).then_some(route.id), route.service);
                let plan = plans.entry(key).or_insert_with(|| Arc::new(planner.plan(key.0, key.1)));
                let service = route.service.and_then(|id| origins.get(&id)).cloned();
                RouteEntry { route: Arc::clone(route), service, plan: Arc::clone(plan), state: RouteState::Served }
            })
            .collect();
        let specs = entries.iter().map(|entry| spec(&entry.route));
        let (router, errors) = match previous {
            Some(table) => table.router.rebuild(specs),
            None => Router::build(specs),
        };
        for entry in &mut entries {
            if errors.iter().any(|error| error.id == entry.route.id) {
                entry.state = RouteState::Closed;
            }
        }
        faults.extend(errors.into_iter().map(|e| Fault { kind: "routes", id: e.id, reason: e.to_string() }));
        (Self { router, entries, unrouted: planner.plan(None, None) }, faults)
    }
}

/// A route is served over HTTP here unless its service is switched off or it speaks another protocol.
fn is_served(route: &Route, records: &Records) -> bool {
    let schemes = schemes(route);
    let speaks_http = schemes.http || schemes.https;
    let service_is_on = route.service.is_none_or(|id| records.services.get(&id).is_none_or(|s| s.enabled));
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
