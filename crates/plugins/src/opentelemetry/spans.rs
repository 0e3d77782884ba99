//! The spans of an exchange, with the names and attributes that Kong gives them.

use std::time::Duration;

use gibbon_plugin_api::{Activity, Instruments, LogCx, Step, Try};
use http::Version;

use super::proto::{Code, KeyValue, Kind, Span, Status};
use super::trace::Trace;
use crate::propagation::SpanId;

/// A moment, since 1970.
type Moment = Duration;

/// Those that `instruments` are for.
pub(super) fn of(trace: &Trace, instruments: Instruments, cx: &LogCx<'_>) -> Vec<Span> {
    let begun = Duration::from_millis(cx.measure.started_at.unsigned_abs());
    let mut spans = vec![root(trace, cx, begun)];
    spans.extend(cx.timeline.iter().filter_map(|step| of_step(trace, instruments, begun, step)));
    if instruments.contains(Instruments::DNS) {
        spans.extend(lookup(trace, cx, begun));
    }
    if instruments.contains(Instruments::BALANCER) {
        let last = cx.upstream.tries.len();
        let tries = (1..).zip(&cx.upstream.tries);
        spans.extend(tries.map(|(number, one)| attempt(trace, cx, (number, last), one)));
    }
    spans
}

fn span(trace: &Trace, id: SpanId, name: &str, kind: Kind, begun: Moment, ended: Moment) -> Span {
    let nanos = |moment: Moment| u64::try_from(moment.as_nanos()).unwrap_or(u64::MAX);
    Span {
        trace_id: trace.id.0.to_vec(),
        span_id: id.0.to_vec(),
        parent_span_id: trace.root.0.to_vec(),
        name: name.to_owned(),
        kind: kind.into(),
        start_time_unix_nano: nanos(begun),
        end_time_unix_nano: nanos(ended),
        attributes: Vec::new(),
        status: None,
    }
}

fn root(trace: &Trace, cx: &LogCx<'_>, begun: Moment) -> Span {
    let mut span = span(trace, trace.root, "kong", Kind::Server, begun, begun + cx.measure.total);
    span.parent_span_id = trace.parent.map(|id| id.0.to_vec()).unwrap_or_default();
    let (host, scheme) = (without_port(cx.request.host()), cx.scheme.as_str());
    let peer = trace.peer.unwrap_or(cx.client_ip);
    let route = cx.route.and_then(|route| route.paths.first()).map(|path| path.to_string()).unwrap_or_default();
    span.attributes = vec![
        KeyValue::text("http.method", cx.request.method.as_str()),
        KeyValue::text("http.url", format!("{scheme}://{host}{}", cx.request.raw_target())),
        KeyValue::text("http.host", host),
        KeyValue::text("http.scheme", scheme),
        KeyValue::text("http.flavor", flavor(cx.request.version)),
        KeyValue::text("http.client_ip", cx.client_ip.to_string()),
        KeyValue::text("net.peer.ip", peer.to_string()),
        KeyValue::text("kong.request.id", cx.request_id),
        KeyValue::status(cx.response.status.as_u16()),
        KeyValue::text("http.route", route),
    ];
    span
}

fn of_step(trace: &Trace, instruments: Instruments, begun: Moment, step: &Step) -> Option<Span> {
    let (instrument, name) = match step.what {
        Activity::Routing => (Instruments::ROUTER, "kong.router".to_owned()),
        Activity::Access(plugin) => (Instruments::ACCESS, format!("kong.access.plugin.{plugin}")),
        Activity::Response(plugin) => (Instruments::RESPONSE, format!("kong.header_filter.plugin.{plugin}")),
    };
    let (from, to) = (begun + step.begun, begun + step.begun + step.took);
    instruments.contains(instrument).then(|| span(trace, SpanId::random(), &name, Kind::Internal, from, to))
}

/// Looking for the addresses of the upstream's name.
fn lookup(trace: &Trace, cx: &LogCx<'_>, begun: Moment) -> Option<Span> {
    let lookup = cx.upstream.lookup?;
    let from = begun + lookup.begun;
    let mut span = span(trace, SpanId::random(), "kong.dns", Kind::Client, from, from + lookup.took);
    span.attributes = vec![
        KeyValue::text("dns.record.domain", &*cx.upstream.host),
        KeyValue::number("dns.record.port", cx.upstream.port),
    ];
    if let Some(first) = cx.upstream.tries.first() {
        span.attributes.push(KeyValue::text("dns.record.ip", first.address.ip().to_string()));
    }
    Some(span)
}

/// One attempt to reach the upstream; the last one is the span that the upstream is told of.
fn attempt(trace: &Trace, cx: &LogCx<'_>, (number, last): (u32, usize), one: &Try) -> Span {
    let is_last = number as usize == last;
    let from = Duration::from_nanos(one.started_at_ns.unsigned_abs());
    let end = Duration::from_millis(cx.measure.started_at.unsigned_abs()) + cx.measure.total;
    let to = match (is_last, one.failure, one.took) {
        (false, _, Some(took)) | (true, Some(_), Some(took)) => from + took,
        _ => end.max(from),
    };
    let id = trace.balancer.filter(|_| is_last).unwrap_or_else(SpanId::random);
    let mut span = span(trace, id, "kong.balancer", Kind::Client, from, to);
    let host = &*cx.upstream.host;
    let scheme = cx.service.map_or("http", |service| service.protocol.as_str());
    span.attributes = vec![
        KeyValue::number("try_count", number),
        KeyValue::text("net.peer.ip", one.address.ip().to_string()),
        KeyValue::number("net.peer.port", one.address.port()),
        KeyValue::text("net.peer.name", host),
        KeyValue::text("http.method", cx.request.method.as_str()),
        KeyValue::text("http.url", format!("{scheme}://{host}{}", cx.request.raw_target())),
    ];
    if let Some(code) = one.failure {
        span.attributes.push(KeyValue::status(code));
        span.status = Some(Status { code: Code::Error.into() });
    }
    span
}

fn without_port(host: &str) -> &str {
    host.rsplit_once(':').filter(|(_, port)| !port.contains(']')).map_or(host, |(host, _)| host)
}

fn flavor(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "1.0",
        Version::HTTP_2 => "2.0",
        _ => "1.1",
    }
}
