//! Asking the upstream: where, in which words, and how often.

mod bound;
mod call;
mod hashed;

use std::borrow::Cow;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

use gibbon_balancer::UnderWay;
use gibbon_conf::GatewayHeader;
use gibbon_entities::{Protocol, Service};
use gibbon_plugin_api::{KnownName, ResponseHead};
use gibbon_router::Found;
use gibbon_router::path::{self, Strip};
use gibbon_runtime::{Origin, Pool, Snapshot};
use http::{Method, StatusCode};

use crate::engine::body::{BodyState, RequestBody};
use crate::engine::client::{Answered, Asking, ConnectFailure, Patience, SendFailure, UpstreamConnection};
use crate::engine::dial::Means;
use crate::engine::http2::upstream::Answering;
use crate::engine::outgoing::Coding;
use crate::engine::pool::{Care, Destination, Lease, TlsName};
use crate::engine::upstream_body::{self, UpstreamBody};
use crate::engine::write::field;
use crate::http::error::ProxyError;
use crate::http::forwarded;
use crate::http::request::Exchange;
use crate::http::routing::Matched;
use crate::http::survey::Survey;
use crate::http::upstream::bound::Bound;
use crate::peers::tls_terms;
use crate::peers::{PeerHost, Peers};

/// Where a request goes.
pub(crate) struct Target<'s> {
    snapshot: &'s Snapshot,
    pub(crate) origin: &'s Origin,
    /// The upstream that the service names, if it names one.
    pub(crate) pool: Option<&'s Pool>,
    pub(crate) found: Found<'s>,
    /// The path of the request in its normal form.
    pub(crate) path: &'s str,
    host: HostRule,
    /// The path and the query.
    line: String,
    /// The part of the client's path that the route took off.
    forwarded_prefix: Option<Cow<'s, str>>,
}

/// Whose host the upstream is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HostRule {
    Client,
    Service,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) head: ResponseHead,
    pub(crate) survey: Survey,
    pub(crate) body: AnswerBody,
    /// When the upstream was asked.
    pub(crate) asked: Instant,
    /// When the head of its answer had come.
    pub(crate) answered: Instant,
}

pub(crate) enum AnswerBody {
    Http(Box<UpstreamBody>),
    Call(Box<Answering>),
    Switched(Box<upstream_body::Protocol>),
}

impl AnswerBody {
    /// The request is under way until all of it has come.
    fn hold(&mut self, under_way: Option<UnderWay>) {
        match self {
            Self::Http(body) => body.hold(under_way),
            Self::Call(body) => body.hold(under_way),
            Self::Switched(protocol) => protocol.under_way = under_way,
        }
    }
}

impl<'s> Target<'s> {
    pub(crate) fn new(
        snapshot: &'s Snapshot,
        matched: &Matched<'s>,
        origin: &'s Origin,
        pool: Option<&'s Pool>,
        request_path: &'s str,
        query: Option<&str>,
    ) -> Self {
        let (entry, found) = (matched.entry, matched.found);
        let route = &entry.route;
        let matched = found.matched(request_path);
        let strip = if route.strip_path { Strip::Prefix } else { Strip::Nothing };
        let path = path::join(origin.service.path.as_deref(), request_path, matched, strip, entry.path_handling);
        let line = with_query(path, query);
        let forwarded_prefix = path::forwarded_prefix(matched, strip);
        let host = if route.preserve_host { HostRule::Client } else { HostRule::Service };
        Self { snapshot, origin, pool, found, path: request_path, host, line, forwarded_prefix }
    }

    /// The path and the query.
    pub(crate) fn line(&self) -> &str {
        &self.line
    }

    /// Asks for another path, which a plugin has set.
    pub(crate) fn replace_path(&mut self, path: &str, query: Option<&str>) {
        self.line = with_query(Cow::Borrowed(path), query);
    }
}

fn with_query(path: Cow<'_, str>, query: Option<&str>) -> String {
    let Some(query) = query else { return path.into_owned() };
    // Room for both is asked for once.
    let mut line = match path {
        Cow::Owned(path) => path,
        Cow::Borrowed(path) => {
            let mut line = String::with_capacity(path.len() + 1 + query.len());
            line.push_str(path);
            line
        }
    };
    line.push('?');
    line.push_str(query);
    line
}

/// An attempt without an answer.
pub(super) struct Failed {
    pub(super) error: ProxyError,
    pub(super) again: Again,
}

/// Whether a request may be sent again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// It counts as one of the service's retries.
    AsRetry,
    /// The connection had waited in the pool and the upstream ended it meanwhile, which is nobody's failure.
    WithNewConnection,
    Never,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reuse {
    Allowed,
    Forbidden,
}

/// Sends the request, again if that is allowed and of use, and waits for the head of the answer.
pub(crate) async fn exchange(exchange: &mut Exchange<'_>, target: Target<'_>) -> Result<Answer, ProxyError> {
    let service = &*target.origin.service;
    if !target.line.bytes().all(|byte| byte > b' ' && byte != 0x7f) {
        return Err(ProxyError::BadRequest("the target cannot be sent on"));
    }
    let mut bound = Bound::of(exchange);
    let hash = target.pool.and_then(|pool| hashed::hash(exchange, &pool.upstream, &target));
    // Of an upstream's targets and of addresses no name is looked for.
    let is_name = target.pool.is_none() && target.origin.literal.is_none();
    let begun = (is_name && exchange.upstream.is_some()).then(Instant::now);
    let mut peers = Peers::of(exchange.worker, target.origin, target.pool, hash).await?;
    exchange.note_lookup(begun);
    let mut chosen = choose(exchange, &mut peers)?;
    let mut retries = service.retries;
    let mut reuse = Reuse::Allowed;
    loop {
        let (address, chosen_in) = chosen;
        let destination = Destination { address, tls: terms(exchange, &target, peers.host())? };
        exchange.note_try(address, chosen_in);
        let (name, port) = peers.host().map_or((&*service.host, service.port), |peer| (peer.name, peer.port));
        exchange.note_host(name, port);
        let outcome = {
            let mut attempt = pin!(async {
                match service.protocol {
                    Protocol::Grpc | Protocol::Grpcs => {
                        Box::pin(call::try_once(exchange, destination, &target, &peers)).await
                    }
                    _ => try_once(exchange, destination, &target, &peers, reuse).await,
                }
            });
            poll_fn(|cx| match attempt.as_mut().poll(cx) {
                Poll::Pending => bound.poll(cx).map(Err),
                over => over,
            })
            .await
        };
        let failed = match outcome {
            Ok(mut answer) => {
                if let Peers::Balanced(balance) = peers {
                    let under_way = balance.answered(answer.answered - answer.asked, answer.head.status);
                    answer.body.hold(under_way);
                }
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
        match retries.checked_sub(1).filter(|_| failed.again == Again::AsRetry) {
            Some(left) => retries = left,
            None => return Err(failed.error),
        }
        chosen = choose(exchange, &mut peers)?;
    }
}

/// The address of the next attempt, and how long it took to choose it where a plugin logs that.
fn choose(exchange: &Exchange<'_>, peers: &mut Peers<'_>) -> Result<(SocketAddr, Duration), ProxyError> {
    let begun = exchange.upstream.is_some().then(Instant::now);
    let address = peers.next(exchange.worker)?;
    Ok((address, begun.map_or(Duration::ZERO, |begun| begun.elapsed())))
}

/// On which terms the upstream is spoken to over TLS, if at all.
fn terms(
    exchange: &Exchange<'_>,
    target: &Target<'_>,
    peer: Option<PeerHost<'_>>,
) -> Result<Option<TlsName>, ProxyError> {
    let service = &*target.origin.service;
    if matches!(service.protocol, Protocol::Http | Protocol::Grpc) {
        return Ok(None);
    }
    let chosen = exchange.head.upstream_host().and_then(|host| host.to_str().ok());
    let host = chosen.unwrap_or_else(|| match target.host {
        HostRule::Client if !exchange.head.host().is_empty() => exchange.head.host(),
        HostRule::Client | HostRule::Service => peer.map_or(&*service.host, |peer| peer.name),
    });
    let certificate = target.pool.and_then(|pool| pool.upstream.client_certificate);
    tls_terms::of(service, host, certificate, target.snapshot, &exchange.settings)
}

/// One attempt.
async fn try_once(
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
            let failed = judge(failure, again, &exchange.head.method, &state, patience);
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

/// Whether it changes nothing to do it twice (RFC 9110 section 9.2.2).
fn is_idempotent(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE | Method::TRACE)
}

/// What a failure means. A request that has left is sent again only if that changes nothing, and if its body is still
/// at hand.
fn judge(failure: SendFailure, again: Again, method: &Method, state: &BodyState, patience: Patience) -> Failed {
    if let Some(error) = state.failure() {
        return Failed { error: error.into(), again: Again::Never };
    }
    let if_harmless = |again| if is_idempotent(method) && !state.is_started() { again } else { Again::Never };
    match failure {
        SendFailure::NotSent => Failed { error: ProxyError::NotTaken, again },
        SendFailure::Broken(error) => Failed { error: ProxyError::UpstreamBroken(error), again: if_harmless(again) },
        // Silence has nothing to do with the age of the connection.
        SendFailure::TimedOut => {
            Failed { error: ProxyError::UpstreamSilent(patience.read), again: if_harmless(Again::AsRetry) }
        }
        SendFailure::Body(error) => Failed { error: error.into(), again: Again::Never },
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

/// Writes the head that the upstream gets; how the body follows it.
pub(super) fn compose(
    out: &mut Vec<u8>,
    exchange: &Exchange<'_>,
    target: &Target<'_>,
    peer: Option<PeerHost<'_>>,
) -> Coding {
    let head = &exchange.head;
    write_line(out, head.method.as_str(), &target.line);
    match (head.upstream_host(), target.host, peer) {
        (Some(chosen), ..) => field(out, "Host", chosen.as_bytes()),
        (None, HostRule::Client, _) if !head.host().is_empty() => field(out, "Host", head.host().as_bytes()),
        (None, _, Some(peer)) => peer.write(out, target.origin.service.protocol),
        (None, _, None) => field(out, "Host", target.origin.authority.as_bytes()),
    }
    let (length, coding) = framing(&exchange.body);
    let sends_id = exchange.settings.proxy.headers_upstream.contains(GatewayHeader::RequestId);
    let mut replaced = forwarded::REPLACED.with(KnownName::Host);
    if length.is_some() {
        replaced = replaced.with(KnownName::ContentLength);
    }
    if sends_id {
        replaced = replaced.with(KnownName::XKongRequestId);
    }
    head.headers.write(out, replaced);
    forwarded::write(out, exchange, target.forwarded_prefix.as_deref());
    if sends_id {
        field(out, KnownName::XKongRequestId.as_str(), exchange.id.digits());
    }
    if let Some(length) = length {
        field(out, "Content-Length", length.to_string().as_bytes());
    }
    if coding == Coding::Chunked {
        field(out, "Transfer-Encoding", b"chunked");
    }
    if exchange.upgrade.is_some() {
        field(out, "Connection", b"keep-alive, Upgrade");
        field(out, "Upgrade", b"websocket");
    }
    out.extend_from_slice(b"\r\n");
    coding
}

fn write_line(out: &mut Vec<u8>, method: &str, target: &str) {
    out.extend_from_slice(method.as_bytes());
    out.push(b' ');
    out.extend_from_slice(target.as_bytes());
    out.extend_from_slice(b" HTTP/1.1\r\n");
}

/// How a body is told to the upstream: by a length in the gateway's own words, whatever zeros the client put before it,
/// or in chunks.
fn framing(body: &RequestBody) -> (Option<u64>, Coding) {
    match body {
        RequestBody::Empty => (None, Coding::Plain),
        // A plugin may have changed the body since its length was announced.
        RequestBody::Whole(bytes) => (Some(bytes.len() as u64), Coding::Plain),
        RequestBody::Stream(body) => match body.source.left() {
            Some(length) => (Some(length), Coding::Plain),
            None => (None, Coding::Chunked),
        },
        RequestBody::Resumed(_) => (None, Coding::Chunked),
    }
}
