//! Upstreams, their targets, and how these are.

use std::collections::HashMap;
use std::sync::Arc;

use gibbon_admin::{Health, HealthSource, UpstreamHealth};
use serde_json::{Value, json};
use uuid::Uuid;

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

#[tokio::test]
async fn whoever_balances_tells_how_targets_are() {
    let mut node = pool().await;
    let target = node.get("/upstreams/pool/targets/192.0.2.1").await.1["id"].clone();
    let targets = HashMap::from([(target.as_str().unwrap().parse().unwrap(), Health::Unhealthy)]);
    node.api = node.api.with_health(Arc::new(Known(UpstreamHealth { whole: Health::Healthy, targets })));
    node.given("/upstreams/pool/targets", json!({"target": "192.0.2.2"})).await;
    let (_, body) = node.get("/upstreams/pool/health").await;
    let health = |address| {
        let found = body["data"].as_array().unwrap().iter().find(|target| target["target"] == address);
        found.unwrap()["health"].clone()
    };
    assert_eq!((health("192.0.2.1:8000"), health("192.0.2.2:8000")), (json!("UNHEALTHY"), json!("HEALTHCHECKS_OFF")));
    let (_, body) = node.get("/upstreams/pool/health?balancer_health=1").await;
    assert_eq!(body["data"]["health"], "HEALTHY");
}

struct Known(UpstreamHealth);

impl HealthSource for Known {
    fn health(&self, _upstream: Uuid) -> Option<UpstreamHealth> {
        Some(self.0.clone())
    }
}
