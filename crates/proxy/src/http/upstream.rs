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
use crate::http::forwarded;
use crate::http::negotiation::Wishes;
use crate::http::request::Exchange;

pub(crate) const X_KONG_REQUEST_ID: HeaderName = HeaderName::from_static("x-kong-request-id");

/// Where a request goes.
pub(crate) struct Target<'s> {
    origin: &'s Origin,
    host: HostRule,
    /// The path and the query.
    line: Bytes,
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
    pub(crate) fn new(
        entry: &'s RouteEntry,
        origin: &'s Origin,
        request_path: &'s str,
        prefix: Option<usize>,
        query: Option<&str>,
    ) -> Self {
        let route = &entry.route;
        let matched = prefix.and_then(|length| request_path.get(..length));
        let strip = if route.strip_path { Strip::Prefix } else { Strip::Nothing };
        let path = path::join(origin.service.path.as_deref(), request_path, matched, strip, Router::PATH_HANDLING);
        let mut line = path.into_owned();
        if let Some(query) = query {
            line.reserve_exact(1 + query.len());
            line.push('?');
            line.push_str(query);
        }
        let forwarded_prefix = path::forwarded_prefix(matched, strip);
        let host = if route.preserve_host { HostRule::Client } else { HostRule::Service };
        Self { origin, host, line: line.into(), forwarded_prefix }
    }
}

/// An attempt without an answer.
struct Failed {
    error: ProxyError,
    again: Again,
}

/// Whether a request may be sent again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Again {
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
    if target.origin.service.protocol != Protocol::Http {
        return Err(ProxyError::ProtocolNotServed);
    }
    let addresses = resolve(exchange, target.origin).await?;
    let spare = Spare::of(exchange);
    if spare.is_none() {
        exchange.wishes = Some(Wishes::of(&exchange.head.headers));
    }
    let outcome = attempt(exchange, &target, &addresses, spare.as_ref()).await;
    if let (Err(_), Some(spare)) = (&outcome, &spare) {
        // The head went upstream in vain; an error page is made for what it asked for.
        spare.restore(exchange);
    }
    outcome
}

async fn attempt(
    exchange: &mut Exchange<'_>,
    target: &Target<'_>,
    addresses: &Addresses,
    spare: Option<&Spare>,
) -> Result<Answer, ProxyError> {
    let service = &*target.origin.service;
    let mut request = Some(compose(exchange, target)?);
    let mut retries = service.retries;
    let mut reuse = Reuse::Allowed;
    loop {
        let address = SocketAddr::new(addresses.next(exchange), service.port);
        let failed = match try_once(exchange, address, service, &mut request, reuse).await {
            Ok(answer) => return Ok(answer),
            Err(failed) => failed,
        };
        match failed.again {
            Again::Never => return Err(failed.error),
            Again::WithNewConnection => reuse = Reuse::Forbidden,
            Again::AsRetry => match retries.checked_sub(1) {
                Some(left) => retries = left,
                None => return Err(failed.error),
            },
        }
        if request.is_none() {
            // It has been sent: only what changes nothing when it is done twice is made anew.
            let Some(spare) = spare else { return Err(failed.error) };
            spare.restore(exchange);
            request = Some(compose(exchange, target)?);
        }
    }
}

/// One attempt. The request is still there afterwards if nothing of it has left.
async fn try_once(
    exchange: &Exchange<'_>,
    address: SocketAddr,
    service: &Service,
    request: &mut Option<Request<RequestBody>>,
    reuse: Reuse,
) -> Result<Answer, Box<Failed>> {
    let worker = exchange.worker;
    let asked = Instant::now();
    let pooled = if reuse == Reuse::Allowed { worker.pool.take(address) } else { None };
    let mut lease = match pooled {
        Some(lease) => lease,
        None => match UpstreamConnection::open(address, service.connect_timeout, &worker.wheel).await {
            Ok(connection) => worker.pool.lease(address, connection),
            Err(error) => return Err(Box::new(Failed { error: error.into(), again: Again::AsRetry })),
        },
    };
    let is_reused = lease.connection.requests() > 0;
    let patience = Patience { write: service.write_timeout, read: service.read_timeout };
    let body = &exchange.body_state;
    match lease.connection.send(request, patience, body, &worker.wheel).await {
        Ok(response) => Ok(answer(exchange, response, lease, asked, patience)),
        Err(failure) => {
            let again = if is_reused { Again::WithNewConnection } else { Again::AsRetry };
            Err(Box::new(judge(failure, again, body, patience)))
        }
    }
}

/// What a failure means. A request whose body is to blame is never sent again.
fn judge(failure: SendFailure, again: Again, body: &BodyState, patience: Patience) -> Failed {
    if let Some(error) = body.failure() {
        return Failed { error: error.into(), again: Again::Never };
    }
    match failure {
        SendFailure::NotSent => Failed { error: ProxyError::NotTaken, again },
        SendFailure::Broken(error) => Failed { error: ProxyError::UpstreamBroken(error), again },
        // Silence has nothing to do with the age of the connection.
        SendFailure::TimedOut => Failed { error: ProxyError::UpstreamSilent(patience.read), again: Again::AsRetry },
    }
}

/// What a request can be made of a second time, if it may be repeated: if it changes nothing to do it twice (RFC 9110
/// section 9.2.2), and its body is at hand. Taken before the gateway adds its own fields, which are made anew anyway.
struct Spare {
    fields: Vec<(HeaderName, HeaderValue)>,
    body: Option<Bytes>,
}

impl Spare {
    fn of(exchange: &Exchange<'_>) -> Option<Self> {
        let body = match &exchange.body {
            RequestBody::Empty => None,
            RequestBody::Whole(bytes) => bytes.clone(),
            RequestBody::Stream(_) | RequestBody::Resumed(_) => return None,
        };
        let method = &exchange.head.method;
        let idempotent = matches!(
            *method,
            Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE | Method::TRACE
        );
        if !idempotent {
            return None;
        }
        let fields = exchange.head.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        Some(Self { fields, body })
    }

    fn restore(&self, exchange: &mut Exchange<'_>) {
        exchange.head.headers = Headers::default();
        for (name, value) in &self.fields {
            exchange.head.headers.append(name.clone(), value.clone());
        }
        exchange.body = match &self.body {
            Some(bytes) => RequestBody::Whole(Some(bytes.clone())),
            None => RequestBody::Empty,
        };
    }
}

fn answer(
    exchange: &Exchange<'_>,
    mut response: http::Response<Incoming>,
    lease: Lease,
    asked: Instant,
    patience: Patience,
) -> Answer {
    let upgrade =
        (response.status() == http::StatusCode::SWITCHING_PROTOCOLS).then(|| hyper::upgrade::on(&mut response));
    let (parts, incoming) = response.into_parts();
    let head = ResponseHead { status: parts.status, headers: Headers::from_map(parts.headers) };
    let lease = match upgrade {
        None => Some(lease),
        Some(_) => {
            // A connection that changes its protocol never comes back.
            lease.connection.become_tunnel();
            None
        }
    };
    let body = ResponseBody::stream(Box::new(UpstreamStream {
        incoming,
        lease,
        wheel: std::rc::Rc::clone(&exchange.worker.wheel),
        read_timeout: patience.read,
        timer: None,
    }));
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
fn compose(exchange: &mut Exchange<'_>, target: &Target<'_>) -> Result<Request<RequestBody>, ProxyError> {
    let prefix = target.forwarded_prefix.as_deref();
    forwarded::write(&mut exchange.head, exchange.client, &exchange.settings, prefix);
    let uri = Uri::from_maybe_shared(target.line.clone())
        .map_err(|_| ProxyError::BadRequest("the target cannot be sent on"))?;
    let host = match target.host {
        HostRule::Client => Some(exchange.head.host_value().clone()).filter(|host| !host.is_empty()),
        HostRule::Service => None,
    };
    let host = host.unwrap_or_else(|| target.origin.authority.clone());
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
