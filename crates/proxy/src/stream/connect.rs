//! The upstream of a connection: where it is looked for, on which terms, and how often.

use std::net::SocketAddr;
use std::time::Instant;

use gibbon_balancer::UnderWay;
use gibbon_entities::upstream::{Algorithm, HashInput};
use gibbon_entities::{Protocol, Upstream};
use gibbon_runtime::Snapshot;
use gibbon_tls::client::Spoken;

use crate::engine::dial::{Means, dial};
use crate::engine::pool::{Destination, TlsName};
use crate::engine::transport::Transport;
use crate::http::error::ProxyError;
use crate::peers::tls_terms;
use crate::peers::{PeerHost, Peers};
use crate::settings::Settings;
use crate::stream::record::Record;
use crate::stream::routing::Matched;
use crate::worker::Worker;

/// A connection to the upstream.
pub(crate) struct Connected {
    pub(crate) transport: Transport,
    /// The stream is under way at its target for as long as this is held.
    pub(crate) under_way: Option<UnderWay>,
}

/// Connects; where that fails, elsewhere, as often as the service has retries.
pub(crate) async fn connect(
    worker: &Worker,
    snapshot: &Snapshot,
    matched: &Matched<'_>,
    record: &mut Record,
) -> Result<Connected, ProxyError> {
    let (service, settings) = (matched.service(), worker.settings());
    let hash = matched.pool.and_then(|pool| hash(&pool.upstream, record.stream.source));
    let mut peers = Peers::of(worker, matched.origin, matched.pool.map(|pool| &**pool), hash).await?;
    let mut retries = service.retries;
    loop {
        let choosing = Instant::now();
        let address = peers.next(worker)?;
        let chosen_in = choosing.elapsed();
        let mut destination = Destination { address, tls: terms(matched, peers.host(), record, snapshot, &settings)? };
        record.note_try(address, chosen_in);
        let begun = Instant::now();
        let elsewhere = |address| peers.elsewhere(address);
        let means = Means { limit: service.connect_timeout, tls: &worker.tls, elsewhere: &elsewhere };
        let error = match dial(&mut destination, &means).await {
            Ok(transport) => {
                record.note_connected();
                if destination.address != address {
                    worker.detours.remember(address);
                    record.note_detour(destination.address);
                }
                let under_way = match &mut peers {
                    Peers::Balanced(balance) => balance.connected(begun.elapsed()),
                    Peers::One(_) | Peers::Several(..) => None,
                };
                return Ok(Connected { transport, under_way });
            }
            Err(error) => ProxyError::from(error),
        };
        peers.failed(&error);
        record.note_failure(&error);
        retries = retries.checked_sub(1).ok_or(error)?;
    }
}

/// What of a stream can be hashed: it has no consumer and no headers, only an address.
pub(crate) fn hash(upstream: &Upstream, source: SocketAddr) -> Option<u64> {
    let uses_address = [&upstream.hash_on, &upstream.hash_fallback].contains(&&HashInput::Ip);
    (upstream.algorithm == Algorithm::ConsistentHashing && uses_address)
        .then(|| gibbon_balancer::hash::of_address(source.ip()))
}

/// On which terms the upstream is spoken to over TLS, if at all. What is passed on as it is, is TLS already.
fn terms(
    matched: &Matched<'_>,
    peer: Option<PeerHost<'_>>,
    record: &Record,
    snapshot: &Snapshot,
    settings: &Settings,
) -> Result<Option<TlsName>, ProxyError> {
    let service = matched.service();
    if service.protocol != Protocol::Tls || record.stream.protocol == Protocol::TlsPassthrough {
        return Ok(None);
    }
    let asked_for = record.stream.sni.as_deref().filter(|_| matched.entry.route.preserve_host);
    let host = asked_for.unwrap_or_else(|| peer.map_or(&*service.host, |peer| peer.name));
    let certificate = matched.pool.and_then(|pool| pool.upstream.client_certificate);
    tls_terms::with(service, Spoken::Anything, host, certificate, snapshot, settings).map(Some)
}
