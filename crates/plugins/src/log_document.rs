//! What is written of an exchange or a stream: the documents that Kong's logs have.

mod stream;

#[cfg(test)]
mod tests;

use std::time::Duration;

use gibbon_plugin_api::{Headers, LogCx, Measure, Source, StreamTls, Try, UpstreamLog};
use gibbon_schema::Object;
use serde_json::{Value, json};

use crate::lua::amended;
use crate::several::{arguments, gathered};
pub(crate) use stream::of as of_stream;

/// How documents name the one workspace that there is. The id is the one that Kong gives it where it has no database.
pub(crate) const WORKSPACE: Workspace = Workspace { id: "0dc6f45b-8f8d-40d2-a504-473544ee190b", name: "default" };

/// A workspace as documents name it.
pub(crate) struct Workspace {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
}

/// How long an exchange took, in milliseconds.
pub(crate) struct Latencies {
    /// In the gateway.
    pub(crate) kong: u64,
    /// Until the head of the upstream's answer was there, where it was asked.
    pub(crate) proxy: Option<u64>,
    /// Altogether.
    pub(crate) request: u64,
    /// From the head of the upstream's answer until its end.
    receive: u64,
}

impl Latencies {
    pub(crate) fn of(measure: &Measure) -> Self {
        let (request, receive) = (millis(measure.total), millis(measure.receive));
        let proxy = measure.upstream.map(millis);
        let kong = request.saturating_sub(receive).saturating_sub(proxy.unwrap_or(0));
        Self { kong, proxy, request, receive }
    }

    fn document(&self) -> Value {
        let Self { kong, proxy, request, receive } = self;
        json!({
            "kong": kong, "proxy": proxy.map_or(json!(-1), Value::from), "request": request, "receive": receive,
        })
    }
}

/// Headers whose values are not written.
const SECRETS: [&str; 2] = ["authorization", "proxy-authorization"];

/// The document of an exchange.
pub(crate) fn of(cx: &LogCx<'_>) -> Object {
    let measure = &cx.measure;
    let members = [
        ("request", request(cx)),
        ("upstream_uri", json!(cx.upstream.uri)),
        ("upstream_status", upstream_status(cx.upstream)),
        ("response", response(cx)),
        ("latencies", Latencies::of(measure).document()),
        ("tries", tries(&cx.upstream.tries)),
        ("authenticated_entity", authenticated(cx)),
        ("route", cx.route.map(|route| Value::Object(route.document())).unwrap_or_default()),
        ("service", cx.service.map(|service| Value::Object(service.document())).unwrap_or_default()),
        ("consumer", consumer(cx)),
        ("client_ip", json!(cx.client_ip.to_string())),
        ("started_at", json!(measure.started_at)),
        ("source", json!(if cx.source == Source::Upstream { "upstream" } else { "kong" })),
        ("workspace", json!(WORKSPACE.id)),
        ("workspace_name", json!(WORKSPACE.name)),
    ];
    let known = members.into_iter().filter(|(_, value)| !value.is_null());
    let said = cx.log_values.iter().map(|(name, value)| (name, value.clone()));
    amended(cx.shared, known.chain(said).map(|(name, value)| (name.to_owned(), value)).collect())
}

/// Whole milliseconds.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn request(cx: &LogCx<'_>) -> Value {
    let (head, target) = (cx.request, cx.request.raw_target());
    let host =
        head.host().rsplit_once(':').filter(|(_, port)| !port.contains(']')).map_or(head.host(), |(host, _)| host);
    let mut request = json!({
        "id": cx.request_id,
        "uri": target,
        "url": format!("{}://{host}:{}{target}", cx.scheme.as_str(), cx.local_port),
        "querystring": arguments(head.query().unwrap_or("")),
        "method": head.method.as_str(),
        "headers": headers(&head.headers),
        "size": cx.measure.request_bytes,
    });
    if let Some(terms) = cx.tls {
        request["tls"] = tls(terms);
    }
    request
}

/// The terms of TLS. Clients are not asked for certificates.
fn tls(terms: &StreamTls) -> Value {
    json!({ "version": terms.version, "cipher": terms.cipher, "client_verify": "NONE" })
}

/// What each attempt has given, as nginx lists it.
fn upstream_status(upstream: &UpstreamLog) -> Value {
    let failures = upstream.tries.iter().filter_map(|one| one.failure);
    let all: Vec<_> = failures.chain(upstream.status).map(|status| status.to_string()).collect();
    all.join(", ").into()
}

fn response(cx: &LogCx<'_>) -> Value {
    json!({
        "status": cx.response.status.as_u16(),
        "headers": headers(&cx.response.headers),
        "size": cx.measure.response_bytes,
    })
}

fn tries(tries: &[Try]) -> Value {
    let last = tries.len();
    let one = |(number, one): (usize, &Try)| {
        let begun = one.choice_began_at_ns();
        let latency_ns = u64::try_from(one.chosen_in.as_nanos()).unwrap_or(u64::MAX);
        let mut document = json!({
            "ip": one.address.ip().to_string(), "port": one.address.port(), "balancer_start": begun / 1_000_000,
            "balancer_start_ns": begun, "balancer_latency": latency_ns / 1_000_000, "balancer_latency_ns": latency_ns,
        });
        // As in Kong, what became of an attempt is known when the next one begins.
        if let Some(code) = one.failure.filter(|_| number < last) {
            document["state"] = "failed".into();
            document["code"] = code.into();
        }
        document
    };
    (1..).zip(tries).map(one).collect()
}

fn authenticated(cx: &LogCx<'_>) -> Value {
    let Some(credential) = &cx.identity.credential else { return Value::Null };
    json!({ "id": credential.id, "consumer_id": cx.identity.consumer.as_ref().map(|consumer| consumer.id) })
}

fn consumer(cx: &LogCx<'_>) -> Value {
    let Some(consumer) = &cx.identity.consumer else { return Value::Null };
    let members =
        [("id", json!(consumer.id)), ("username", json!(consumer.username)), ("custom_id", json!(consumer.custom_id))];
    let known = members.into_iter().filter(|(_, value)| !value.is_null());
    known.map(|(name, value)| (name.to_owned(), value)).collect::<Object>().into()
}

fn headers(headers: &Headers) -> Value {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    gathered(headers.iter().map(|(name, value)| {
        let name = text(name).to_ascii_lowercase();
        let value = if SECRETS.contains(&&*name) { "REDACTED".to_owned() } else { text(value) };
        (name, value.into())
    }))
}
