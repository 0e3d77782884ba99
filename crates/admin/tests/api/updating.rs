//! PATCH: only what the body names changes.

use serde_json::json;

use crate::driver::{NOBODY, Node};

#[tokio::test]
async fn what_the_body_does_not_name_stays() {
    let node = Node::new().await;
    node.given("/services", json!({"name": "orders", "host": "orders.internal", "path": "/v1", "retries": 2})).await;
    let (status, body) = node.call("PATCH", "/services/orders", json!({"retries": 3})).await;
    assert_eq!((status, &body["retries"], &body["path"]), (200, &json!(3), &json!("/v1")));
    assert_eq!(node.get("/services/orders").await, (200, body));
}

#[tokio::test]
async fn null_clears_a_field() {
    let node = Node::new().await;
    node.given("/services", json!({"name": "orders", "host": "orders.internal", "path": "/v1"})).await;
    let (_, body) = node.call("PATCH", "/services/orders", json!({"path": null})).await;
    assert_eq!(body["path"], json!(null));
}

#[tokio::test]
async fn records_are_merged_and_lists_replaced() {
    let node = Node::new().await;
    let plugin = node
        .given("/plugins", json!({"name": "jwt", "config": {"realm": "shop", "header_names": ["x-a", "x-b"]}}))
        .await;
    let path = format!("/plugins/{}", plugin["id"].as_str().unwrap());
    let (status, body) = node.call("PATCH", &path, json!({"config": {"header_names": ["x-c"]}})).await;
    assert_eq!(status, 200);
    assert_eq!((&body["config"]["realm"], &body["config"]["header_names"]), (&json!("shop"), &json!(["x-c"])));
}

#[tokio::test]
async fn an_id_never_changes() {
    let node = Node::new().await;
    let before = node.given("/consumers", json!({"username": "ada"})).await;
    let (status, body) = node.call("PATCH", "/consumers/ada", json!({"id": NOBODY, "custom_id": "x"})).await;
    assert_eq!((status, &body["id"], &body["custom_id"]), (200, &before["id"], &json!("x")));
}

#[tokio::test]
async fn a_whole_record_can_be_sent_back() {
    let node = Node::new().await;
    let mut plugin = node.given("/plugins", json!({"name": "key-auth"})).await;
    plugin["enabled"] = json!(false);
    let path = format!("/plugins/{}", plugin["id"].as_str().unwrap());
    let (status, body) = node.call("PATCH", &path, plugin.clone()).await;
    assert_eq!((status, &body["enabled"], &body["config"]), (200, &json!(false), &plugin["config"]));
}

#[tokio::test]
async fn what_is_not_there_is_missed_by_the_key_that_was_given() {
    let node = Node::new().await;
    let (status, body) = node.call("PATCH", "/services/orders", json!({"retries": 3})).await;
    let expected = json!({
        "code": 6, "name": "not found", "fields": {"name": "orders"},
        "message": "could not find the entity with '{name=\"orders\"}'",
    });
    assert_eq!((status, body), (404, expected));
    let (status, body) = node.call("PATCH", &format!("/services/{NOBODY}"), json!({"retries": 3})).await;
    let text = format!("could not find the entity with primary key '{{id=\"{NOBODY}\"}}'");
    assert_eq!((status, &body["message"]), (404, &json!(text)));
}

#[tokio::test]
async fn a_change_that_leaves_an_invalid_record_changes_nothing() {
    let node = Node::new().await;
    let before = node.given("/consumers", json!({"username": "ada"})).await;
    let (status, body) = node.call("PATCH", "/consumers/ada", json!({"username": null})).await;
    assert_eq!((status, &body["code"]), (400, &json!(2)));
    assert_eq!(node.get("/consumers/ada").await, (200, before));
}

#[tokio::test]
async fn a_change_to_a_value_that_is_taken_is_a_conflict() {
    let node = Node::new().await;
    node.given("/consumers", json!({"username": "ada"})).await;
    node.given("/consumers", json!({"username": "grace"})).await;
    let (status, body) = node.call("PATCH", "/consumers/grace", json!({"username": "ada"})).await;
    assert_eq!((status, &body["message"]), (409, &json!("UNIQUE violation detected on '{username=\"ada\"}'")));
}
