//! What is counted of requests and streams, as `GET /metrics` writes it.

use gibbon_plugin_api::Exposition;
use gibbon_plugins::prometheus;
use gibbon_testkit::{Client, Gateway, StreamOrigin, eventually};
use serde_json::json;

use crate::gateway;

fn metrics(gateway: &Gateway) -> String {
    let configuration = gateway.configuration();
    let mut exposition = Exposition::default();
    configuration.node().live.write_metrics(&*configuration.snapshot(), &mut exposition);
    exposition.into_text()
}

/// The value of a sample, if there is one.
fn value(gateway: &Gateway, sample: &str) -> Option<f64> {
    let text = metrics(gateway);
    let line = text.lines().find(|line| line.strip_prefix(sample).is_some_and(|rest| rest.starts_with(' ')))?;
    line.rsplit_once(' ').map(|(_, value)| value.parse::<f64>().unwrap())
}

/// Waits for a sample to have a value: an exchange is counted when its answer has been sent.
pub(crate) fn reaches(gateway: &Gateway, sample: &str, expected: f64) {
    eventually(sample, || value(gateway, sample) == Some(expected));
}

fn everything() -> serde_json::Value {
    json!({
        "per_consumer": true, "status_code_metrics": true, "latency_metrics": true, "bandwidth_metrics": true,
    })
}

#[test]
fn answers_of_the_service_and_of_the_gateway_are_counted_apart() {
    let (gateway, origin) = gateway();
    let service = gateway.service_at(&origin, json!({ "name": "s" }));
    let route = gateway.route_to(service, json!({ "name": "r", "paths": ["/r"] }));
    gateway.plugin(json!({ "name": "prometheus", "config": everything() }));
    gateway.plugin(json!({ "name": "key-auth", "route": { "id": route } }));
    let ann = gateway.consumer(json!({ "username": "ann" }));
    gateway.put("keyauth_credentials", json!({ "consumer": { "id": ann }, "key": "k" }));
    let mut client = gateway.connect();
    for _ in 0..3 {
        assert_eq!(client.get_with("/r/a", &["apikey: k"]).status, 200);
    }
    assert_eq!(client.get("/r/a").status, 401);
    let of = |code: &str, source: &str, consumer: &str| {
        format!(
            "kong_http_requests_total{{service=\"s\",route=\"r\",code=\"{code}\",source=\"{source}\",\
             workspace=\"default\",consumer=\"{consumer}\"}}"
        )
    };
    reaches(&gateway, &of("401", "kong", ""), 1.0);
    reaches(&gateway, &of("200", "service", "ann"), 3.0);
    let path = "{service=\"s\",route=\"r\",workspace=\"default\"}";
    reaches(&gateway, &format!("kong_request_latency_ms_count{path}"), 4.0);
    reaches(&gateway, &format!("kong_kong_latency_ms_count{path}"), 4.0);
    reaches(&gateway, &format!("kong_upstream_latency_ms_count{path}"), 3.0);
    let bytes = |direction: &str| {
        let labels =
            format!("service=\"s\",route=\"r\",direction=\"{direction}\",workspace=\"default\",consumer=\"ann\"");
        value(&gateway, &format!("kong_bandwidth_bytes{{{labels}}}")).unwrap()
    };
    assert!(bytes("ingress") > 3.0 * 40.0 && bytes("egress") > 3.0 * 40.0);
}

#[test]
fn a_request_for_no_route_is_not_counted_and_a_refused_one_is() {
    let (gateway, origin) = gateway();
    let service = gateway.service_at(&origin, json!({ "name": "s" }));
    gateway.route_to(service, json!({ "name": "tls", "hosts": ["tls.example"], "protocols": ["https"] }));
    gateway.plugin(json!({ "name": "prometheus", "config": { "status_code_metrics": true } }));
    for route in gateway.configuration().snapshot().inventory.routes().filter(|route| route.name.is_none()) {
        gateway.delete("routes", route.id);
    }
    let mut client = gateway.connect();
    assert_eq!(client.get("/nowhere").status, 404);
    assert_eq!(client.ask("GET / HTTP/1.1\r\nHost: tls.example\r\n\r\n").status, 426);
    let refused = "kong_http_requests_total{service=\"s\",route=\"tls\",code=\"426\",source=\"kong\",\
                   workspace=\"default\",consumer=\"\"}";
    reaches(&gateway, refused, 1.0);
    assert!(!metrics(&gateway).contains("code=\"404\""));
}

#[test]
fn what_the_jwt_plugin_decides_is_counted_by_route_and_reason() {
    let (gateway, origin) = gateway();
    let service = gateway.service_at(&origin, json!({}));
    let route = gateway.route_to(service, json!({ "name": "r", "paths": ["/r"] }));
    gateway.plugin(json!({ "name": "jwt", "route": { "id": route } }));
    let mut client = gateway.connect();
    assert_eq!(client.get("/r").status, 401);
    assert_eq!(client.get_with("/r", &["Authorization: Bearer x.y.z"]).status, 401);
    assert_eq!(client.get("/r").status, 401);
    reaches(&gateway, "gibbon_jwt_decisions_total{route=\"r\",reason=\"no_token\"}", 2.0);
    reaches(&gateway, "gibbon_jwt_decisions_total{route=\"r\",reason=\"bad_token\"}", 1.0);
    reaches(&gateway, "gibbon_jwt_verified_tokens_bytes", 0.0);
}

#[test]
fn streams_are_sessions() {
    let origin = StreamOrigin::echoing();
    let gateway = Gateway::builder().plugin(&prometheus::DEFINITION).setting("stream_listen", "127.0.0.1:0").start();
    let service =
        gateway.service(json!({ "name": "db", "protocol": "tcp", "host": "127.0.0.1", "port": origin.port() }));
    let port = gateway.stream_addresses()[0].port();
    gateway.route_to(service, json!({ "name": "t", "protocols": ["tcp"], "destinations": [{ "port": port }] }));
    gateway.plugin(json!({ "name": "prometheus", "protocols": ["tcp"], "config": everything() }));
    let mut client = Client::connect(gateway.stream_addresses()[0]);
    client.send("12345");
    assert_eq!(client.read_raw(5), b"12345");
    drop(client);
    let path = "service=\"db\",route=\"t\"";
    let sessions =
        format!("kong_stream_sessions_total{{{path},code=\"200\",source=\"service\",workspace=\"default\"}}");
    reaches(&gateway, &sessions, 1.0);
    let bytes = format!("kong_bandwidth_bytes{{{path},direction=\"ingress\",workspace=\"default\"}}");
    reaches(&gateway, &bytes, 5.0);
    reaches(&gateway, &format!("kong_session_duration_ms_count{{{path},workspace=\"default\"}}"), 1.0);
}
