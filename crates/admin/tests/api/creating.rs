//! POST to a collection.

use serde_json::json;

use crate::driver::{NOBODY, Node};

#[tokio::test]
async fn a_new_record_is_answered_whole_with_201() {
    let node = Node::new().await;
    let (status, body) = node.call("POST", "/services", json!({"name": "orders", "host": "orders.internal"})).await;
    assert_eq!(status, 201);
    assert_eq!((&body["name"], &body["port"], &body["path"]), (&json!("orders"), &json!(80), &json!(null)));
    assert!(body["id"].is_string() && body["created_at"].is_i64());
}

#[tokio::test]
async fn shorthands_are_taken_apart_and_not_shown() {
    let node = Node::new().await;
    let body = node.given("/services", json!({"url": "https://orders.internal:8443/v2"})).await;
    assert_eq!(
        (&body["protocol"], &body["host"], &body["port"]),
        (&json!("https"), &json!("orders.internal"), &json!(8443))
    );
    assert!(body.get("url").is_none());
}

#[tokio::test]
async fn an_id_can_be_given() {
    let node = Node::new().await;
    let body = node.given("/consumers", json!({"id": NOBODY, "username": "ada"})).await;
    assert_eq!(body["id"], NOBODY);
}

#[tokio::test]
async fn an_id_that_is_taken_is_a_primary_key_violation() {
    let node = Node::new().await;
    node.given("/consumers", json!({"id": NOBODY, "username": "ada"})).await;
    let (status, body) = node.call("POST", "/consumers", json!({"id": NOBODY, "username": "grace"})).await;
    assert_eq!(status, 400);
    let expected = json!({
        "code": 3, "name": "primary key violation", "fields": {"id": NOBODY},
        "message": format!("primary key violation on key '{{id=\"{NOBODY}\"}}'"),
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn all_violations_are_told_at_once() {
    let node = Node::new().await;
    let (status, body) = node.call("POST", "/services", json!({"port": 70000, "shade": 1})).await;
    assert_eq!(status, 400);
    let expected = json!({
        "code": 2, "name": "schema violation",
        "message": "3 schema violations (host: required field missing; port: value should be between 0 and 65535; \
                    shade: unknown field)",
        "fields": {
            "host": "required field missing", "port": "value should be between 0 and 65535", "shade": "unknown field",
        },
    });
    assert_eq!(body, expected);
    assert_eq!(node.count("/services").await, 0);
}

#[tokio::test]
async fn a_unique_value_that_is_taken_is_a_conflict() {
    let node = Node::new().await;
    node.given("/consumers", json!({"username": "ada"})).await;
    let (status, body) = node.call("POST", "/consumers", json!({"username": "ada"})).await;
    assert_eq!(status, 409);
    let expected = json!({
        "code": 5, "name": "unique constraint violation", "fields": {"username": "ada"},
        "message": "UNIQUE violation detected on '{username=\"ada\"}'",
    });
    assert_eq!(body, expected);
    assert_eq!(node.count("/consumers").await, 1);
}

#[tokio::test]
async fn fields_that_are_unique_together_are_told_together() {
    let node = Node::new().await;
    let service = node.given("/services", json!({"name": "orders", "host": "orders.internal"})).await;
    node.given("/services/orders/plugins", json!({"name": "key-auth"})).await;
    let (status, body) = node.call("POST", "/services/orders/plugins", json!({"name": "key-auth"})).await;
    assert_eq!(status, 409);
    let id = service["id"].as_str().unwrap();
    let text = format!(
        "UNIQUE violation detected on '{{consumer=null,name=\"key-auth\",route=null,service={{id=\"{id}\"}}}}'"
    );
    assert_eq!(body["message"], text);
    assert_eq!(body["fields"], json!({"name": "key-auth", "route": null, "service": {"id": id}, "consumer": null}));
}

#[tokio::test]
async fn a_plugin_that_is_not_there_is_named() {
    let node = Node::new().await;
    let (status, body) = node.call("POST", "/plugins", json!({"name": "teleport"})).await;
    assert_eq!(status, 400);
    let text = "plugin 'teleport' not enabled; add it to the 'plugins' configuration property";
    assert_eq!(body["fields"], json!({"name": text}));
}

#[tokio::test]
async fn automatic_values_are_made() {
    let node = Node::new().await;
    node.given("/consumers", json!({"username": "ada"})).await;
    let body = node.given("/consumers/ada/jwt", json!({})).await;
    assert_eq!(body["key"].as_str().map(str::len), Some(32));
    assert_eq!(body["secret"].as_str().map(str::len), Some(32));
    assert_eq!(body["algorithm"], "HS256");
}

#[tokio::test]
async fn a_record_with_a_lifetime_shows_it() {
    let node = Node::new().await;
    node.given("/consumers", json!({"username": "ada"})).await;
    let body = node.given("/consumers/ada/key-auth", json!({"key": "brief", "ttl": 3600})).await;
    assert_eq!(body["ttl"], 3600);
    let (_, body) = node.get("/key-auths/brief").await;
    assert!((3590..=3600).contains(&body["ttl"].as_i64().unwrap()), "{body}");
}
