//! The document of a stream.

use gibbon_plugin_api::StreamLogCx;
use gibbon_schema::Object;
use serde_json::{Value, json};

use super::{WORKSPACE, millis, tries};

/// The document of a stream that has ended.
pub(crate) fn of(cx: &StreamLogCx<'_>) -> Object {
    let members = [
        ("session", session(cx)),
        ("upstream", json!({ "received": cx.upstream.received, "sent": cx.upstream.sent })),
        ("latencies", json!({ "kong": millis(cx.until_upstream), "session": millis(cx.total) })),
        ("tries", tries(cx.tries)),
        ("route", cx.route.map(|route| Value::Object(route.document())).unwrap_or_default()),
        ("service", cx.service.map(|service| Value::Object(service.document())).unwrap_or_default()),
        ("client_ip", json!(cx.stream.source.ip().to_string())),
        ("started_at", json!(cx.started_at)),
        ("workspace", json!(WORKSPACE.id)),
        ("workspace_name", json!(WORKSPACE.name)),
    ];
    let known = members.into_iter().filter(|(_, value)| !value.is_null());
    known.map(|(name, value)| (name.to_owned(), value)).collect()
}

fn session(cx: &StreamLogCx<'_>) -> Value {
    let mut session = json!({
        "received": cx.client.received,
        "sent": cx.client.sent,
        "status": cx.status.as_u16(),
        "server_port": cx.stream.destination.port(),
    });
    if let Some(tls) = &cx.stream.tls {
        session["tls"] = super::tls(tls);
    }
    session
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use gibbon_entities::Protocol;
    use gibbon_plugin_api::stream::Carried;
    use gibbon_plugin_api::{Stream, StreamTls, Try, WorkerLocals};
    use http::StatusCode;

    use super::*;

    fn stream(tls: Option<StreamTls>) -> Stream {
        Stream {
            protocol: Protocol::Tls,
            source: "192.0.2.7:50000".parse().unwrap(),
            destination: "192.0.2.1:5432".parse().unwrap(),
            sni: None,
            tls,
        }
    }

    fn document(stream: &Stream) -> Value {
        let tries = [Try {
            address: "198.51.100.1:5432".parse().unwrap(),
            started_at_ns: 5_000_001,
            chosen_in: Duration::ZERO,
            took: None,
            failure: None,
        }];
        let cx = StreamLogCx {
            stream,
            status: StatusCode::OK,
            client: Carried { received: 10, sent: 20 },
            upstream: Carried { received: 21, sent: 11 },
            tries: &tries,
            route: None,
            service: None,
            started_at: 4,
            until_upstream: Duration::from_millis(3),
            total: Duration::from_millis(1500),
            worker: &WorkerLocals::default(),
        };
        of(&cx).into()
    }

    #[test]
    fn a_stream_is_written_as_kong_writes_it() {
        let tls = StreamTls { version: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384".into() };
        let expected = json!({
            "session": {
                "received": 10, "sent": 20, "status": 200, "server_port": 5432,
                "tls": { "version": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384", "client_verify": "NONE" },
            },
            "upstream": { "received": 21, "sent": 11 },
            "latencies": { "kong": 3, "session": 1500 },
            "tries": [{
                "ip": "198.51.100.1", "port": 5432, "balancer_start": 5, "balancer_start_ns": 5_000_001,
                "balancer_latency": 0, "balancer_latency_ns": 0,
            }],
            "client_ip": "192.0.2.7",
            "started_at": 4,
            "workspace": "0dc6f45b-8f8d-40d2-a504-473544ee190b",
            "workspace_name": "default",
        });
        assert_eq!(document(&stream(Some(tls))), expected);
    }

    #[test]
    fn without_tls_nothing_is_said_of_it() {
        assert_eq!(document(&stream(None))["session"].get("tls"), None);
    }
}
