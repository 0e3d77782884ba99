//! The document of an exchange.

use gibbon_plugin_api::query::{self, Argument};
use gibbon_plugin_api::{Headers, LogCx, Source, UpstreamLog};
use smallvec::SmallVec;

use super::{Latencies, attempts, ends, tls};
use crate::json_text::Members;
use crate::several;

/// Headers whose values are not written.
const SECRETS: [&[u8]; 2] = [b"authorization", b"proxy-authorization"];

/// What stands in the place of such a value.
const REDACTED: &[u8] = b"REDACTED";

/// How many arguments are compared with each other, lest one comes twice.
const FEW: usize = 16;

pub(super) fn write(members: &mut Members<'_>, cx: &LogCx<'_>) {
    members.object("request", |members| request(members, cx));
    members.text("upstream_uri", &*cx.upstream.uri);
    statuses(members, cx.upstream);
    members.object("response", |members| response(members, cx));
    members.object("latencies", |members| Latencies::of(&cx.measure).write(members));
    attempts::write(members, &cx.upstream.tries);
    identity(members, cx);
    members.text("source", if cx.source == Source::Upstream { "upstream" } else { "kong" });
    ends(members, cx.route, cx.service, cx.client_ip, cx.measure.started_at);
    for (name, value) in cx.log_values.iter() {
        members.value(name, value);
    }
}

fn request(members: &mut Members<'_>, cx: &LogCx<'_>) {
    let (head, target) = (cx.request, cx.request.raw_target());
    members.text("id", cx.request_id);
    members.text("uri", target);
    url(members, cx);
    arguments(members, head.query().unwrap_or_default());
    members.text("method", head.method.as_str());
    headers(members, &head.headers);
    members.number("size", cx.measure.request_bytes);
    if let Some(terms) = cx.tls {
        members.object("tls", |members| tls(members, terms));
    }
}

fn url(members: &mut Members<'_>, cx: &LogCx<'_>) {
    let (host, mut port) = (cx.request.host(), itoa::Buffer::new());
    let host = host.rsplit_once(':').filter(|(_, port)| !port.contains(']')).map_or(host, |(host, _)| host);
    let port = port.format(cx.local_port);
    members.texts("url", &[cx.scheme.as_str(), "://", host, ":", port, cx.request.raw_target()]);
}

fn arguments(members: &mut Members<'_>, query: &str) {
    let all: SmallVec<[Argument<'_>; 8]> = query::arguments(query).collect();
    let comes_again = |(place, one): (usize, &Argument<'_>)| all.iter().take(place).any(|known| known.name == one.name);
    if all.len() > FEW || all.iter().enumerate().any(comes_again) {
        members.value("querystring", &several::arguments(query));
        return;
    }
    members.object("querystring", |members| {
        all.iter().for_each(|argument| members.argument(&argument.name, argument.value.as_deref()));
    });
}

fn response(members: &mut Members<'_>, cx: &LogCx<'_>) {
    members.number("status", cx.response.status.as_u16());
    headers(members, &cx.response.headers);
    members.number("size", cx.measure.response_bytes);
}

fn identity(members: &mut Members<'_>, cx: &LogCx<'_>) {
    let consumer = cx.identity.consumer.as_deref();
    if let Some(credential) = &cx.identity.credential {
        members.object("authenticated_entity", |members| {
            members.id("id", credential.id);
            match consumer {
                Some(consumer) => members.id("consumer_id", consumer.id),
                None => members.json("consumer_id", "null"),
            }
        });
    }
    if let Some(consumer) = consumer {
        members.object("consumer", |members| {
            members.id("id", consumer.id);
            members.perhaps_text("username", consumer.username.as_deref());
            members.perhaps_text("custom_id", consumer.custom_id.as_deref());
        });
    }
}

/// What each attempt has given, as nginx lists it.
fn statuses(members: &mut Members<'_>, upstream: &UpstreamLog) {
    let mut all: SmallVec<[u8; 32]> = SmallVec::new();
    for status in upstream.tries.iter().filter_map(|one| one.failure).chain(upstream.status) {
        if !all.is_empty() {
            all.extend_from_slice(b", ");
        }
        all.extend_from_slice(itoa::Buffer::new().format(status).as_bytes());
    }
    members.text("upstream_status", all);
}

fn headers(members: &mut Members<'_>, headers: &Headers) {
    let shown = || headers.iter().map(|(name, value)| (name, shown(name, value)));
    if headers.names_differ() {
        members.object("headers", |members| shown().for_each(|(name, value)| members.field(name, value)));
    } else {
        members.value("headers", &several::gathered(shown()));
    }
}

#[inline]
fn shown<'a>(name: &[u8], value: &'a [u8]) -> &'a [u8] {
    if SECRETS.iter().any(|secret| name.eq_ignore_ascii_case(secret)) { REDACTED } else { value }
}
