//! Asking the upstream: again if that is allowed and of use, until there is the head of an answer.

mod answer;
mod attempt;
mod bound;
mod call;
mod failed;
mod hashed;
mod head;
mod target;

use std::net::SocketAddr;
use std::pin::pin;
use std::time::{Duration, Instant};

use gibbon_entities::Protocol;

pub(crate) use answer::{Answer, AnswerBody};
pub(crate) use target::Target;

use crate::engine::pool::Destination;
use crate::http::error::ProxyError;
use crate::http::exchange::Exchange;
use crate::http::upstream::attempt::Reuse;
use crate::http::upstream::bound::Bound;
use crate::http::upstream::failed::Again;
use crate::peers::Peers;

/// See the module.
pub(crate) async fn ask(exchange: &mut Exchange<'_>, target: Target<'_>) -> Result<Answer, ProxyError> {
    if !target.can_be_sent() {
        return Err(ProxyError::BadRequest("the target cannot be sent on"));
    }
    let service = &*target.origin.service;
    let mut bound = Bound::of(exchange);
    let hash = target.pool.and_then(|pool| hashed::hash(exchange, &pool.upstream, &target));
    // Of an upstream's targets and of addresses no name is looked for.
    let is_name = target.pool.is_none() && target.origin.literal.is_none();
    let begun = (is_name && exchange.upstream.is_some()).then(Instant::now);
    let mut peers = Peers::of(exchange.worker, target.origin, target.pool, hash).await?;
    exchange.note_lookup(begun);
    let mut chosen = Chosen::next(exchange, &mut peers)?;
    let mut retries = service.retries;
    let mut reuse = Reuse::Allowed;
    loop {
        let destination = chosen.destination(exchange, &target, &peers)?;
        let outcome = bound
            .around(pin!(async {
                match service.protocol {
                    Protocol::Grpc | Protocol::Grpcs => {
                        Box::pin(call::try_once(exchange, destination, &target, &peers)).await
                    }
                    _ => attempt::try_once(exchange, destination, &target, &peers, reuse).await,
                }
            }))
            .await;
        let failed = match outcome {
            Ok(mut answer) => {
                hold(&mut answer, peers);
                return Ok(answer);
            }
            Err(failed) => failed,
        };
        exchange.note_failure(&failed.error);
        if failed.again == Again::WithNewConnection {
            reuse = Reuse::Forbidden;
            continue;
        }
        peers.failed(&failed.error);
        retries = failed.retries_left(retries)?;
        chosen = Chosen::next(exchange, &mut peers)?;
    }
}

/// The address of an attempt.
struct Chosen {
    address: SocketAddr,
    /// How long it took to choose it, where a plugin logs that.
    took: Duration,
}

impl Chosen {
    /// That of the next attempt.
    fn next(exchange: &Exchange<'_>, peers: &mut Peers<'_>) -> Result<Self, ProxyError> {
        let begun = exchange.upstream.is_some().then(Instant::now);
        let address = peers.next(exchange.worker)?;
        Ok(Self { address, took: begun.map_or(Duration::ZERO, |begun| begun.elapsed()) })
    }

    /// Begins the attempt: where it goes, and on which terms.
    fn destination(
        &self,
        exchange: &mut Exchange<'_>,
        target: &Target<'_>,
        peers: &Peers<'_>,
    ) -> Result<Destination, ProxyError> {
        let service = &*target.origin.service;
        let destination = Destination { address: self.address, tls: target.terms(exchange, peers.host())? };
        exchange.note_try(self.address, self.took);
        let (name, port) = peers.host().map_or((&*service.host, service.port), |peer| (peer.name, peer.port));
        exchange.note_host(name, port);
        Ok(destination)
    }
}

/// A target of an upstream is busy with the request until all of the answer has come.
fn hold(answer: &mut Answer, peers: Peers<'_>) {
    if let Peers::Balanced(balance) = peers {
        let under_way = balance.answered(answer.answered - answer.asked, answer.head.status);
        answer.body.hold(under_way);
    }
}
