//! Upstreams, their targets, and how these are.

use serde_json::{Value, json};

use crate::driver::Node;

async fn pool() -> Node {
    let node = Node::new().await;
    node.given("/upstreams", json!({"name": "pool"})).await;
    node.given("/upstreams/pool/targets", json!({"target": "192.0.2.1"})).await;
    node
}

fn not_found() -> (u16, Value) {
    (404, json!({"message": "Not found"}))
}

#[tokio::test]
async fn a_target_is_named_by_its_address_in_any_notation_and_by_its_id() {
    let node = pool().await;
    let (status, target) = node.get("/upstreams/pool/targets/192.0.2.1:8000").await;
    assert_eq!((status, &target["target"]), (200, &json!("192.0.2.1:8000")));
    assert_eq!(node.get("/upstreams/pool/targets/192.0.2.1").await.1, target);
    assert_eq!(node.get(&format!("/upstreams/pool/targets/{}", target["id"].as_str().unwrap())).await.1, target);
    node.given("/upstreams/pool/targets", json!({"target": "[::1]:80"})).await;
    assert_eq!(node.get("/upstreams/pool/targets/%5B0::1%5D:80").await.0, 200);
}

#[tokio::test]
async fn two_upstreams_can_have_targets_at_one_address() {
    let node = pool().await;
    node.given("/upstreams", json!({"name": "other"})).await;
    assert_eq!(node.get("/upstreams/other/targets/192.0.2.1:8000").await, not_found());
    node.given("/upstreams/other/targets", json!({"target": "192.0.2.1:8000", "weight": 7})).await;
    assert_eq!(node.get("/upstreams/other/targets/192.0.2.1:8000").await.1["weight"], 7);
    assert_eq!(node.get("/upstreams/pool/targets/192.0.2.1:8000").await.1["weight"], 100);
    let (status, body) = node.call("POST", "/upstreams/pool/targets", json!({"target": "192.0.2.1"})).await;
    let id = node.get("/upstreams/pool").await.1["id"].clone();
    assert_eq!((status, &body["code"]), (409, &json!(5)));
    assert_eq!(body["fields"], json!({"target": "192.0.2.1:8000", "upstream": {"id": id}}));
}

#[tokio::test]
async fn a_target_is_replaced_changed_and_deleted_by_its_address() {
    let node = pool().await;
    let id = node.get("/upstreams/pool/targets/192.0.2.1").await.1["id"].clone();
    let (status, body) = node.call("PATCH", "/upstreams/pool/targets/192.0.2.1:8000", json!({"weight": 5})).await;
    assert_eq!((status, &body["id"], &body["weight"]), (200, &id, &json!(5)));
    let (status, body) = node.call("PUT", "/upstreams/pool/targets/192.0.2.1:8000", json!({"tags": ["a"]})).await;
    assert_eq!((status, &body["id"], &body["weight"]), (200, &id, &json!(100)));
    let (status, body) = node.call("PUT", "/upstreams/pool/targets/192.0.2.9", json!({"weight": 1})).await;
    assert_eq!((status, &body["target"], &body["weight"]), (200, &json!("192.0.2.9:8000"), &json!(1)));
    assert_eq!(node.count("/upstreams/pool/targets").await, 2);
    assert_eq!(node.delete("/upstreams/pool/targets/192.0.2.1").await.0, 204);
    assert_eq!(node.delete("/upstreams/pool/targets/192.0.2.1").await, not_found());
    assert_eq!(node.count("/upstreams/pool/targets/all").await, 1);
}

#[tokio::test]
async fn targets_are_found_below_their_upstream_only_and_go_with_it() {
    let node = pool().await;
    let id = node.get("/upstreams/pool/targets/192.0.2.1").await.1["id"].clone();
    for path in ["/targets".to_owned(), format!("/targets/{}", id.as_str().unwrap())] {
        assert_eq!(node.get(&path).await, not_found());
    }
    assert_eq!(node.call("POST", "/upstreams/none/targets", json!({"target": "a"})).await, not_found());
    assert_eq!(node.delete("/upstreams/pool").await.0, 204);
    node.given("/upstreams", json!({"name": "pool"})).await;
    assert_eq!(node.count("/upstreams/pool/targets").await, 0);
}

#[tokio::test]
async fn what_nothing_checks_has_its_checks_off() {
    let node = pool().await;
    let (status, body) = node.get("/upstreams/pool/health").await;
    assert_eq!((status, &body["next"]), (200, &Value::Null));
    assert_eq!(body["node_id"], node.api.about.node_id.to_string());
    assert_eq!(body["data"][0]["health"], "HEALTHCHECKS_OFF");
    assert_eq!(body["data"][0]["target"], "192.0.2.1:8000");
    let id = node.get("/upstreams/pool").await.1["id"].clone();
    let (_, body) = node.get("/upstreams/pool/health?balancer_health=1").await;
    assert_eq!(body["data"], json!({"health": "HEALTHCHECKS_OFF", "id": id}));
    assert_eq!(node.get("/upstreams/none/health").await, not_found());
    assert_eq!(node.call("POST", "/upstreams/pool/health", json!({})).await.0, 405);
}

async fn checked_pool() -> Node {
    let node = Node::new().await;
    let checks = json!({"passive": {"unhealthy": {"tcp_failures": 3}}, "threshold": 40});
    node.given("/upstreams", json!({"name": "pool", "healthchecks": checks})).await;
    for address in ["192.0.2.1", "192.0.2.2:81"] {
        node.given("/upstreams/pool/targets", json!({"target": address})).await;
    }
    node
}

async fn put(node: &Node, path: &str) -> u16 {
    node.call("PUT", &format!("/upstreams/pool/targets/{path}"), Value::Null).await.0
}

/// The word for each target.
async fn words(node: &Node) -> Vec<(String, String)> {
    let (_, body) = node.get("/upstreams/pool/health").await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let targets = body["data"].as_array().unwrap().iter();
    let mut words: Vec<_> = targets.map(|target| (text(&target["target"]), text(&target["health"]))).collect();
    words.sort();
    words
}

fn expected(first: &str, second: &str) -> Vec<(String, String)> {
    vec![("192.0.2.1:8000".to_owned(), first.to_owned()), ("192.0.2.2:81".to_owned(), second.to_owned())]
}

#[tokio::test]
async fn a_target_is_what_it_is_said_to_be() {
    let node = checked_pool().await;
    assert_eq!(words(&node).await, expected("HEALTHY", "HEALTHY"));
    assert_eq!(put(&node, "192.0.2.2:81/unhealthy").await, 204);
    assert_eq!(words(&node).await, expected("HEALTHY", "UNHEALTHY"));
    assert_eq!(put(&node, "192.0.2.2:81/healthy").await, 204);
    assert_eq!(words(&node).await, expected("HEALTHY", "HEALTHY"));
}

#[tokio::test]
async fn one_address_of_a_target_is_what_it_is_said_to_be() {
    let node = checked_pool().await;
    assert_eq!(put(&node, "192.0.2.2:81/192.0.2.9:81/unhealthy").await, 204, "an address that it does not have");
    assert_eq!(words(&node).await, expected("HEALTHY", "HEALTHY"));
    assert_eq!(put(&node, "192.0.2.1/192.0.2.1/unhealthy").await, 204, "the port 8000 may be left out");
    assert_eq!(words(&node).await, expected("UNHEALTHY", "HEALTHY"));
    assert_eq!(put(&node, "192.0.2.1/not%20an%20address/unhealthy").await, 400);
}

#[tokio::test]
async fn where_nothing_checks_nobody_can_say_how_a_target_is() {
    let node = pool().await;
    let answer = node.call("PUT", "/upstreams/pool/targets/192.0.2.1/unhealthy", Value::Null).await;
    assert_eq!(answer, (400, json!({"message": "no healthchecker found for pool"})));
}

#[tokio::test]
async fn only_a_target_of_the_upstream_can_be_said_to_be_healthy() {
    let node = checked_pool().await;
    node.given("/upstreams", json!({"name": "other"})).await;
    for path in ["pool/targets/192.0.2.7/healthy", "other/targets/192.0.2.1/healthy", "none/targets/192.0.2.1/healthy"]
    {
        assert_eq!(node.call("PUT", &format!("/upstreams/{path}"), Value::Null).await, not_found(), "{path}");
    }
    let (status, _) = node.call("POST", "/upstreams/pool/targets/192.0.2.1/healthy", Value::Null).await;
    assert_eq!(status, 405);
}

#[tokio::test]
async fn a_target_is_shown_with_its_addresses() {
    let node = checked_pool().await;
    put(&node, "192.0.2.2:81/unhealthy").await;
    let (_, body) = node.get("/upstreams/pool/health").await;
    let target = body["data"].as_array().unwrap().iter().find(|target| target["target"] == "192.0.2.2:81").unwrap();
    let data = json!({
        "host": "192.0.2.2", "port": 81, "dns": "A", "nodeWeight": 100,
        "weight": {"total": 100, "available": 0, "unavailable": 100},
        "addresses": [{"ip": "192.0.2.2", "port": 81, "weight": 100, "health": "UNHEALTHY"}],
    });
    assert_eq!(target["data"], data);
}

#[tokio::test]
async fn the_whole_is_healthy_while_enough_of_it_is() {
    let node = checked_pool().await;
    put(&node, "192.0.2.2:81/unhealthy").await;
    let (_, body) = node.get("/upstreams/pool/health?balancer_health=1").await;
    let details = &body["data"]["details"];
    assert_eq!((&body["data"]["health"], &details["healthy"]), (&json!("HEALTHY"), &json!(true)));
    assert_eq!(details["weight"], json!({"total": 200, "available": 100, "unavailable": 100}));
    let hosts = details["hosts"].as_array().unwrap();
    let ill = hosts.iter().find(|host| host["host"] == "192.0.2.2").unwrap();
    assert_eq!((hosts.len(), &ill["addresses"][0]["healthy"]), (2, &json!(false)));
    put(&node, "192.0.2.1/unhealthy").await;
    let (_, body) = node.get("/upstreams/pool/health?balancer_health=1").await;
    assert_eq!(body["data"]["health"], "UNHEALTHY");
}

#[tokio::test]
async fn a_name_that_nobody_has_found_is_an_error_of_dns() {
    let node = pool().await;
    node.given("/upstreams/pool/targets", json!({"target": "orders.test"})).await;
    let (_, body) = node.get("/upstreams/pool/health").await;
    let target = body["data"].as_array().unwrap().iter().find(|target| target["target"] == "orders.test:8000").unwrap();
    assert_eq!((&target["health"], &target["data"]["addresses"]), (&json!("DNS_ERROR"), &json!([])));
}
