//! The document of a stream.

use std::net::IpAddr;

use gibbon_entities::{Route, Service};
use gibbon_plugin_api::StreamLogCx;
use serde::Serialize;

use super::attempts::Attempts;
use super::{Tls, WORKSPACE, millis};

/// The document of a stream that has ended.
#[derive(Serialize)]
pub(super) struct StreamDocument<'a> {
    session: Session<'a>,
    upstream: Upstream,
    latencies: Latencies,
    tries: Attempts<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<&'a Route>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'a Service>,
    client_ip: IpAddr,
    started_at: i64,
    workspace: &'static str,
    workspace_name: &'static str,
}

#[derive(Serialize)]
struct Session<'a> {
    received: u64,
    sent: u64,
    status: u16,
    server_port: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls: Option<Tls<'a>>,
}

#[derive(Serialize)]
struct Upstream {
    received: u64,
    sent: u64,
}

#[derive(Serialize)]
struct Latencies {
    kong: u64,
    session: u64,
}

impl<'a> StreamDocument<'a> {
    pub(super) fn of(cx: &'a StreamLogCx<'_>) -> Self {
        Self {
            session: Session {
                received: cx.client.received,
                sent: cx.client.sent,
                status: cx.status.as_u16(),
                server_port: cx.stream.destination.port(),
                tls: cx.stream.tls.as_ref().map(Tls::of),
            },
            upstream: Upstream { received: cx.upstream.received, sent: cx.upstream.sent },
            latencies: Latencies { kong: millis(cx.until_upstream), session: millis(cx.total) },
            tries: Attempts(cx.tries),
            route: cx.route,
            service: cx.service,
            client_ip: cx.stream.source.ip(),
            started_at: cx.started_at,
            workspace: WORKSPACE.id,
            workspace_name: WORKSPACE.name,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use gibbon_entities::Protocol;
    use gibbon_plugin_api::stream::Carried;
    use gibbon_plugin_api::{Stream, StreamTls, Try, WorkerLocals};
    use http::StatusCode;

    use serde_json::{Value, json};

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
        serde_json::to_value(StreamDocument::of(&cx)).unwrap()
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
