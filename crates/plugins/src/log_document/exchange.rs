//! The document of an exchange.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use gibbon_entities::{Consumer, Route, Service};
use gibbon_plugin_api::{Headers, LogCx, LogValues, Source, UpstreamLog};
use serde::{Serialize, Serializer};
use uuid::Uuid;

use super::attempts::Attempts;
use super::{Latencies, Tls, WORKSPACE};
use crate::several::{Argument, Gathered, arguments, lower_case};

/// Headers whose values are not written.
const SECRETS: [&str; 2] = ["authorization", "proxy-authorization"];

/// See the module.
#[derive(Serialize)]
pub(super) struct Exchange<'a> {
    request: Request<'a>,
    upstream_uri: &'a str,
    #[serde(serialize_with = "shown")]
    upstream_status: Statuses<'a>,
    response: Response<'a>,
    latencies: Latencies,
    tries: Attempts<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authenticated_entity: Option<Authenticated<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<&'a Route>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'a Service>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consumer: Option<Identified<'a>>,
    client_ip: IpAddr,
    started_at: i64,
    source: &'static str,
    workspace: &'static str,
    workspace_name: &'static str,
    #[serde(flatten, serialize_with = "said")]
    said: &'a LogValues,
}

#[derive(Serialize)]
struct Request<'a> {
    id: &'a str,
    uri: &'a str,
    #[serde(serialize_with = "shown")]
    url: Url<'a>,
    querystring: Gathered<'a, Argument<'a>>,
    method: &'a str,
    headers: Gathered<'a, Cow<'a, str>>,
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls: Option<Tls<'a>>,
}

struct Url<'a> {
    scheme: &'static str,
    host: &'a str,
    port: u16,
    target: &'a str,
}

#[derive(Serialize)]
struct Response<'a> {
    status: u16,
    headers: Gathered<'a, Cow<'a, str>>,
    size: u64,
}

#[derive(Serialize)]
struct Authenticated<'a> {
    id: &'a Uuid,
    consumer_id: Option<&'a Uuid>,
}

#[derive(Serialize)]
struct Identified<'a> {
    id: &'a Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_id: Option<&'a str>,
}

/// What each attempt has given, as nginx lists it.
struct Statuses<'a>(&'a UpstreamLog);

impl<'a> Exchange<'a> {
    pub(super) fn of(cx: &'a LogCx<'_>) -> Self {
        let consumer = cx.identity.consumer.as_deref();
        let credential = cx.identity.credential.as_ref();
        Self {
            request: Request::of(cx),
            upstream_uri: &cx.upstream.uri,
            upstream_status: Statuses(cx.upstream),
            response: Response {
                status: cx.response.status.as_u16(),
                headers: headers(&cx.response.headers),
                size: cx.measure.response_bytes,
            },
            latencies: Latencies::of(&cx.measure),
            tries: Attempts(&cx.upstream.tries),
            authenticated_entity: credential
                .map(|credential| Authenticated { id: &credential.id, consumer_id: consumer.map(|one| &one.id) }),
            route: cx.route,
            service: cx.service,
            consumer: consumer.map(Identified::of),
            client_ip: cx.client_ip,
            started_at: cx.measure.started_at,
            source: if cx.source == Source::Upstream { "upstream" } else { "kong" },
            workspace: WORKSPACE.id,
            workspace_name: WORKSPACE.name,
            said: cx.log_values,
        }
    }
}

impl<'a> Request<'a> {
    fn of(cx: &'a LogCx<'_>) -> Self {
        let (head, target) = (cx.request, cx.request.raw_target());
        let host = head.host();
        let host = host.rsplit_once(':').filter(|(_, port)| !port.contains(']')).map_or(host, |(host, _)| host);
        Self {
            id: cx.request_id,
            uri: target,
            url: Url { scheme: cx.scheme.as_str(), host, port: cx.local_port, target },
            querystring: arguments(head.query().unwrap_or("")),
            method: head.method.as_str(),
            headers: headers(&head.headers),
            size: cx.measure.request_bytes,
            tls: cx.tls.map(Tls::of),
        }
    }
}

impl<'a> Identified<'a> {
    fn of(consumer: &'a Consumer) -> Self {
        Self { id: &consumer.id, username: consumer.username.as_deref(), custom_id: consumer.custom_id.as_deref() }
    }
}

impl fmt::Display for Url<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}{}", self.scheme, self.host, self.port, self.target)
    }
}

impl fmt::Display for Statuses<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failures = self.0.tries.iter().filter_map(|one| one.failure);
        let mut comma = "";
        for status in failures.chain(self.0.status) {
            write!(f, "{comma}{status}")?;
            comma = ", ";
        }
        Ok(())
    }
}

fn shown<S: Serializer>(text: &impl fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(text)
}

fn said<S: Serializer>(values: &&LogValues, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(values.iter())
}

fn headers(headers: &Headers) -> Gathered<'_, Cow<'_, str>> {
    let one = |(name, value)| {
        let name = lower_case(name);
        let is_secret = SECRETS.contains(&&*name);
        (name, if is_secret { "REDACTED".into() } else { String::from_utf8_lossy(value) })
    };
    headers.iter().map(one).collect()
}
