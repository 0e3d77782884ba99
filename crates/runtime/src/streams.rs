//! The routes of streams: the compiled router of TCP, TLS and UDP, and what belongs to each route.

use std::sync::Arc;

use gibbon_entities::route::{Endpoint, IpRange};
use gibbon_entities::{Protocol, Route};
use gibbon_router::stream::{self, Net, StreamKey, StreamKinds, StreamRouter, StreamSpec};
use imbl::OrdMap;
use uuid::Uuid;

use crate::routes::RouteEntry;

/// See the module. A clone shares everything with its original.
#[derive(Clone, Default)]
pub struct StreamTable {
    router: Arc<StreamRouter>,
    /// The ids of the routes that the router was built of, in their order.
    routed: Arc<[Uuid]>,
    entries: OrdMap<Uuid, RouteEntry>,
    is_outdated: bool,
}

impl StreamTable {
    /// The route of a stream.
    pub fn find(&self, key: &StreamKey<'_>) -> Option<&RouteEntry> {
        self.entries.get(self.routed.get(self.router.find(key)?)?)
    }

    /// Takes over what belongs to a route now.
    pub(crate) fn put(&mut self, entry: RouteEntry) {
        let before = self.entries.get(&entry.route.id);
        self.is_outdated |= before.is_none_or(|before| !Arc::ptr_eq(&before.route, &entry.route));
        self.entries.insert(entry.route.id, entry);
    }

    /// The route is no longer there, or never was.
    pub(crate) fn remove(&mut self, id: Uuid) {
        self.is_outdated |= self.entries.remove(&id).is_some();
    }

    /// Compiles the routes, if they are other ones than before. Nothing of a prepared route can be wrong.
    pub(crate) fn compile(&mut self) {
        if std::mem::take(&mut self.is_outdated) {
            let specs: Vec<StreamSpec> = self.entries.values().map(|entry| spec(&entry.route)).collect();
            self.routed = specs.iter().map(|spec| spec.id).collect();
            self.router = Arc::new(StreamRouter::build(&specs));
        }
    }
}

fn spec(route: &Route) -> StreamSpec {
    let speaks = |protocol| route.protocols.contains(protocol);
    StreamSpec {
        id: route.id,
        kinds: StreamKinds {
            tcp: speaks(Protocol::Tcp),
            tls: speaks(Protocol::Tls) || speaks(Protocol::TlsPassthrough),
            udp: speaks(Protocol::Udp),
        },
        sources: route.sources.iter().map(endpoint).collect(),
        destinations: route.destinations.iter().map(endpoint).collect(),
        snis: route.snis.iter().map(|name| name.to_string()).collect(),
    }
}

fn endpoint(endpoint: &Endpoint) -> stream::Endpoint {
    let net = |IpRange { address, prefix }| Net { address, prefix };
    stream::Endpoint { net: endpoint.ip.map(net), port: endpoint.port }
}
