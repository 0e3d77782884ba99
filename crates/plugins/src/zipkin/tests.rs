use std::time::Duration;

use gibbon_entities::Consumer;
use gibbon_plugin_api::{Activity, Credential, LogCx, Settings, Step, Try};
use serde_json::{Value, json};

use super::config::Config;
use super::span::Whole;
use super::trace::{Sampled, Trace};
use super::{DEFINITION, spans};
use crate::fixture::{Ended, Request, World, answer, configured, id, plugin_record, violations};
use crate::propagation::{Context, SpanId, TraceId};

const NODE: &str = "00000000-0000-0000-0000-000000000007";

fn config(fields: Value) -> Config {
    let record = plugin_record(&DEFINITION, fields).unwrap();
    Config::read(&record["config"]).unwrap().0
}

fn trace() -> Trace {
    let config = config(json!({}));
    let context = Context { trace: Some(TraceId([7; 16])), sampled: Some(true), ..Context::default() };
    Trace { request: SpanId([1; 8]), proxy: SpanId([2; 8]), ..Trace::new(&config, &context, 50_000) }
}

fn documents(config: &Config, cx: &LogCx<'_>) -> Vec<Value> {
    let trace = trace();
    let whole = Whole {
        trace: trace.id,
        length: trace.length,
        local_service_name: &config.local_service_name,
        default_service_name: config.default_service_name.as_deref(),
    };
    spans::of(config, &trace, NODE, cx).into_iter().map(|span| span.document(&whole)).collect()
}

fn exchange() -> Ended {
    let mut exchange = Ended::proxied(
        json!({ "id": id(3), "name": "s", "host": "h.example" }),
        json!({ "id": id(4), "paths": ["/"] }),
    );
    let address = ([127, 0, 0, 1], 9001).into();
    let took = Some(Duration::from_millis(1));
    let failed =
        Try { address, started_at_ns: 1_700_000_000_002_000_000, chosen_in: Duration::ZERO, took, failure: Some(502) };
    exchange.upstream.tries.insert(0, failed);
    exchange
}

#[test]
fn an_exchange_has_a_span_for_each_attempt_one_for_the_upstream_and_one_for_the_client() {
    let consumer = Consumer { id: id(1), username: None, custom_id: None, tags: Vec::new() };
    let mut exchange = exchange().of(consumer);
    exchange.identity.credential = Some(Credential { id: id(2), identifier: "k".into() });
    let spans = documents(&config(json!({ "static_tags": [{ "name": "zone", "value": "a" }] })), &exchange.cx());
    let names: Vec<_> = spans.iter().map(|span| span["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["GET (balancer try 1)", "GET (balancer try 2)", "GET (proxy)", "GET"]);
    let expected = json!({
        "traceId": "07".repeat(16),
        "name": "GET",
        "id": "01".repeat(8),
        "kind": "SERVER",
        "timestamp": 1_700_000_000_000_000_u64,
        "duration": 27_000,
        "localEndpoint": { "serviceName": "kong" },
        "remoteEndpoint": { "port": 50_000, "ipv4": "127.0.0.1" },
        "tags": {
            "http.method": "GET", "http.path": "/a", "http.protocol": "HTTP/1.1", "lc": "kong", "zone": "a",
            "http.status_code": "200", "kong.consumer": id(1), "kong.credential": id(2), "kong.node.id": NODE,
        },
        "annotations": [
            { "value": "krs", "timestamp": 1_700_000_000_000_000_u64 },
            { "value": "krf", "timestamp": 1_700_000_000_000_000_u64 },
        ],
    });
    assert_eq!(spans[3], expected);
    let tags = json!({
        "peer.hostname": "h.example", "kong.service": id(3), "kong.service_name": "s", "kong.route": id(4),
    });
    assert_eq!((&spans[2]["tags"], &spans[2]["parentId"]), (&tags, &json!("01".repeat(8))));
    assert_eq!(spans[2]["remoteEndpoint"], json!({ "serviceName": "s", "port": 9000, "ipv4": "127.0.0.1" }));
    let phases: Vec<_> = spans[2]["annotations"].as_array().unwrap().iter().map(|phase| &phase["value"]).collect();
    assert_eq!(phases, ["kas", "kaf", "khs", "khf", "kbs", "kbf"]);
    let failed = &spans[0]["tags"];
    assert_eq!(
        (&failed["error"], &failed["http.status_code"], &failed["kong.balancer.try"]),
        (&json!("true"), &json!("502"), &json!("1"))
    );
    assert_eq!((&spans[1]["tags"]["error"], &spans[1]["duration"]), (&Value::Null, &json!(1000)));
}

#[test]
fn tags_say_when_phases_were_where_that_is_wanted() {
    let config = config(json!({ "phase_duration_flavor": "tags", "http_span_name": "method_path" }));
    let spans = documents(&config, &exchange().cx());
    assert_eq!((&spans[3]["name"], spans[3].get("annotations")), (&json!("GET /a"), None));
    assert_eq!(
        (&spans[2]["tags"]["kong.access.duration_ms"], &spans[2]["tags"]["kong.body_filter.duration_ms"]),
        (&json!("3"), &json!("4"))
    );
}

#[test]
fn phases_are_as_long_as_the_gateway_took_for_them() {
    let mut exchange = exchange();
    let step =
        |what, begun, took| Step { what, begun: Duration::from_millis(begun), took: Duration::from_millis(took) };
    exchange.timeline = vec![step(Activity::Routing, 0, 1), step(Activity::Response("cors"), 23, 3)];
    let spans = documents(&config(json!({ "phase_duration_flavor": "tags" })), &exchange.cx());
    let of = |span: usize, phase| spans[span]["tags"][format!("kong.{phase}.duration_ms")].as_str().unwrap().to_owned();
    assert_eq!([of(3, "rewrite"), of(2, "access")], ["1", "2"]);
    assert_eq!([of(2, "header_filter"), of(2, "body_filter")], ["3", "1"]);
    let spans = documents(&config(json!({})), &exchange.cx());
    let phases = spans[2]["annotations"].as_array().unwrap().iter();
    let millis: Vec<_> = phases.map(|phase| phase["timestamp"].as_u64().unwrap() / 1000 - 1_700_000_000_000).collect();
    assert_eq!(millis, [1, 3, 23, 26, 26, 27]);
}

#[test]
fn what_the_request_brings_and_what_is_not_to_be_told() {
    let mut exchange = exchange();
    exchange.identity.credential = Some(Credential { id: id(2), identifier: "k".into() });
    exchange.request.headers.append("X-Tags", http::HeaderValue::from_static("a=b; c=d"));
    let config = config(json!({ "tags_header": "X-Tags", "include_credential": false }));
    let tags = &documents(&config, &exchange.cx())[3]["tags"];
    assert_eq!((&tags["a"], &tags["c"], tags.get("kong.credential")), (&json!("b"), &json!("d"), None));
}

#[test]
fn a_service_without_a_name_is_called_as_the_configuration_says() {
    let unrouted = Ended::unrouted();
    let names = |fields: Value| {
        let spans = documents(&config(fields), &unrouted.cx());
        spans.iter().map(|span| span["remoteEndpoint"]["serviceName"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(json!({ "default_service_name": "d" })), ["d", "d"]);
    assert_eq!(documents(&config(json!({})), &unrouted.cx())[0]["remoteEndpoint"], Value::Null);
}

/// The fields that go upstream, and the id that the client is told.
fn passed_on(fields: Value, came: &[(&str, &str)]) -> (Vec<String>, Option<String>) {
    let mut whole = json!({ "http_response_header_for_traceid": "X-Trace", "sample_ratio": 1 });
    whole.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let handler = configured(&DEFINITION, whole, &Settings::default()).unwrap();
    let request = came.iter().fold(Request::get("/"), |request, (name, value)| request.header(name, value));
    let (outcome, head) = World::new().exchange(&*handler, request, answer(200, &[]));
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let mut sent: Vec<_> = outcome
        .head
        .headers
        .iter()
        .map(|(name, value)| format!("{}: {}", text(name).to_lowercase(), text(value)))
        .collect();
    sent.sort();
    (sent, head.headers.get("x-trace").map(text))
}

#[test]
fn by_default_a_new_trace_goes_on_in_several_fields_of_b3() {
    let (sent, told) = passed_on(json!({}), &[]);
    let names: Vec<_> = sent.iter().map(|field| field.split(':').next().unwrap()).collect();
    assert_eq!(names, ["x-b3-parentspanid", "x-b3-sampled", "x-b3-spanid", "x-b3-traceid"]);
    assert_eq!(sent[3], format!("x-b3-traceid: {}", told.unwrap()));
}

#[test]
fn a_short_id_is_told_as_one() {
    let (sent, told) = passed_on(json!({ "traceid_byte_count": 8 }), &[]);
    let told = told.unwrap();
    assert_eq!(told.len(), 16);
    assert_eq!(sent[3], format!("x-b3-traceid: {told:0>32}"));
}

#[test]
fn the_clients_span_is_the_requests_own_where_the_format_shares_spans() {
    let config = config(json!({ "propagation": { "extract": ["b3", "w3c"], "default_format": "b3" } }));
    let world = World::new();
    let begun = |name: &str, value: &str| {
        let mut headers = gibbon_plugin_api::Headers::default();
        headers.append(http::HeaderName::try_from(name).unwrap(), http::HeaderValue::from_str(value).unwrap());
        Trace::begin(&config, &headers, world.connection()).0
    };
    let (trace, span) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");
    let shared = begun("b3", &format!("{trace}-{span}-0-0000000000000005"));
    assert_eq!(
        (shared.request.to_string(), shared.parent.map(|id| id.to_string())),
        (span.to_owned(), Some("0000000000000005".to_owned()))
    );
    assert_eq!(shared.sampled, Sampled::No);
    let above = begun("traceparent", &format!("00-{trace}-{span}-01"));
    assert_eq!(
        (above.parent.map(|id| id.to_string()), above.id.to_string()),
        (Some(span.to_owned()), trace.to_owned())
    );
    assert_ne!(above.request.to_string(), span);
}

#[test]
fn tags_that_the_plugin_sets_itself_cannot_be_set() {
    let found = violations(&DEFINITION, json!({ "static_tags": [{ "name": "lc", "value": "x" }], "sample_ratio": 2 }));
    assert!(found["static_tags"].is_array() && found["sample_ratio"].is_string(), "{found}");
}
