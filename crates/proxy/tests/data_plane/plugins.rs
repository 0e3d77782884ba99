//! Plugins in the path of a request, and the small ones that these tests are made with.

use bytes::Bytes;
use gibbon_plugin_api::{BodyNeed, ConfigureError, Flow, Handler, PluginDef, Reply, RequestCx, Settings};
use gibbon_schema::{Field, Subschema, field};
use gibbon_testkit::{Gateway, Origin};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

/// Does nothing.
pub(crate) static IDLE: PluginDef = plugin("idle", 10, || schema("idle", []), |_, _| Ok(Box::new(Idle)));

/// Makes every request one of the consumer that it is configured with.
pub(crate) static AS_CONSUMER: PluginDef = plugin(
    "as-consumer",
    20,
    || schema("as-consumer", [field("username").string().required()]),
    |config, _| Ok(Box::new(AsConsumer(text(config, "username")))),
);

/// Answers where the consumer of a request has an instance of its own.
static GREETER: PluginDef = plugin(
    "greeter",
    5,
    || schema("greeter", [field("greeting").string().required()]),
    |config, _| Ok(Box::new(Greeter(text(config, "greeting")))),
);

/// Looks at the whole body and writes it in capitals.
static CAPITALS: PluginDef = plugin("capitals", 30, || schema("capitals", []), |_, _| Ok(Box::new(Capitals)));

/// Waits for work on another thread.
static ELSEWHERE: PluginDef = plugin("elsewhere", 40, || schema("elsewhere", []), |_, _| Ok(Box::new(Elsewhere)));

/// Panics on the path `/panic`.
static FRAGILE: PluginDef = plugin("fragile", 50, || schema("fragile", []), |_, _| Ok(Box::new(Fragile)));

/// Can never be configured.
static UNBUILDABLE: PluginDef = plugin(
    "unbuildable",
    60,
    || schema("unbuildable", []),
    |_, _| Err(ConfigureError { field: "x", reason: "never".to_owned() }),
);

/// Looks for credentials in the argument `word` of a query.
pub(crate) static ASKING: PluginDef = plugin("asking", 70, || schema("asking", []), |_, _| Ok(Box::new(Asking)));

type Configure = fn(&Value, &Settings) -> Result<Box<dyn Handler>, ConfigureError>;

const fn plugin(name: &'static str, priority: i32, schema: fn() -> Subschema, configure: Configure) -> PluginDef {
    PluginDef { name, version: "1.0.0", priority, schema, credentials: &[], configure }
}

fn schema<const N: usize>(name: &'static str, config: [Field; N]) -> Subschema {
    Subschema::new(name, [field("config").record(config).required()])
}

fn text(config: &Value, name: &str) -> String {
    config[name].as_str().unwrap().to_owned()
}

struct Asking;

impl Handler for Asking {
    fn access(&self, _cx: &mut RequestCx<'_>) -> Flow {
        Flow::Continue
    }

    fn secret_arguments(&self) -> Vec<Box<str>> {
        vec!["word".into()]
    }
}

struct Idle;

impl Handler for Idle {
    fn access(&self, _: &mut RequestCx<'_>) -> Flow {
        Flow::Continue
    }
}

struct AsConsumer(String);

impl Handler for AsConsumer {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        match cx.consumer_named(&self.0) {
            Some(consumer) => {
                cx.authenticate(consumer, None);
                Flow::Continue
            }
            None => Flow::respond(Reply::message(StatusCode::UNAUTHORIZED, "Unauthorized")),
        }
    }
}

struct Greeter(String);

impl Handler for Greeter {
    fn access(&self, _: &mut RequestCx<'_>) -> Flow {
        Flow::respond(Reply::message(StatusCode::OK, &self.0))
    }
}

struct Capitals;

impl Handler for Capitals {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        let body = cx.body.take().unwrap_or_default();
        cx.head.headers.set("x-body-length", HeaderValue::from(body.len()));
        cx.body = Some(Bytes::from([&body.to_ascii_uppercase()[..], b"!"].concat()));
        Flow::Continue
    }

    fn body_need(&self) -> BodyNeed {
        BodyNeed::Buffer
    }
}

struct Elsewhere;

impl Handler for Elsewhere {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        let worker = std::thread::current().id();
        let work = cx.offload(move || std::thread::current().id() != worker).unwrap();
        Flow::wait(work, |cx, elsewhere| {
            cx.head.headers.set("x-elsewhere", HeaderValue::from_str(&format!("{elsewhere:?}")).unwrap());
            Flow::Continue
        })
    }
}

struct Fragile;

impl Handler for Fragile {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        assert_ne!(cx.head.raw_path(), "/panic", "this plugin breaks here");
        Flow::Continue
    }
}

/// A gateway with one plugin for everything.
fn gateway_with(plugin: &'static PluginDef) -> (Gateway, Origin) {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::builder().plugin(plugin).start();
    gateway.proxy_to(&origin);
    gateway.plugin(json!({ "name": plugin.name }));
    (gateway, origin)
}

#[test]
fn a_plugin_that_needs_the_whole_body_sees_and_changes_it() {
    let (gateway, origin) = gateway_with(&CAPITALS);
    let mut client = gateway.connect();
    assert_eq!(client.post("/known", b"hello").status, 200);
    let answer = client
        .ask("POST /chunked HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n");
    assert_eq!(answer.status, 200);
    for request in origin.requests() {
        assert_eq!(request.text(), "HELLO!", "{}", request.target);
        assert_eq!((request.field("x-body-length"), request.field("content-length")), (Some("5"), Some("6")));
        assert_eq!(request.field("transfer-encoding"), None);
    }
}

#[test]
fn a_body_that_is_too_large_to_be_held_for_a_plugin_gets_413() {
    let (gateway, origin) = gateway_with(&CAPITALS);
    let mut client = gateway.connect();
    let length = 9 * 1024 * 1024;
    client.send(format!("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n"));
    client.send(vec![b'x'; length]);
    assert_eq!(client.response().status, 413);
    assert_eq!(origin.connections(), 0);
}

#[test]
fn a_client_whose_upload_a_plugin_refuses_sees_the_refusal() {
    let (gateway, origin) = (Gateway::builder().plugin(&AS_CONSUMER).start(), Origin::echoing_targets());
    gateway.proxy_to(&origin);
    gateway.plugin(json!({ "name": "as-consumer", "config": { "username": "nobody" } }));
    let answer = gateway.connect().post("/", &vec![b'x'; 8_000_000]);
    assert_eq!((answer.status, answer.text()), (401, r#"{"message":"Unauthorized"}"#.to_owned()));
    assert_eq!(origin.connections(), 0);
}

#[test]
fn a_plugin_may_wait_for_work_on_another_thread() {
    let (gateway, origin) = gateway_with(&ELSEWHERE);
    assert_eq!(gateway.connect().get("/").status, 200);
    assert_eq!(origin.only_request().field("x-elsewhere"), Some("Ok(true)"));
}

#[test]
fn an_instance_for_the_consumer_wins_over_one_for_all() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::builder().plugin(&AS_CONSUMER).plugin(&GREETER).start();
    gateway.proxy_to(&origin);
    let alice = gateway.consumer(json!({ "username": "alice" }));
    gateway.plugin(json!({ "name": "greeter", "config": { "greeting": "everybody" } }));
    assert_eq!(gateway.connect().get("/").text(), r#"{"message":"everybody"}"#);
    gateway.plugin(json!({ "name": "greeter", "consumer": { "id": alice }, "config": { "greeting": "alice" } }));
    assert_eq!(gateway.connect().get("/").text(), r#"{"message":"everybody"}"#);
    gateway.plugin(json!({ "name": "as-consumer", "config": { "username": "alice" } }));
    assert_eq!(gateway.connect().get("/").text(), r#"{"message":"alice"}"#);
}

#[test]
fn a_plugin_that_panics_costs_its_own_request_and_nothing_else() {
    let (gateway, _origin) = gateway_with(&FRAGILE);
    let mut bystander = gateway.connect();
    assert_eq!(bystander.get("/fine").status, 200);
    for _ in 0..3 {
        let mut victim = gateway.connect();
        victim.send("GET /panic HTTP/1.1\r\nHost: h\r\n\r\n");
        assert!(victim.try_response().is_err());
    }
    assert_eq!(bystander.get("/fine").status, 200);
    gibbon_testkit::eventually("the gateway knows that those requests and connections are over", || {
        gateway.counters().requests_in_flight() == 0 && gateway.counters().connections_active() == 1
    });
}

#[test]
fn a_plugin_that_cannot_be_configured_is_refused() {
    let gateway = Gateway::builder().plugin(&UNBUILDABLE).start();
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        gateway.plugin(json!({ "name": "unbuildable" }));
    }));
    assert!(outcome.is_err());
    assert_eq!(gateway.connect().get("/").status, 404);
}
