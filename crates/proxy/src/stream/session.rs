//! One connection, from its first byte to its last.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use gibbon_entities::Protocol;
use gibbon_router::stream::Spoken;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::certificate_phase::Begun;
use crate::engine::client::Patience;
use crate::engine::progress::Progress;
use crate::stream::accept::Door;
use crate::stream::ahead::Ahead;
use crate::stream::arrival::{self, Arrived, Ends};
use crate::stream::carry::{self, Carrying};
use crate::stream::connect::{self, Connected};
use crate::stream::failure::Failure;
use crate::stream::record::Record;
use crate::stream::{plugins, routing};
use crate::worker::Worker;

/// Serves one connection until it ends.
pub(crate) async fn serve(worker: Rc<Worker>, stream: TcpStream, peer: SocketAddr, door: Door) {
    let _ = stream.set_nodelay(true);
    let progress = Progress::new(Rc::clone(worker.wheel.clock()));
    let _watched = worker.connections.watch(&progress);
    until_expired(&progress, proxy(&worker, stream, peer, door, &progress)).await;
}

/// Ends with the work, or when the time is over in which a client has to have said what comes first.
pub(crate) async fn until_expired(progress: &Progress, work: impl Future<Output = ()>) {
    let mut work = pin!(work);
    poll_fn(|cx| {
        if progress.expired() {
            return Poll::Ready(());
        }
        progress.register(cx);
        work.as_mut().poll(cx)
    })
    .await;
}

async fn proxy(worker: &Worker, stream: TcpStream, peer: SocketAddr, door: Door, progress: &Progress) {
    let settings = worker.settings();
    // A listener for all addresses does not know at which of them a connection has arrived.
    let is_everywhere = door.address.ip().is_unspecified();
    let local = if is_everywhere { stream.local_addr().unwrap_or(door.address) } else { door.address };
    let protocol = if door.serves.tls { Protocol::Tls } else { Protocol::Tcp };
    let mut record = Record::begin(worker, protocol, Ends::of(peer, local, None, &settings));
    let outcome = match arrival::arrive(stream, door.serves).await {
        Ok(arrived) => {
            let ends = Ends::of(peer, local, arrived.announced, &settings);
            (record.stream.source, record.stream.destination) = (ends.source, ends.destination);
            let begun = arrival::begun(peer, ends, &settings);
            route(worker, arrived, (ends, begun), progress, &mut record).await
        }
        Err(failure) => Err(failure),
    };
    record.end(outcome);
}

/// Finds the route, and opens TLS where that is for the gateway to do.
async fn route(
    worker: &Worker,
    arrived: Arrived,
    (ends, begun): (Ends, Begun),
    progress: &Progress,
    record: &mut Record,
) -> Result<(), Failure> {
    let Arrived { client, hello, sni, .. } = arrived;
    let snapshot = worker.snapshot();
    let spoken = if record.stream.protocol == Protocol::Tls { Spoken::Tls } else { Spoken::Tcp };
    let entry = routing::find(&snapshot, spoken, ends, sni.as_deref())
        .inspect_err(|_| record.unrouted(plugins::loggers(snapshot.routes.unrouted())))?;
    record.stream.sni = sni;
    record.routed(entry);
    if spoken == Spoken::Tls {
        record.stream.protocol = routing::protocol_of_tls(entry);
    }
    plugins::run(entry, &record.stream, &worker.locals)?;
    let matched = routing::lead(&snapshot, entry)?;
    let service = matched.service();
    let patience = Patience { write: service.write_timeout, read: service.read_timeout };
    match (record.stream.protocol, &worker.settings().streams.tls, hello) {
        (Protocol::Tls, Some(config), Some(hello)) => {
            let (client, terms) = arrival::terminate(worker, client, *hello, config, begun).await?;
            record.stream.tls = Some(terms);
            progress.become_tunnel();
            let connected = connect::connect(worker, &snapshot, &matched, record).await?;
            // A stream may last for days, and must not keep a revision alive for so long.
            drop(snapshot);
            pass(worker, client, connected, patience, record).await
        }
        _ => {
            progress.become_tunnel();
            let connected = connect::connect(worker, &snapshot, &matched, record).await?;
            drop(snapshot);
            pass::<Ahead>(worker, client, connected, patience, record).await
        }
    }
}

async fn pass<C: AsyncRead + AsyncWrite + Unpin>(
    worker: &Worker,
    client: C,
    connected: Connected,
    patience: Patience,
    record: &mut Record,
) -> Result<(), Failure> {
    let Connected { transport, under_way } = connected;
    let carrying = Carrying { worker, patience, client: &mut record.client, upstream: &mut record.upstream };
    let outcome = carry::both_ways(client, transport, carrying).await;
    drop(under_way);
    outcome
}
