use std::time::Duration;

use gibbon_plugin_api::{StreamTls, Try};
use serde_json::{Value, json};

use super::{of, text};
use crate::custom_fields::CustomFields;
use crate::fixture::Ended;

/// The document, which is the same whether it is edited or not.
fn document(exchange: &Ended) -> Value {
    let document = Value::Object(of(&exchange.cx()));
    let text = text(&exchange.cx(), &CustomFields::default());
    assert_eq!(String::from_utf8(text).unwrap(), document.to_string());
    document
}

fn proxied() -> Ended {
    Ended::proxied(json!({ "name": "s", "host": "h.example" }), json!({ "paths": ["/"] }))
}

#[test]
fn an_exchange_is_written_as_kong_writes_it() {
    let mut document = document(&proxied());
    for name in ["service", "route"] {
        document.as_object_mut().unwrap().shift_remove(name).unwrap();
    }
    let expected = json!({
        "request": {
            "id": "0123456789abcdef0123456789abcdef", "uri": "/a?b=c", "url": "http://:8000/a?b=c",
            "querystring": { "b": "c" }, "method": "GET", "headers": {}, "size": 100,
        },
        "upstream_uri": "/a?b=c",
        "upstream_status": "200",
        "response": { "status": 200, "headers": {}, "size": 250 },
        "latencies": { "kong": 3, "proxy": 20, "request": 27, "receive": 4 },
        "tries": [{
            "ip": "127.0.0.1", "port": 9000, "balancer_start": 1_700_000_000_003_u64,
            "balancer_start_ns": 1_700_000_000_003_000_000_u64, "balancer_latency": 0, "balancer_latency_ns": 0,
        }],
        "client_ip": "127.0.0.1",
        "started_at": 1_700_000_000_000_u64,
        "source": "upstream",
        "workspace": "0dc6f45b-8f8d-40d2-a504-473544ee190b",
        "workspace_name": "default",
    });
    assert_eq!(document, expected);
}

#[test]
fn attempts_before_the_last_one_say_what_became_of_them() {
    let mut exchange = proxied();
    let failed = |code| {
        let address = ([127, 0, 0, 1], 9001).into();
        let (started_at_ns, chosen_in) = (1_700_000_000_002_000_000, Duration::from_nanos(1_500_000));
        Try { address, started_at_ns, chosen_in, took: None, failure: Some(code) }
    };
    exchange.upstream.tries.splice(..0, [failed(502), failed(504)]);
    let document = document(&exchange);
    let states: Vec<_> =
        (0..3).map(|number| (&document["tries"][number]["state"], &document["tries"][number]["code"])).collect();
    let expected = [(&json!("failed"), &json!(502)), (&json!("failed"), &json!(504)), (&Value::Null, &Value::Null)];
    assert_eq!(states, expected);
    assert_eq!(document["upstream_status"], "502, 504, 200");
    let times = ["balancer_start", "balancer_start_ns", "balancer_latency", "balancer_latency_ns"];
    let first = times.map(|name| document["tries"][0][name].as_u64().unwrap());
    assert_eq!(first, [1_700_000_000_000, 1_700_000_000_000_500_000, 1, 1_500_000]);
}

#[test]
fn what_came_over_tls_says_on_which_terms() {
    let mut exchange = proxied();
    exchange.tls = Some(StreamTls {
        version: "TLSv1.3",
        cipher: "TLS_AES_256_GCM_SHA384".into(),
        client_certificate: None,
        client_chain: Box::default(),
    });
    let expected = json!({ "version": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384", "client_verify": "NONE" });
    assert_eq!(document(&exchange)["request"]["tls"], expected);
}

#[test]
fn what_plugins_say_stands_beside_the_rest() {
    let mut exchange = proxied();
    exchange.log_values.set("correlation_id", json!("c#1"));
    exchange.log_values.set("trace_id", json!({ "w3c": "t" }));
    let document = document(&exchange);
    assert_eq!((&document["correlation_id"], &document["trace_id"]["w3c"]), (&json!("c#1"), &json!("t")));
}
