//! The answer that the client gets: the upstream's, or the gateway's own.

use std::time::{Duration, Instant};

use bytes::Bytes;
use gibbon_conf::{ErrorType, GatewayHeader as Own};
use gibbon_plugin_api::{Headers, Reply, ReplyBody, ResponseHead};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};

use crate::engine::body::ResponseBody;
use crate::http::error::{Origin, ProxyError};
use crate::http::negotiation::Wishes;
use crate::http::request::Exchange;
use crate::http::upstream::{Answer, X_KONG_REQUEST_ID};
use crate::http::{error_page, hop_by_hop, tunnel};

const X_KONG_UPSTREAM_LATENCY: HeaderName = HeaderName::from_static("x-kong-upstream-latency");
const X_KONG_PROXY_LATENCY: HeaderName = HeaderName::from_static("x-kong-proxy-latency");
const X_KONG_RESPONSE_LATENCY: HeaderName = HeaderName::from_static("x-kong-response-latency");
const X_KONG_UPSTREAM_STATUS: HeaderName = HeaderName::from_static("x-kong-upstream-status");

/// How many fields the gateway adds to an answer at most, so that room for them is made once.
const OWN_FIELDS: usize = 8;

/// The upstream's answer with the gateway's marks on it.
pub(crate) fn proxied(exchange: &mut Exchange<'_>, mut answer: Answer) -> (ResponseHead, ResponseBody) {
    let switches = answer.head.status == StatusCode::SWITCHING_PROTOCOLS;
    hop_by_hop::clean_response(&mut answer.head.headers);
    let headers = &mut answer.head.headers;
    headers.reserve(OWN_FIELDS);
    let own = exchange.settings.proxy.headers;
    if own.contains(Own::Via) {
        headers.append(header::VIA, exchange.settings.via.clone());
    }
    if own.contains(Own::Server) && !headers.contains(header::SERVER) {
        headers.set(header::SERVER, exchange.settings.product.clone());
    }
    if own.contains(Own::UpstreamLatency) {
        headers.set(X_KONG_UPSTREAM_LATENCY, millis(answer.answered - answer.asked));
    }
    if own.contains(Own::ProxyLatency) {
        headers.set(X_KONG_PROXY_LATENCY, millis(answer.asked - exchange.started));
    }
    if own.contains(Own::UpstreamStatus) {
        headers.set(X_KONG_UPSTREAM_STATUS, HeaderValue::from(answer.head.status.as_u16()));
    }
    if own.contains(Own::RequestId) {
        headers.set(X_KONG_REQUEST_ID, exchange.id.header());
    }
    if let Some(fields) = exchange.debug.take() {
        fields.write(headers);
    }
    if !switches {
        return (answer.head, answer.body);
    }
    switch(exchange, answer)
}

/// Both sides go over to another protocol, if the client asked for it; an upstream that does so unasked is broken.
fn switch(exchange: &mut Exchange<'_>, mut answer: Answer) -> (ResponseHead, ResponseBody) {
    let (Some((_, client)), Some(upstream)) = (exchange.upgrade.take(), answer.upgrade) else {
        return own(exchange, ProxyError::ProtocolChanged);
    };
    answer.head.headers.set(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    answer.head.headers.set(header::UPGRADE, HeaderValue::from_static("websocket"));
    exchange.client.progress.become_tunnel();
    let registration = std::rc::Rc::clone(&exchange.client.registration);
    tokio::task::spawn_local(tunnel::run(client, upstream, answer.patience, registration));
    (answer.head, ResponseBody::empty())
}

/// The gateway's own answer.
pub(crate) fn own(exchange: &Exchange<'_>, error: ProxyError) -> (ResponseHead, ResponseBody) {
    log(exchange, &error);
    let ends_connection = error.ends_connection();
    let wishes = exchange.wishes.clone().unwrap_or_else(|| Wishes::of(&exchange.head.headers));
    let form = if error.is_decision() {
        wishes.of_decision()
    } else {
        wishes.of_failure(exchange.settings.proxy.error_default_type)
    };
    let reply = error.into_reply();
    let mut headers = Headers::default();
    let body = write_body(exchange, &reply, form, &mut headers);
    let settings = &exchange.settings;
    if settings.proxy.headers.contains(Own::ResponseLatency) {
        headers.set(X_KONG_RESPONSE_LATENCY, millis(Instant::now() - exchange.started));
    }
    if settings.proxy.headers.contains(Own::Server) {
        headers.set(header::SERVER, settings.product.clone());
    }
    if settings.proxy.headers.contains(Own::RequestId) {
        headers.set(X_KONG_REQUEST_ID, exchange.id.header());
    }
    if let Some(fields) = &exchange.debug {
        fields.write(&mut headers);
    }
    for (name, value) in reply.headers {
        headers.set(name, value);
    }
    if ends_connection {
        headers.set(header::CONNECTION, HeaderValue::from_static("close"));
    }
    (ResponseHead { status: reply.status, headers }, body)
}

fn write_body(exchange: &Exchange<'_>, reply: &Reply, form: ErrorType, headers: &mut Headers) -> ResponseBody {
    let (content_type, bytes) = match &reply.body {
        ReplyBody::Empty => {
            headers.set(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
            return ResponseBody::empty();
        }
        ReplyBody::Json(bytes) => (HeaderValue::from_static("application/json; charset=utf-8"), bytes.clone()),
        ReplyBody::Raw { content_type, bytes } => (content_type.clone(), bytes.clone()),
        ReplyBody::Error(message) => error_page::render(form, message, &exchange.id),
    };
    headers.set(header::CONTENT_TYPE, content_type);
    headers.set(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    // A HEAD request gets the fields of what a GET would have got (RFC 9110 section 9.3.2).
    ResponseBody::whole(if exchange.head.method == Method::HEAD { Bytes::new() } else { bytes })
}

/// A failure is logged once, here, where it is answered; what a client does wrong is its own business.
fn log(exchange: &Exchange<'_>, error: &ProxyError) {
    match error.origin() {
        Origin::Upstream => tracing::error!(request_id = exchange.id.as_str(), "{error}"),
        Origin::Client | Origin::Configuration => {
            tracing::debug!(request_id = exchange.id.as_str(), "{error}");
        }
    }
}

/// Most latencies are small: their texts need not be made anew.
fn millis(duration: Duration) -> HeaderValue {
    const SMALL: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    let millis = duration.as_millis();
    let small = usize::try_from(millis).ok().and_then(|index| SMALL.get(index));
    small.map_or_else(
        || HeaderValue::from(u64::try_from(millis).unwrap_or(u64::MAX)),
        |text| HeaderValue::from_static(text),
    )
}
