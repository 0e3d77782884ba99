//! Traces: what upstreams, collectors and logs are told.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::SystemTime;

use gibbon_plugin_api::{LogFeed, LogLevel, LogLine, Node, PluginDef, Settings};
use gibbon_testkit::{Action, Gateway, Origin, PATIENCE, eventually};
use serde_json::{Value, json};

/// A gateway with these settings before an origin that answers with the trace that it was told of.
fn gateway(settings: &[(&str, &str)]) -> (Gateway, Origin) {
    let origin = Origin::start(|request| Action::ok(request.field("traceparent").unwrap_or_default()));
    let all = gibbon_plugins::registry::all();
    let builder =
        all.into_iter().fold(Gateway::builder(), |builder, plugin: &'static PluginDef| builder.plugin(plugin));
    let builder = settings.iter().fold(builder, |builder, (key, value)| builder.setting(key, value));
    let gateway = builder.start();
    gateway.proxy_to(&origin);
    (gateway, origin)
}

/// The heads and bodies of what is sent to a collector.
fn collector() -> (String, mpsc::Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/spans", listener.local_addr().unwrap());
    let (sender, received) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, sender) = (stream.unwrap(), sender.clone());
            thread::spawn(move || {
                while let Some(message) = read_message(&mut stream) {
                    let _ = sender.send(message);
                    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
                }
            });
        }
    });
    (endpoint, received)
}

fn read_message(stream: &mut impl Read) -> Option<(String, Vec<u8>)> {
    let mut received = Vec::new();
    let mut byte = [0];
    while !received.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        received.push(byte[0]);
    }
    let head = String::from_utf8(received).unwrap().to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some((head, body))
}

fn contains(body: &[u8], text: &str) -> bool {
    body.windows(text.len()).any(|part| part == text.as_bytes())
}

#[test]
fn a_collector_of_opentelemetry_gets_the_spans_of_a_request() {
    let (endpoint, received) = collector();
    let settings = [("tracing_instrumentations", "all"), ("tracing_sampling_rate", "1")];
    let (gateway, _origin) = gateway(&settings);
    let config = json!({
        "traces_endpoint": endpoint, "headers": { "X-Token": "t" }, "resource_attributes": { "service.name": "edge" },
        "queue": { "max_batch_size": 7, "max_coalescing_delay": 600 },
    });
    gateway.plugin(json!({ "name": "opentelemetry", "config": config }));
    gateway.plugin(json!({ "name": "cors" }));
    let told = gateway.connect().get("/a").text();
    let (head, body) = received.recv_timeout(PATIENCE).unwrap();
    assert!(head.contains("content-type: application/x-protobuf\r\n") && head.contains("x-token: t\r\n"), "{head}");
    for name in [
        "edge",
        "kong-internal",
        "kong.router",
        "kong.access.plugin.cors",
        "kong.access.plugin.opentelemetry",
        "kong.header_filter.plugin.cors",
        "kong.balancer",
    ] {
        assert!(contains(&body, name), "{name}");
    }
    let trace = told.split('-').nth(1).unwrap();
    let bytes: Vec<u8> = (0..16).map(|at| u8::from_str_radix(&trace[2 * at..2 * at + 2], 16).unwrap()).collect();
    assert!(body.windows(16).any(|part| part == bytes), "{told}");
    assert!(told.ends_with("-01"), "{told}");
}

#[test]
fn a_collector_of_zipkin_gets_the_spans_of_a_request() {
    let (endpoint, received) = collector();
    let (gateway, _origin) = gateway(&[]);
    let config = json!({
        "http_endpoint": endpoint, "sample_ratio": 1, "header_type": "w3c",
        "queue": { "max_batch_size": 3, "max_coalescing_delay": 600 },
    });
    gateway.plugin(json!({ "name": "zipkin", "config": config }));
    let told = gateway.connect().get("/a").text();
    let (head, body) = received.recv_timeout(PATIENCE).unwrap();
    assert!(head.starts_with("post /spans http/1.1\r\n"), "{head}");
    let spans: Vec<Value> = serde_json::from_slice(&body).unwrap();
    let names: Vec<_> = spans.iter().map(|span| span["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["GET (balancer try 1)", "GET (proxy)", "GET"]);
    let parts: Vec<_> = told.split('-').collect();
    assert_eq!((&spans[1]["traceId"], &spans[1]["id"]), (&json!(parts[1]), &json!(parts[2])));
    assert_eq!(spans[2]["tags"]["kong.node.id"], "00000000-0000-0000-0000-000000000007");
}

#[test]
fn logs_show_the_ids_of_traces_and_correlations() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("exchanges.log");
    let (gateway, _origin) = gateway(&[]);
    gateway.plugin(json!({ "name": "opentelemetry", "config": { "traces_endpoint": "http://127.0.0.1:1/" } }));
    gateway.plugin(json!({ "name": "correlation-id" }));
    gateway.plugin(json!({ "name": "file-log", "config": { "path": path.to_str().unwrap() } }));
    let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
    gateway.connect().get_with("/a", &[&format!("traceparent: {traceparent}"), "Kong-Request-ID: c-1"]);
    let text = || std::fs::read_to_string(&path).unwrap_or_default();
    eventually("the exchange is written", || text().ends_with('\n'));
    let document: Value = serde_json::from_str(&text()).unwrap();
    assert_eq!(document["trace_id"], json!({ "w3c": "0af7651916cd43dd8448eb211c80319c" }));
    assert_eq!(document["correlation_id"], "c-1");
}

#[test]
fn a_collector_gets_lines_of_the_log() {
    let (endpoint, received) = collector();
    let feed = Arc::<LogFeed>::default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let node = Node { log: Arc::clone(&feed), runtime: Some(runtime.handle().clone()), ..Node::default() };
    let settings = Settings { node, ..Settings::default() };
    let config = json!({ "logs_endpoint": endpoint, "propagation": { "default_format": "w3c" }, "queue": {} });
    let handler = (gibbon_plugins::opentelemetry::DEFINITION.configure)(&config, &settings).unwrap();
    let (message, request_id) = ("look here".into(), None);
    let line = LogLine { at: SystemTime::now(), level: LogLevel::Warn, message, request_id, source: "s", line: None };
    feed.tell(&line);
    let (_, body) = received.recv_timeout(PATIENCE).unwrap();
    assert!(contains(&body, "look here") && contains(&body, "kong-internal"));
    drop(handler);
    feed.tell(&line);
    assert!(!feed.is_heard());
}
