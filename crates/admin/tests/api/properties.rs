//! Whatever is asked, the answer is never that the gateway failed.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tokio::runtime::Builder;

use crate::driver::Node;

/// Segments that lead somewhere, and some that do not.
fn segment() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "services",
        "routes",
        "consumers",
        "plugins",
        "jwts",
        "key-auths",
        "jwt",
        "key-auth",
        "route",
        "service",
        "consumer",
        "tags",
        "schemas",
        "validate",
        "status",
        "endpoints",
        "enabled",
        "schema",
        "ada",
        "orders",
        "issuer",
        "fragile",
        "5d0c2f4e-7a61-4b6e-9a3c-1e2f3a4b5c6d",
        "%00",
        "%ff",
        "..",
        "a%2Fb",
    ]);
    prop_oneof![8 => known.prop_map(str::to_owned), 1 => "[ -~]{0,6}".prop_map(|text| text.replace(['?', '#', '/'], "_"))]
}

fn target() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["size", "offset", "tags", "custom_id", "sort_desc"]);
    let value = prop_oneof!["[a-zA-Z0-9,/%._-]{0,8}", Just("WyJhIiwiYiJd".to_owned()), Just("%00".to_owned())];
    let query = prop::collection::vec((name, value).prop_map(|(name, value)| format!("{name}={value}")), 0..3);
    (prop::collection::vec(segment(), 0..5), query)
        .prop_map(|(segments, query)| format!("/{}?{}", segments.join("/"), query.join("&")))
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec!["", "ada", "orders", "jwt", "/a", "~/(", "http://a.internal", "\u{0}", "fragile"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((member(), inner), 0..4).prop_map(|members| Value::Object(
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            )),
        ]
    })
}

fn member() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "id",
        "name",
        "host",
        "url",
        "port",
        "paths",
        "methods",
        "headers",
        "protocols",
        "username",
        "custom_id",
        "tags",
        "key",
        "secret",
        "algorithm",
        "rsa_public_key",
        "consumer",
        "service",
        "route",
        "config",
        "enabled",
        "ttl",
        "x",
        "instance_name",
        "created_at",
        "updated_at",
        "regex_priority",
        "sources",
    ])
}

fn body() -> impl Strategy<Value = (&'static str, String)> {
    prop_oneof![
        4 => value().prop_map(|value| ("application/json", value.to_string())),
        2 => prop::collection::vec((member(), "[a-z0-9/.%\\[\\]-]{0,6}"), 0..4).prop_map(|members| {
            let members: Vec<_> = members.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
            ("application/x-www-form-urlencoded", members.join("&"))
        }),
        1 => "[ -~]{0,20}".prop_map(|text| ("application/json", text)),
        1 => "[ -~]{0,20}".prop_map(|text| ("multipart/form-data; boundary=b", format!("--b\r\n{text}\r\n--b--"))),
    ]
}

#[test]
fn no_request_makes_the_gateway_fail() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let node = runtime.block_on(async {
        let node = Node::new().await;
        node.given("/consumers", json!({"username": "ada"})).await;
        node.given("/consumers/ada/jwt", json!({"key": "issuer"})).await;
        node.given("/services", json!({"name": "orders", "host": "orders.internal"})).await;
        node
    });
    let method = prop::sample::select(vec!["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]);
    let strategy = (method, target(), body());
    TestRunner::new(Config { cases: 3000, failure_persistence: None, ..Config::default() })
        .run(&strategy, |(method, target, (content_type, body))| {
            let answer = runtime.block_on(node.send(method, &target, content_type, body));
            prop_assert!(answer.status.as_u16() < 500, "{} {}: {:?}", method, target, answer);
            Ok(())
        })
        .unwrap();
}
