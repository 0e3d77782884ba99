//! The record that another refers to: `/routes/<route>/service`.

use serde_json::{Value, json};

use crate::driver::Node;

async fn a_route_with_a_service() -> Node {
    let node = Node::new().await;
    node.given("/services", json!({"name": "orders", "host": "orders.internal", "retries": 1})).await;
    node.given("/services/orders/routes", json!({"name": "v1", "paths": ["/v1"]})).await;
    node.given("/routes", json!({"name": "loose", "paths": ["/loose"]})).await;
    node
}

fn not_found() -> (u16, Value) {
    (404, json!({"message": "Not found"}))
}

#[tokio::test]
async fn it_is_shown() {
    let node = a_route_with_a_service().await;
    let service = node.get("/services/orders").await;
    assert_eq!(node.get("/routes/v1/service").await, service);
}

#[tokio::test]
async fn a_record_that_refers_to_nothing_has_none() {
    let node = a_route_with_a_service().await;
    for method in ["GET", "PATCH", "DELETE"] {
        assert_eq!(node.call(method, "/routes/loose/service", json!({})).await, not_found(), "{method}");
        assert_eq!(node.call(method, "/routes/absent/service", json!({})).await, not_found(), "{method}");
    }
}

#[tokio::test]
async fn it_is_changed_through_the_one_that_refers_to_it() {
    let node = a_route_with_a_service().await;
    let (status, body) = node.call("PATCH", "/routes/v1/service", json!({"path": "/p"})).await;
    assert_eq!((status, &body["path"], &body["retries"]), (200, &json!("/p"), &json!(1)));
    let (status, body) = node.call("PUT", "/routes/v1/service", json!({"name": "bills", "host": "b.internal"})).await;
    assert_eq!((status, &body["retries"]), (200, &json!(5)));
    assert_eq!(node.get("/services/bills").await, (200, body));
    assert_eq!(node.count("/services").await, 1);
}

#[tokio::test]
async fn put_gives_a_record_that_refers_to_nothing_a_new_one() {
    let node = a_route_with_a_service().await;
    let (status, service) = node.call("PUT", "/routes/loose/service", json!({"host": "b.internal"})).await;
    assert_eq!(status, 200);
    assert_eq!(node.get("/routes/loose").await.1["service"], json!({"id": service["id"]}));
    assert_eq!(node.get("/routes/loose/service").await, (200, service));
}

#[tokio::test]
async fn put_below_a_record_that_is_not_there_creates_nothing() {
    let node = a_route_with_a_service().await;
    assert_eq!(node.call("PUT", "/routes/absent/service", json!({"host": "b.internal"})).await, not_found());
    assert_eq!(node.count("/services").await, 1);
}

#[tokio::test]
async fn it_is_not_deleted_through_the_one_that_refers_to_it() {
    let node = a_route_with_a_service().await;
    assert_eq!(node.delete("/routes/v1/service").await, (405, json!({"message": "Method not allowed"})));
    assert_eq!(node.get("/services/orders").await.0, 200);
}

#[tokio::test]
async fn every_reference_has_its_path() {
    let node = a_route_with_a_service().await;
    node.given("/consumers", json!({"username": "ada"})).await;
    node.given("/consumers/ada/jwt", json!({"key": "issuer"})).await;
    assert_eq!(node.get("/jwts/issuer/consumer").await.1["username"], "ada");
    for (parent, field, name) in [("/routes/v1", "route", "name"), ("/consumers/ada", "consumer", "username")] {
        let plugin = node.given(&format!("{parent}/plugins"), json!({"name": "fragile"})).await;
        let (status, body) = node.get(&format!("/plugins/{}/{field}", plugin["id"].as_str().unwrap())).await;
        assert_eq!(status, 200, "{field}");
        assert!(parent.ends_with(body[name].as_str().unwrap()), "{field}: {body}");
    }
}
