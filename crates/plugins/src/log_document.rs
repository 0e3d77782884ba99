//! What is written of an exchange or a stream: the documents that Kong's logs have.

mod stream;

use std::time::Duration;

use gibbon_plugin_api::{Headers, LogCx, Source, Try};
use gibbon_schema::Object;
use serde_json::{Value, json};

use crate::several::{arguments, gathered};
pub(crate) use stream::of as of_stream;

/// Headers whose values are not written.
const SECRETS: [&str; 2] = ["authorization", "proxy-authorization"];

/// The document of an exchange.
pub(crate) fn of(cx: &LogCx<'_>) -> Object {
    let measure = &cx.measure;
    let (total, receive) = (millis(measure.total), millis(measure.receive));
    let proxy = measure.upstream.map(millis);
    let kong = total.saturating_sub(receive).saturating_sub(proxy.unwrap_or(0));
    let members = [
        ("request", request(cx)),
        ("upstream_uri", json!(cx.upstream.uri)),
        ("upstream_status", json!(cx.upstream.status.map(|status| status.to_string()).unwrap_or_default())),
        ("response", response(cx)),
        (
            "latencies",
            json!({
                "kong": kong, "proxy": proxy.map_or(json!(-1), Value::from), "request": total, "receive": receive,
            }),
        ),
        ("tries", tries(&cx.upstream.tries)),
        ("authenticated_entity", authenticated(cx)),
        ("route", cx.route.map(|route| Value::Object(route.document())).unwrap_or_default()),
        ("service", cx.service.map(|service| Value::Object(service.document())).unwrap_or_default()),
        ("consumer", consumer(cx)),
        ("client_ip", json!(cx.client_ip.to_string())),
        ("started_at", json!(measure.started_at)),
        ("source", json!(if cx.source == Source::Upstream { "upstream" } else { "kong" })),
    ];
    let known = members.into_iter().filter(|(_, value)| !value.is_null());
    known.map(|(name, value)| (name.to_owned(), value)).collect()
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn request(cx: &LogCx<'_>) -> Value {
    let (head, target) = (cx.request, cx.request.raw_target());
    let host =
        head.host().rsplit_once(':').filter(|(_, port)| !port.contains(']')).map_or(head.host(), |(host, _)| host);
    json!({
        "id": cx.request_id,
        "uri": target,
        "url": format!("{}://{host}:{}{target}", cx.scheme.as_str(), cx.local_port),
        "querystring": arguments(head.query().unwrap_or("")),
        "method": head.method.as_str(),
        "headers": headers(&head.headers),
        "size": cx.measure.request_bytes,
    })
}

fn response(cx: &LogCx<'_>) -> Value {
    json!({
        "status": cx.response.status.as_u16(),
        "headers": headers(&cx.response.headers),
        "size": cx.measure.response_bytes,
    })
}

fn tries(tries: &[Try]) -> Value {
    let one = |one: &Try| {
        json!({
            "ip": one.address.ip().to_string(), "port": one.address.port(), "balancer_start": one.started_at,
            "balancer_latency": 0,
        })
    };
    tries.iter().map(one).collect()
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
