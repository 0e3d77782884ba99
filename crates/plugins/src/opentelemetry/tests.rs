use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use gibbon_plugin_api::{Activity, Instruments, LogCx, LogLevel, LogLine, LuaCode, Node, Settings, Step, Tracing, Try};
use prost::Message;
use serde_json::{Value, json};

use super::export::Told;
use super::proto::{self, Code, KeyValue, Kind, Resource, Span, Status};
use super::resource::Attributes;
use super::trace::{Sampled, Trace};
use super::under_way::{Place, UnderWay};
use super::{DEFINITION, export, spans};
use crate::fixture::{Ended, Request, World, answer, configured, violations};
use crate::propagation::{Context, SpanId, TraceId};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";

const ALL: Instruments = Instruments::REQUEST
    .and(Instruments::ROUTER)
    .and(Instruments::BALANCER)
    .and(Instruments::DNS)
    .and(Instruments::ACCESS)
    .and(Instruments::RESPONSE);

fn settings(instruments: Instruments, sampling_rate: f64) -> Settings {
    Settings { tracing: Tracing { instruments, sampling_rate }, ..Settings::default() }
}

/// What the upstream gets of a request with these fields, and the client of the answer.
fn passed_on(config: Value, settings: &Settings, fields: &[(&str, &str)]) -> (Option<String>, Option<String>) {
    let mut whole = json!({ "traces_endpoint": "http://collector.example/v1/traces" });
    whole.as_object_mut().unwrap().extend(config.as_object().unwrap().clone());
    let handler = configured(&DEFINITION, whole, settings).unwrap();
    let request = fields.iter().fold(Request::get("/"), |request, (name, value)| request.header(name, value));
    let (outcome, head) = World::new().exchange(&*handler, request, answer(200, &[]));
    let text = |value: Option<&[u8]>| value.map(|value| String::from_utf8(value.to_vec()).unwrap());
    (text(outcome.head.headers.get("traceparent")), text(head.headers.get("x-trace")))
}

#[test]
fn without_instruments_contexts_go_on_and_nothing_is_recorded() {
    let (traceparent, _) = passed_on(json!({}), &settings(Instruments::default(), 1.0), &[]);
    assert!(traceparent.unwrap().ends_with("-00"));
}

#[test]
fn the_clients_trace_goes_on_with_a_span_of_the_gateways() {
    let came = [("traceparent", &*format!("00-{TRACE}-{SPAN}-01"))];
    let config = json!({ "http_response_header_for_traceid": "X-Trace" });
    let (traceparent, told) = passed_on(config, &settings(ALL, 0.0), &came);
    let traceparent = traceparent.unwrap();
    assert!(traceparent.starts_with(&format!("00-{TRACE}-")) && traceparent.ends_with("-01"), "{traceparent}");
    assert!(!traceparent.contains(SPAN), "{traceparent}");
    assert_eq!(told.as_deref(), Some(TRACE));
}

#[test]
fn the_rate_of_the_configuration_counts_before_that_of_the_node() {
    let sampled = |config: Value, rate| passed_on(config, &settings(ALL, rate), &[]).0.unwrap().ends_with("-01");
    assert!(sampled(json!({}), 1.0) && !sampled(json!({}), 0.0));
    assert!(sampled(json!({ "sampling_rate": 1 }), 0.0) && !sampled(json!({ "sampling_rate": 0 }), 1.0));
}

fn trace() -> Trace {
    let context = Context {
        sampled: Some(true),
        span: Some(SpanId([9; 8])),
        trace: Some(TraceId([7; 16])),
        ..Context::default()
    };
    Trace::begin(&context, settings(ALL, 0.0).tracing, Some([192, 0, 2, 9].into()))
}

fn spans_of(instruments: Instruments, trace: &Trace, cx: &LogCx<'_>) -> Vec<(String, i32)> {
    spans::of(trace, instruments, cx).into_iter().map(|span| (span.name, span.kind)).collect()
}

fn exchange() -> Ended {
    let mut exchange = Ended::proxied(json!({ "host": "h.example" }), json!({ "paths": ["/a"] }));
    let step = |what| Step { what, begun: Duration::from_millis(1), took: Duration::from_micros(10) };
    exchange.timeline =
        vec![step(Activity::Routing), step(Activity::Access("key-auth")), step(Activity::Response("cors"))];
    let address = ([127, 0, 0, 1], 9001).into();
    let took = Some(Duration::from_millis(1));
    let failed =
        Try { address, started_at_ns: 1_700_000_000_002_000_000, chosen_in: Duration::ZERO, took, failure: Some(502) };
    exchange.upstream.tries.insert(0, failed);
    exchange
}

#[test]
fn each_instrument_has_its_spans() {
    let (trace, exchange) = (trace(), exchange());
    let cx = exchange.cx();
    let names = |instruments| {
        spans_of(instruments, &trace, &cx).into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(Instruments::REQUEST), "kong");
    assert_eq!(names(Instruments::REQUEST.and(Instruments::ROUTER)), "kong kong.router");
    assert_eq!(
        names(ALL),
        "kong kong.router kong.access.plugin.key-auth kong.header_filter.plugin.cors kong.balancer kong.balancer"
    );
}

fn attribute(span: &Span, key: &str) -> Option<proto::Value> {
    span.attributes.iter().find(|attribute| attribute.key == key)?.value.clone()?.value
}

#[test]
fn spans_say_what_kong_says() {
    let (trace, exchange) = (trace(), exchange());
    let spans = spans::of(&trace, ALL, &exchange.cx());
    let root = &spans[0];
    assert_eq!((root.kind, &*root.parent_span_id), (Kind::Server as i32, &[9; 8][..]));
    assert_eq!(root.end_time_unix_nano - root.start_time_unix_nano, 27_000_000);
    for (key, expected) in [
        ("http.method", "GET"),
        ("http.url", "http:///a?b=c"),
        ("http.flavor", "1.1"),
        ("net.peer.ip", "192.0.2.9"),
        ("http.route", "/a"),
    ] {
        assert_eq!(attribute(root, key), Some(proto::Value::Text(expected.into())), "{key}");
    }
    assert_eq!(attribute(root, "http.status_code"), Some(proto::Value::Integer(200)));
    let (failed, last) = (&spans[4], &spans[5]);
    assert!(spans[1..].iter().all(|span| span.parent_span_id == root.span_id && span.trace_id == [7; 16]));
    assert_eq!(attribute(failed, "http.status_code"), Some(proto::Value::Integer(502)));
    assert_eq!(failed.status, Some(Status { code: Code::Error as i32 }));
    assert_eq!(failed.end_time_unix_nano - failed.start_time_unix_nano, 1_000_000);
    assert_eq!((&*last.span_id, last.status.clone()), (&trace.balancer.unwrap().0[..], None));
    assert_eq!(attribute(last, "net.peer.name"), Some(proto::Value::Text("h.example".into())));
    assert_eq!(
        (attribute(last, "try_count"), last.end_time_unix_nano),
        (Some(proto::Value::Number(2.0)), root.end_time_unix_nano)
    );
}

/// The bytes that the library of OpenTelemetry for Python makes of the same message.
const GOLDEN: &str = "0ad2010a180a160a0c736572766963652e6e616d6512060a046b6f6e6712b5010a160a0d6b6f6e672d696e7465726e616c1205302e31\
    2e30129a010a10000102030405060708090a0b0c0d0e0f120800010203040506072208ffffffffffffffff2a0d6b6f6e672e62616c616e6365723003\
    3901002a36fe9c97174102002a36fe9c97174a1a0a0b6e65742e706565722e6970120b0a093132372e302e302e314a160a097472795f636f756e7412\
    0921000000000000f03f4a170a10687474702e7374617475735f636f6465120318f6037a021802";

#[test]
fn messages_are_those_of_the_protocol() {
    let span = Span {
        trace_id: (0..16).collect(),
        span_id: (0..8).collect(),
        parent_span_id: vec![0xff; 8],
        name: "kong.balancer".to_owned(),
        kind: Kind::Client.into(),
        start_time_unix_nano: 1_700_000_000_000_000_001,
        end_time_unix_nano: 1_700_000_000_000_000_002,
        attributes: vec![
            KeyValue::text("net.peer.ip", "127.0.0.1"),
            KeyValue::number("try_count", 1),
            KeyValue::status(502),
        ],
        status: Some(Status { code: Code::Error.into() }),
    };
    let resource = Resource { attributes: vec![KeyValue::text("service.name", "kong")] };
    let bytes = export::request(&[Told { resource: Arc::new(resource), span }]).encode_to_vec();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, GOLDEN);
}

#[test]
fn the_resource_is_the_node_unless_the_configuration_says_otherwise() {
    let read = |attributes: Value| {
        let config = json!({ "resource_attributes": attributes });
        Attributes::read(&config, &Node::default(), LuaCode::Runs).unwrap()
    };
    let configured = read(json!({ "service.name": "edge", "zone": "a-$(headers.x_zone)" }));
    let attributes = &configured.usual().attributes;
    let names: Vec<_> = attributes.iter().map(|attribute| &*attribute.key).collect();
    assert_eq!(names, ["service.instance.id", "service.version", "service.name", "zone"]);
    assert_eq!(attributes[3], KeyValue::text("zone", "a-"));
    assert_eq!(read(Value::Null).usual().attributes[0], KeyValue::text("service.name", "kong"));
}

#[test]
fn the_resource_may_hold_what_a_request_says() {
    let told = |resource: &Arc<Resource>| Told { resource: Arc::clone(resource), span: Span::default() };
    let of = |zone: &str| Arc::new(Resource { attributes: vec![KeyValue::text("zone", zone)] });
    let (a, b) = (of("a"), of("b"));
    let lengths = |batch: &[Told]| {
        let message = export::request(batch);
        message.resource_spans.iter().map(|one| one.scope_spans[0].spans.len()).collect::<Vec<_>>()
    };
    assert_eq!(lengths(&[told(&a), told(&of("a")), told(&b)]), [2, 1]);
    let config =
        json!({ "traces_endpoint": "http://a.example", "resource_attributes": { "zone": "$(headers.x_zone)" } });
    let handler = configured(&DEFINITION, config, &settings(ALL, 1.0)).unwrap();
    let outcome = World::new().send(&*handler, Request::get("/").header("X-Zone", "b"));
    let trace = outcome.carried.get::<Trace>().unwrap();
    assert_eq!(trace.resource.as_ref().unwrap().attributes.last(), Some(&KeyValue::text("zone", "b")));
}

#[test]
fn somebody_has_to_be_told_of_something() {
    let found = violations(&DEFINITION, json!({}));
    assert!(found.to_string().contains("traces_endpoint"), "{found}");
    let config = json!({ "traces_endpoint": "http://a.example", "resource_attributes": { "a": "$(or or)" } });
    assert!(configured(&DEFINITION, config, &Settings::default()).is_err());
}

#[test]
fn a_trace_that_is_not_recorded_has_no_spans_to_send() {
    let context = Context { sampled: Some(false), ..Context::default() };
    assert_eq!(Trace::begin(&context, settings(ALL, 1.0).tracing, None).sampled, Sampled::No);
}

#[test]
fn lines_of_the_log_are_sent_as_records() {
    let line = LogLine {
        at: UNIX_EPOCH + Duration::from_secs(1),
        level: LogLevel::Error,
        message: "the upstream is away".to_owned(),
        request_id: None,
        source: "gibbon_proxy",
        line: Some(7),
    };
    let record = export::record(&line);
    let text = |text: &str| Some(proto::AnyValue { value: Some(proto::Value::Text(text.to_owned())) });
    assert_eq!((record.severity_number, &*record.severity_text, record.time_unix_nano), (17, "ERR", 1_000_000_000));
    assert_eq!((record.body, record.attributes[0].value.clone()), (text("the upstream is away"), text("gibbon_proxy")));
    assert_eq!((&*record.trace_id, &*record.span_id, record.flags), (&[][..], &[][..], 0));
}

#[test]
fn lines_about_a_request_belong_to_its_trace() {
    let (message, source) = (String::new(), "gibbon_proxy");
    let request_id = Some("0123".to_owned());
    let line = LogLine { at: UNIX_EPOCH, level: LogLevel::Error, message, request_id, source, line: None };
    let place = Place { trace: TraceId([7; 16]), span: SpanId([9; 8]), sampled: Sampled::Yes };
    let request = UnderWay::begin("0123", place);
    let record = export::record(&line);
    assert_eq!((&*record.trace_id, &*record.span_id, record.flags), (&[7; 16][..], &[9; 8][..], 1));
    assert_eq!(record.attributes.last(), Some(&KeyValue::text("request.id", "0123")));
    drop(request);
    assert_eq!(export::record(&line).trace_id, [0_u8; 0]);
}
