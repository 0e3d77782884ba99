//! Paths that a plugin brings are there with it, and are described like all others.

use serde_json::{Value, json};

use crate::driver::{NOBODY, Node};

const NO_KEY: &str = "0000000000000000000000000000000000000000000000000000000000000000";

#[tokio::test]
async fn what_is_not_kept_is_not_found() {
    let node = Node::new().await;
    let plugin = node.given("/plugins", json!({ "name": "proxy-cache", "config": { "strategy": "memory" } })).await;
    let id = plugin["id"].as_str().unwrap();
    for path in [
        format!("/proxy-cache/{NO_KEY}"),
        "/proxy-cache/no-key".to_owned(),
        format!("/proxy-cache/{id}/caches/{NO_KEY}"),
        format!("/proxy-cache/{NOBODY}/caches/{NO_KEY}"),
        format!("/proxy-cache/nobody/caches/{NO_KEY}"),
    ] {
        assert_eq!(node.get(&path).await, (404, Value::Null), "{path}");
        assert_eq!(node.delete(&path).await, (404, Value::Null), "{path}");
    }
    assert_eq!(node.delete("/proxy-cache").await, (204, Value::Null));
}

#[tokio::test]
async fn a_plugin_is_told_what_a_body_or_a_query_says() {
    let node = Node::new().await;
    assert_eq!(node.call("POST", "/acme", json!({ "host": "a.example" })).await, (404, Value::Null));
    let config = json!({ "account_email": "owner@a.example", "domains": ["a.example"] });
    node.given("/plugins", json!({ "name": "acme", "config": config })).await;
    let (status, answer) = node.call("POST", "/acme", json!({})).await;
    assert_eq!((status, &answer["message"]), (400, &json!("host must be provided and containing a single domain")));
    let (status, answer) = node.call("POST", "/acme", json!({ "host": "a.example:80" })).await;
    assert_eq!((status, &answer["message"]), (400, &json!("port is not allowed in host")));
    let (status, answer) = node.call("POST", "/acme?host=b.example", json!({})).await;
    let expected = "failed to update certificate: host is not included in plugin config.domains";
    assert_eq!((status, &answer["message"]), (400, &json!(expected)));
    assert_eq!(node.get("/acme/certificates").await, (200, json!({ "data": [] })));
    assert_eq!(node.get("/acme/certificates/a.example").await.0, 404);
}

#[tokio::test]
async fn other_methods_are_refused_and_the_paths_are_listed() {
    let node = Node::new().await;
    assert_eq!(node.get("/proxy-cache").await.0, 405);
    assert_eq!(node.call("POST", &format!("/proxy-cache/{NO_KEY}"), json!({})).await.0, 405);
    let (_, endpoints) = node.get("/endpoints").await;
    for path in ["/proxy-cache", "/proxy-cache/{cache_key}", "/proxy-cache/{plugin_id}/caches/{cache_key}"] {
        assert!(endpoints["data"].as_array().unwrap().contains(&json!(path)), "{path}");
    }
    let (_, document) = node.get("/openapi.json").await;
    assert!(document["paths"]["/proxy-cache"]["delete"].is_object());
}
