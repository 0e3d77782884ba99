//! Which route a stream belongs to.

use std::sync::Arc;

use gibbon_entities::{Protocol, Service};
use gibbon_router::stream::{Spoken, StreamKey};
use gibbon_runtime::{Origin, Pool, RouteEntry, Snapshot};

use crate::stream::arrival::Ends;
use crate::stream::failure::Failure;

/// The route of a stream, with what leads to its upstream.
pub(crate) struct Matched<'s> {
    pub(crate) entry: &'s RouteEntry,
    pub(crate) origin: &'s Arc<Origin>,
    /// The upstream that the service names, if it names one.
    pub(crate) pool: Option<&'s Arc<Pool>>,
}

/// Finds the route. One without a service is found too, and leads nowhere.
pub(crate) fn find<'s>(
    snapshot: &'s Snapshot,
    spoken: Spoken,
    ends: Ends,
    sni: Option<&str>,
) -> Result<&'s RouteEntry, Failure> {
    let key = StreamKey { spoken, source: ends.source, destination: ends.destination, sni };
    snapshot.routes.streams().find(&key).ok_or(Failure::NoRoute)
}

/// Where the streams of a route go.
pub(crate) fn lead<'s>(snapshot: &'s Snapshot, entry: &'s RouteEntry) -> Result<Matched<'s>, Failure> {
    let origin = entry.service.as_ref().ok_or(Failure::NoService)?;
    let pool = origin.upstream.as_deref().and_then(|name| snapshot.pools.named(name));
    Ok(Matched { entry, origin, pool })
}

/// What a connection of TLS is to its route: as in Kong, one that names both is terminated.
pub(crate) fn protocol_of_tls(entry: &RouteEntry) -> Protocol {
    if entry.route.protocols.contains(Protocol::Tls) { Protocol::Tls } else { Protocol::TlsPassthrough }
}

impl Matched<'_> {
    pub(crate) fn service(&self) -> &Service {
        &self.origin.service
    }
}
