//! One attempt in HTTP/1: a connection from the pool or a new one, the request, the head of the answer.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Instant;

use gibbon_entities::Service;
use http::StatusCode;

use crate::engine::body::RequestBody;
use crate::engine::client::{Answered, Asking, ConnectFailure, Patience, UpstreamConnection};
use crate::engine::dial::Means;
use crate::engine::pool::{Care, Destination, Lease};
use crate::engine::upstream_body::{self, UpstreamBody};
use crate::http::exchange::Exchange;
use crate::http::upstream::answer::{Answer, AnswerBody};
use crate::http::upstream::failed::{Again, Failed, is_idempotent};
use crate::http::upstream::head::compose;
use crate::http::upstream::target::Target;
use crate::peers::Peers;

/// Whether a connection that has waited in the pool will do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reuse {
    Allowed,
    Forbidden,
}

/// See the module.
pub(super) async fn try_once(
    exchange: &mut Exchange<'_>,
    mut destination: Destination,
    target: &Target<'_>,
    peers: &Peers<'_>,
    reuse: Reuse,
) -> Result<Answer, Box<Failed>> {
    let (worker, service) = (exchange.worker, &*target.origin.service);
    let asked = Instant::now();
    exchange.asked.get_or_insert(asked);
    let care = if is_idempotent(&exchange.head.method) { Care::Usual } else { Care::Utmost };
    let pooled = if reuse == Reuse::Allowed { worker.pool.take(&destination, care) } else { None };
    let mut lease = match pooled {
        Some(lease) => lease,
        // The room that it takes to connect must not be room that all requests take.
        None => match Box::pin(open(exchange, &mut destination, service, peers)).await {
            Ok(connection) => worker.pool.lease(destination, connection),
            Err(error) => return Err(Box::new(Failed { error: error.into(), again: Again::AsRetry })),
        },
    };
    exchange.note_connected();
    let is_reused = lease.connection().requests() > 0;
    let patience = Patience { write: service.write_timeout, read: service.read_timeout };
    let coding = compose(lease.connection().begin(), exchange, target, peers.host());
    let (body, spare) = take_body(exchange);
    let mut asking = Asking::new(body, coding);
    let state = Rc::clone(&exchange.body_state);
    let outcome = lease.connection().ask(&mut asking, &exchange.head.method, patience, &state, &worker.wheel).await;
    match outcome {
        Ok(answered) => Ok(answer(exchange, answered, lease, asking, asked, patience)),
        Err(failure) => {
            let again = if is_reused { Again::WithNewConnection } else { Again::AsRetry };
            let failed = Failed::judge(failure, again, &exchange.head.method, &state, patience);
            exchange.body = spare.unwrap_or_else(|| asking.into_body());
            Err(Box::new(failed))
        }
    }
}

async fn open(
    exchange: &mut Exchange<'_>,
    destination: &mut Destination,
    service: &Service,
    peers: &Peers<'_>,
) -> Result<UpstreamConnection, ConnectFailure> {
    let (worker, asked) = (exchange.worker, destination.address);
    let elsewhere = |address| peers.elsewhere(address);
    let means = Means { limit: service.connect_timeout, tls: &worker.tls, elsewhere: &elsewhere };
    let connection = UpstreamConnection::open(destination, &means, &worker.wheel).await?;
    note_detour(exchange, asked, destination);
    Ok(connection)
}

/// A connection has come about, perhaps with another address than was asked for first.
pub(super) fn note_detour(exchange: &mut Exchange<'_>, asked: SocketAddr, destination: &Destination) {
    if destination.address != asked {
        exchange.worker.detours.remember(asked);
        exchange.note_detour(destination.address);
    }
}

/// The body for an attempt, and the same once more where it is at hand.
pub(super) fn take_body(exchange: &mut Exchange<'_>) -> (RequestBody, Option<RequestBody>) {
    match std::mem::replace(&mut exchange.body, RequestBody::Empty) {
        RequestBody::Whole(bytes) => (RequestBody::Whole(bytes.clone()), Some(RequestBody::Whole(bytes))),
        body => (body, None),
    }
}

fn answer(
    exchange: &Exchange<'_>,
    answered: Answered,
    lease: Lease,
    asking: Asking,
    asked: Instant,
    patience: Patience,
) -> Answer {
    let Answered { head, survey, body: reader, reuse } = answered;
    let body = if head.status == StatusCode::SWITCHING_PROTOCOLS {
        // A connection that changes its protocol never comes back.
        let connection = lease.into_connection();
        AnswerBody::Switched(Box::new(upstream_body::Protocol { connection, patience, under_way: None }))
    } else {
        let wheel = Rc::clone(&exchange.worker.wheel);
        AnswerBody::Http(Box::new(UpstreamBody::new(lease, asking, reader, reuse, wheel, patience.read)))
    };
    Answer { head, survey, body, asked, answered: Instant::now() }
}
