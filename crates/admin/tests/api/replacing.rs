//! PUT: afterwards the record is what the body says, whatever was there.

use serde_json::json;

use crate::driver::{NOBODY, Node};

#[tokio::test]
async fn by_name_a_record_is_created_with_that_name() {
    let node = Node::new().await;
    let (status, body) = node.call("PUT", "/services/orders", json!({"host": "orders.internal"})).await;
    assert_eq!((status, &body["name"]), (200, &json!("orders")));
    assert_eq!(node.get("/services/orders").await, (200, body));
}

#[tokio::test]
async fn by_id_a_record_is_created_with_that_id() {
    let node = Node::new().await;
    let (status, body) = node.call("PUT", &format!("/services/{NOBODY}"), json!({"host": "orders.internal"})).await;
    assert_eq!((status, &body["id"]), (200, &json!(NOBODY)));
    assert_eq!(node.get(&format!("/services/{NOBODY}")).await, (200, body));
}

#[tokio::test]
async fn what_the_body_leaves_out_gets_its_default_again() {
    let node = Node::new().await;
    let body = json!({"name": "orders", "host": "orders.internal", "retries": 1, "tags": ["old"]});
    let before = node.given("/services", body).await;
    let (status, after) = node.call("PUT", "/services/orders", json!({"host": "new.internal"})).await;
    assert_eq!(status, 200);
    assert_eq!((&after["id"], &after["created_at"]), (&before["id"], &before["created_at"]));
    assert_eq!((&after["host"], &after["retries"], &after["tags"]), (&json!("new.internal"), &json!(5), &json!(null)));
}

#[tokio::test]
async fn the_path_decides_about_name_and_id() {
    let node = Node::new().await;
    let (_, body) = node.call("PUT", "/services/orders", json!({"name": "other", "host": "orders.internal"})).await;
    assert_eq!(body["name"], "orders");
    let (_, body) =
        node.call("PUT", &format!("/consumers/{NOBODY}"), json!({"id": body["id"], "username": "ada"})).await;
    assert_eq!(body["id"], NOBODY);
}

#[tokio::test]
async fn by_id_a_record_can_be_renamed_but_not_to_a_name_that_is_taken() {
    let node = Node::new().await;
    let ada = node.given("/consumers", json!({"username": "ada"})).await;
    node.given("/consumers", json!({"username": "grace"})).await;
    let path = format!("/consumers/{}", ada["id"].as_str().unwrap());
    assert_eq!(node.call("PUT", &path, json!({"username": "lovelace"})).await.0, 200);
    assert_eq!(node.get("/consumers/ada").await.0, 404);
    let (status, body) = node.call("PUT", &path, json!({"username": "grace"})).await;
    assert_eq!((status, &body["code"]), (409, &json!(5)));
    assert_eq!(node.get("/consumers/lovelace").await.0, 200);
}

#[tokio::test]
async fn a_body_that_is_not_valid_replaces_nothing() {
    let node = Node::new().await;
    let before = node.given("/services", json!({"name": "orders", "host": "orders.internal"})).await;
    let (status, body) = node.call("PUT", "/services/orders", json!({})).await;
    assert_eq!((status, &body["fields"]), (400, &json!({"host": "required field missing"})));
    assert_eq!(node.get("/services/orders").await, (200, before));
}

#[tokio::test]
async fn a_name_that_no_record_can_have_creates_none() {
    let node = Node::new().await;
    let (status, body) = node.call("PUT", "/services/what%3F", json!({"host": "orders.internal"})).await;
    assert_eq!((status, &body["code"]), (400, &json!(10)));
}
