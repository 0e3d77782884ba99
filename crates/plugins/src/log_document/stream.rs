//! The document of a stream.

use gibbon_plugin_api::StreamLogCx;

use super::{attempts, ends, millis, tls};
use crate::json_text::Members;

pub(super) fn write(members: &mut Members<'_>, cx: &StreamLogCx<'_>) {
    members.object("session", |members| session(members, cx));
    members.object("upstream", |members| {
        members.number("received", cx.upstream.received);
        members.number("sent", cx.upstream.sent);
    });
    members.object("latencies", |members| {
        members.number("kong", millis(cx.until_upstream));
        members.number("session", millis(cx.total));
    });
    attempts::write(members, cx.tries);
    ends(members, cx.route, cx.service, cx.stream.source.ip(), cx.started_at);
}

fn session(members: &mut Members<'_>, cx: &StreamLogCx<'_>) {
    members.number("received", cx.client.received);
    members.number("sent", cx.client.sent);
    members.number("status", cx.status.as_u16());
    members.number("server_port", cx.stream.destination.port());
    if let Some(terms) = &cx.stream.tls {
        members.object("tls", |members| tls(members, terms));
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
        serde_json::from_slice(&crate::json_text::object(0, |members| write(members, &cx))).unwrap()
    }

    #[test]
    fn a_stream_is_written_as_kong_writes_it() {
        let tls = StreamTls {
            version: "TLSv1.3",
            cipher: "TLS_AES_256_GCM_SHA384".into(),
            client_certificate: None,
            client_chain: Box::default(),
        };
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
