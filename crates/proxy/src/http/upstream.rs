//! Asking the upstream: where, in which words, and how often.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use gibbon_conf::GatewayHeader;
use gibbon_entities::{Protocol, Service};
use gibbon_plugin_api::{Headers, ResponseHead};
use gibbon_router::Router;
use gibbon_router::path::{self, Strip};
use gibbon_runtime::{Origin, RouteEntry};
use http::{HeaderName, HeaderValue, Method, Request, Uri, header};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;

use crate::engine::body::{BodyState, RequestBody, ResponseBody, UpstreamStream};
use crate::engine::client::{Patience, SendFailure, UpstreamConnection};
use crate::engine::pool::Lease;
use crate::http::error::ProxyError;
use crate::http::request::Exchange;

pub(crate) const X_KONG_REQUEST_ID: HeaderName = HeaderName::from_static("x-kong-request-id");

/// Where a request goes.
pub(crate) struct Target<'s> {
    origin: &'s Origin,
    host: HostRule,
    path: String,
    /// The part of the client's path that the route took off.
    pub(crate) forwarded_prefix: Option<Cow<'s, str>>,
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
    pub(crate) body: ResponseBody,
    /// When the upstream was asked.
    pub(crate) asked: Instant,
    /// When the head of its answer had come.
    pub(crate) answered: Instant,
    /// The upstream's side of a connection that now carries something else.
    pub(crate) upgrade: Option<OnUpgrade>,
    /// How long that may be silent.
    pub(crate) patience: Patience,
}

impl<'s> Target<'s> {
    pub(crate) fn new(entry: &RouteEntry, origin: &'s Origin, request_path: &'s str, prefix: Option<usize>) -> Self {
        let route = &entry.route;
        let matched = prefix.and_then(|length| request_path.get(..length));
        let strip = if route.strip_path { Strip::Prefix } else { Strip::Nothing };
        let path = path::join(origin.service.path.as_deref(), request_path, matched, strip, Router::PATH_HANDLING);
        let forwarded_prefix = path::forwarded_prefix(matched, strip);
        let host = if route.preserve_host { HostRule::Client } else { HostRule::Service };
        Self { origin, host, path: path.into(), forwarded_prefix }
    }
}

/// An attempt without an answer.
struct Failed {
    error: ProxyError,
    /// The request, where it may be sent again.
    request: Option<Request<RequestBody>>,
    connection: Condition,
}

#[derive(PartialEq, Eq)]
enum Condition {
    /// It had waited in the pool, and the upstream ended it meanwhile: nobody's failure.
    Stale,
    /// The upstream failed.
    Fresh,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reuse {
    Allowed,
    Forbidden,
}

/// Sends the request, again if that is allowed and of use, and waits for the head of the answer.
pub(crate) async fn exchange(exchange: &mut Exchange<'_>, target: Target<'_>) -> Result<Answer, ProxyError> {
    let origin = target.origin;
    let service = &*origin.service;
    if service.protocol != Protocol::Http {
        return Err(ProxyError::ProtocolNotServed);
    }
    let addresses = resolve(exchange, origin).await?;
    let mut request = compose(exchange, target)?;
    let mut retries = service.retries;
    let mut reuse = Reuse::Allowed;
    loop {
        let address = SocketAddr::new(addresses.next(exchange), service.port);
        let failed = match try_once(exchange, address, service, request, reuse).await {
            Ok(answer) => return Ok(answer),
            Err(failed) => failed,
        };
        let Some(again) = failed.request else { return Err(failed.error) };
        request = again;
        if failed.connection == Condition::Stale {
            reuse = Reuse::Forbidden;
        } else {
            retries = retries.checked_sub(1).ok_or(failed.error)?;
        }
    }
}

async fn try_once(
    exchange: &Exchange<'_>,
    address: SocketAddr,
    service: &Service,
    request: Request<RequestBody>,
    reuse: Reuse,
) -> Result<Answer, Box<Failed>> {
    let worker = exchange.worker;
    let asked = Instant::now();
    let pooled = if reuse == Reuse::Allowed { worker.pool.take(address) } else { None };
    let mut lease = match pooled {
        Some(lease) => lease,
        None => match UpstreamConnection::open(address, service.connect_timeout, &worker.wheel).await {
            Ok(connection) => worker.pool.lease(address, connection),
            Err(error) => {
                let request = Some(request);
                return Err(Box::new(Failed { error: error.into(), request, connection: Condition::Fresh }));
            }
        },
    };
    let connection = if lease.connection.requests() > 0 { Condition::Stale } else { Condition::Fresh };
    let spare = copy_if_repeatable(&request);
    let patience = Patience { write: service.write_timeout, read: service.read_timeout };
    let body = &exchange.body_state;
    match lease.connection.send(request, patience, body, &worker.wheel).await {
        Ok(response) => Ok(answer(exchange, response, lease, asked, patience)),
        Err(failure) => Err(Box::new(judge(failure, spare, connection, body, patience))),
    }
}

/// What a failure means, and whether the request may be sent again: always if nothing of it has left, else only if
/// it changes nothing to do it twice and its body was not used up.
fn judge(
    failure: SendFailure,
    spare: Option<Request<RequestBody>>,
    connection: Condition,
    body: &BodyState,
    patience: Patience,
) -> Failed {
    if let Some(error) = body.failure() {
        return Failed { error: error.into(), request: None, connection };
    }
    match failure {
        SendFailure::NotSent(request) => Failed { error: ProxyError::NotTaken, request: Some(*request), connection },
        SendFailure::Broken(error) => Failed { error: ProxyError::UpstreamBroken(error), request: spare, connection },
        SendFailure::TimedOut => Failed {
            error: ProxyError::UpstreamSilent(patience.read),
            request: spare,
            connection: Condition::Fresh,
        },
    }
}

/// RFC 9110 section 9.2.2.
fn copy_if_repeatable(request: &Request<RequestBody>) -> Option<Request<RequestBody>> {
    let body = match request.body() {
        RequestBody::Empty => RequestBody::Empty,
        RequestBody::Whole(bytes) => RequestBody::Whole(bytes.clone()),
        RequestBody::Stream(_) => return None,
    };
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE | Method::TRACE) {
        return None;
    }
    let mut copy = Request::new(body);
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    Some(copy)
}

fn answer(
    exchange: &Exchange<'_>,
    mut response: http::Response<Incoming>,
    lease: Lease,
    asked: Instant,
    patience: Patience,
) -> Answer {
    let upgrade = (response.status() == http::StatusCode::SWITCHING_PROTOCOLS)
        .then(|| hyper::upgrade::on(&mut response));
    let (parts, incoming) = response.into_parts();
    let head = ResponseHead { status: parts.status, headers: Headers::from_map(parts.headers) };
    let body = ResponseBody::stream(UpstreamStream {
        incoming,
        // A connection that changes its protocol never comes back.
        lease: upgrade.is_none().then_some(lease),
        wheel: std::rc::Rc::clone(&exchange.worker.wheel),
        read_timeout: patience.read,
        timer: None,
    });
    Answer { head, body, asked, answered: Instant::now(), upgrade, patience }
}

/// The addresses of a service.
enum Addresses {
    One(IpAddr),
    Several(Arc<[IpAddr]>),
}

impl Addresses {
    /// Another one each time.
    fn next(&self, exchange: &Exchange<'_>) -> IpAddr {
        match self {
            Self::One(address) => *address,
            Self::Several(all) => all[exchange.worker.next_turn() % all.len()],
        }
    }
}

async fn resolve(exchange: &Exchange<'_>, origin: &Origin) -> Result<Addresses, ProxyError> {
    if let Some(address) = origin.literal {
        return Ok(Addresses::One(address));
    }
    let name = &origin.service.host;
    let resolver = &exchange.worker.shared.resolver;
    let failed = |reason: String| ProxyError::NameResolution { name: name.clone(), reason };
    let found = match resolver.cached(name) {
        Some(known) => known,
        None => resolver.lookup(name).await.map_err(|error| failed(error.to_string()))?,
    };
    match *found {
        [] => Err(failed("it has no address".into())),
        [address] => Ok(Addresses::One(address)),
        _ => Ok(Addresses::Several(found)),
    }
}

/// The request as the upstream gets it. Takes head and body out of the exchange.
fn compose(exchange: &mut Exchange<'_>, target: Target<'_>) -> Result<Request<RequestBody>, ProxyError> {
    let mut line = target.path;
    if let Some(query) = exchange.head.query() {
        line.push('?');
        line.push_str(query);
    }
    let uri = Uri::from_maybe_shared(Bytes::from(line))
        .map_err(|_| ProxyError::BadRequest("the target cannot be sent on"))?;
    let host = match target.host {
        HostRule::Client => client_host(exchange),
        HostRule::Service => None,
    };
    let host = host.unwrap_or_else(|| target.origin.authority.clone());
    exchange.remember_wishes();
    let mut headers = std::mem::take(&mut exchange.head.headers);
    headers.set(header::HOST, host);
    if exchange.settings.proxy.headers_upstream.contains(GatewayHeader::RequestId) {
        headers.set(X_KONG_REQUEST_ID, exchange.id.header());
    }
    if exchange.upgrade.is_some() {
        headers.set(header::CONNECTION, HeaderValue::from_static("keep-alive, Upgrade"));
        headers.set(header::UPGRADE, HeaderValue::from_static("websocket"));
    }
    let mut request = Request::new(std::mem::replace(&mut exchange.body, RequestBody::Empty));
    *request.method_mut() = exchange.head.method.clone();
    *request.uri_mut() = uri;
    if let RequestBody::Whole(Some(bytes)) = request.body() {
        // A plugin may have changed the body since its length was announced.
        headers.set(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    }
    *request.headers_mut() = headers.into_map();
    Ok(request)
}

fn client_host(exchange: &Exchange<'_>) -> Option<HeaderValue> {
    match exchange.head.authority() {
        Some(authority) => HeaderValue::from_str(authority).ok(),
        None => exchange.head.headers.get(header::HOST).cloned(),
    }
}
