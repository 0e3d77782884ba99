//! The Status API: a part of the Admin API's paths, and none that changes anything.

use serde_json::json;

use crate::driver::Node;

#[tokio::test]
async fn it_tells_how_the_node_is_and_that_it_is_ready() {
    let node = Node::new().await.into_status();
    let (status, body) = node.get("/status").await;
    assert_eq!((status, &body["database"]["reachable"]), (200, &json!(true)));
    assert_eq!(node.get("/status/ready").await, (200, json!({"message": "ready"})));
}

#[tokio::test]
async fn a_node_without_its_store_serves_and_says_so() {
    let node = Node::new().await.into_status();
    node.lose_store().await;
    assert_eq!(node.get("/status/ready").await, (200, json!({"message": "ready"})));
    assert_eq!(node.get("/status").await.1["database"]["reachable"], false);
}

#[tokio::test]
async fn it_shows_no_configuration_and_takes_none() {
    let node = Node::new().await.into_status();
    for path in ["/", "/services", "/endpoints", "/schemas/services", "/debug/node/log-level"] {
        assert_eq!(node.get(path).await, (404, json!({"message": "Not found"})), "{path}");
    }
    assert_eq!(node.call("POST", "/services", json!({"name": "a", "host": "a"})).await.0, 404);
    assert_eq!(node.call("POST", "/status", json!({})).await.0, 405);
}

#[tokio::test]
async fn readiness_is_not_a_matter_of_the_admin_api() {
    assert_eq!(Node::new().await.get("/status/ready").await.0, 404);
}
