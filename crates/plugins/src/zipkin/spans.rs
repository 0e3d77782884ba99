//! The spans of an exchange: the request, the gateway's own request to the upstream, and each attempt of that.

use std::time::Duration;

use gibbon_entities::{Route, Service};
use gibbon_plugin_api::{Activity, LogCx, StreamLogCx, Try, UpstreamLog};
use http::Version;

use super::config::{Config, Credential, Flavor, SpanName};
use super::request_tags;
use super::span::{Kind, Moment, Span};
use super::trace::Trace;
use crate::propagation::SpanId;

/// Those of an exchange.
pub(super) fn of(config: &Config, trace: &Trace, node_id: &str, cx: &LogCx<'_>) -> Vec<Span> {
    let begun = Duration::from_millis(cx.measure.started_at.unsigned_abs());
    let end = begun + cx.measure.total;
    let name = name(config, cx);
    let mut request = request(config, trace, cx, &name, begun);
    let mut proxy = Span::new(Kind::Client, format!("{name} (proxy)"), trace.proxy, begun);
    proxy.parent = Some(trace.request);
    tell_phases(config.flavor, &Course::of(cx, begun), (&mut request, &mut proxy));
    let mut spans = tries(&cx.upstream.tries, trace, &name, end);
    spans.iter_mut().for_each(|span| tell_place(span, cx.service, cx.route));
    tell_peer(&mut proxy, cx.upstream);
    tell_place(&mut proxy, cx.service, cx.route);
    request.tag("http.status_code", cx.response.status.as_str());
    tell_identity(&mut request, config, cx);
    request.tag("kong.node.id", node_id);
    proxy.finish(end);
    request.finish(end);
    spans.extend([proxy, request]);
    spans
}

/// Those of a stream.
pub(super) fn of_stream(config: &Config, trace: &Trace, node_id: &str, cx: &StreamLogCx<'_>) -> Vec<Span> {
    let begun = Duration::from_millis(cx.started_at.unsigned_abs());
    let end = begun + cx.total;
    let mut request = Span::new(Kind::Server, "stream".to_owned(), trace.request, begun);
    request.address = Some((cx.stream.source.ip(), cx.stream.source.port()));
    tell_configured(&mut request, config);
    let mut proxy = Span::new(Kind::Client, "stream (proxy)".to_owned(), trace.proxy, begun);
    proxy.parent = Some(trace.request);
    match config.flavor {
        Flavor::Annotations => proxy.annotations.extend([("kps", begun), ("kpf", begun + cx.until_upstream)]),
        Flavor::Tags => proxy.tag("kong.preread.duration_ms", cx.until_upstream.as_millis().to_string()),
    }
    let mut spans = tries(cx.tries, trace, "stream", end);
    spans.iter_mut().for_each(|span| tell_place(span, cx.service, cx.route));
    if let Some(last) = cx.tries.last() {
        proxy.address = Some((last.address.ip(), last.address.port()));
        proxy.tag("peer.hostname", cx.service.map_or("", |service| &*service.host));
    }
    tell_place(&mut proxy, cx.service, cx.route);
    request.tag("kong.node.id", node_id);
    proxy.finish(end);
    request.finish(end);
    spans.extend([proxy, request]);
    spans
}

fn name(config: &Config, cx: &LogCx<'_>) -> String {
    let method = cx.request.method.as_str();
    match config.span_name {
        SpanName::Method => method.to_owned(),
        SpanName::MethodAndPath => format!("{method} {}", cx.request.raw_path()),
    }
}

fn request(config: &Config, trace: &Trace, cx: &LogCx<'_>, name: &str, begun: Moment) -> Span {
    let mut span = Span::new(Kind::Server, name.to_owned(), trace.request, begun);
    span.parent = trace.parent;
    span.address = Some((cx.client_ip, trace.client_port));
    span.tag("http.method", cx.request.method.as_str());
    span.tag("http.host", without_port(cx.request.host()));
    span.tag("http.path", cx.request.raw_path());
    span.tag("http.protocol", protocol(cx.request.version));
    tell_configured(&mut span, config);
    for value in cx.request.headers.all(&*config.tags_header) {
        let value = String::from_utf8_lossy(value);
        request_tags::parse(&value).for_each(|(name, value)| span.tag(name, value));
    }
    span
}

fn tell_configured(span: &mut Span, config: &Config) {
    span.tag("lc", "kong");
    config.static_tags.iter().for_each(|tag| span.tag(&tag.name, &*tag.value));
}

fn without_port(host: &str) -> &str {
    host.rsplit_once(':').filter(|(_, port)| !port.contains(']')).map_or(host, |(host, _)| host)
}

/// As Kong writes them: a version without a second digit has no point.
fn protocol(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "HTTP/1",
        Version::HTTP_2 => "HTTP/2",
        _ => "HTTP/1.1",
    }
}

/// When phases began and ended.
struct Course {
    begun: Moment,
    /// The route has been found, which is all that happens here in Kong's phase before that.
    routed: Moment,
    asked: Moment,
    answered: Moment,
    /// The plugins have seen the head of the answer.
    looked_at: Moment,
    end: Moment,
}

impl Course {
    fn of(cx: &LogCx<'_>, begun: Moment) -> Self {
        let end = begun + cx.measure.total;
        let answered = end - cx.measure.receive;
        let asked = cx.measure.upstream.map_or(answered, |upstream| answered.saturating_sub(upstream));
        let last = |is_it: fn(Activity) -> bool| {
            let ends = cx.timeline.iter().filter(|step| is_it(step.what)).map(|step| begun + step.begun + step.took);
            ends.max().unwrap_or_default()
        };
        let routed = last(|what| what == Activity::Routing).clamp(begun, asked.max(begun));
        let looked_at = last(|what| matches!(what, Activity::Response(_))).clamp(answered, end);
        Self { begun, routed, asked, answered, looked_at, end }
    }
}

fn tell_phases(flavor: Flavor, course: &Course, (request, proxy): (&mut Span, &mut Span)) {
    let Course { begun, routed, asked, answered, looked_at, end } = *course;
    match flavor {
        Flavor::Annotations => {
            request.annotations.extend([("krs", begun), ("krf", routed)]);
            proxy.annotations.extend([("kas", routed), ("kaf", asked), ("khs", answered), ("khf", looked_at)]);
            proxy.annotations.extend([("kbs", looked_at), ("kbf", end)]);
        }
        Flavor::Tags => {
            let millis = |from: Moment, to: Moment| to.saturating_sub(from).as_millis().to_string();
            request.tag("kong.rewrite.duration_ms", millis(begun, routed));
            proxy.tag("kong.access.duration_ms", millis(routed, asked));
            proxy.tag("kong.header_filter.duration_ms", millis(answered, looked_at));
            proxy.tag("kong.body_filter.duration_ms", millis(looked_at, end));
        }
    }
}

fn tries(tries: &[Try], trace: &Trace, name: &str, end: Moment) -> Vec<Span> {
    let last = tries.len();
    let span = |(number, one): (usize, &Try)| {
        let begun = Duration::from_nanos(one.started_at_ns.unsigned_abs());
        let name = format!("{name} (balancer try {number})");
        let mut span = Span::new(Kind::Client, name, SpanId::random(), begun);
        span.parent = Some(trace.request);
        span.address = Some((one.address.ip(), one.address.port()));
        span.tag("kong.balancer.try", number.to_string());
        if number < last {
            span.tag("error", "true");
            span.tag("kong.balancer.state", "failed");
            span.tag("http.status_code", one.failure.map(|code| code.to_string()).unwrap_or_default());
        }
        span.finish(one.took.map_or(end, |took| begun + took));
        span
    };
    (1..).zip(tries).map(span).collect()
}

fn tell_peer(proxy: &mut Span, upstream: &UpstreamLog) {
    if let Some(last) = upstream.tries.last() {
        proxy.address = Some((last.address.ip(), last.address.port()));
        proxy.tag("peer.hostname", &*upstream.host);
    }
}

fn tell_place(span: &mut Span, service: Option<&Service>, route: Option<&Route>) {
    if let Some(service) = service {
        span.tag("kong.service", service.id.to_string());
        if let Some(name) = &service.name {
            span.service_name = Some(name.to_string());
            span.tag("kong.service_name", &**name);
        }
    }
    if let Some(route) = route {
        span.tag("kong.route", route.id.to_string());
        span.tag("kong.route_name", route.name.as_deref().unwrap_or_default());
    }
}

fn tell_identity(request: &mut Span, config: &Config, cx: &LogCx<'_>) {
    if let Some(consumer) = &cx.identity.consumer {
        request.tag("kong.consumer", consumer.id.to_string());
    }
    if let (Credential::Named, Some(credential)) = (config.credential, &cx.identity.credential) {
        request.tag("kong.credential", credential.id.to_string());
    }
}
