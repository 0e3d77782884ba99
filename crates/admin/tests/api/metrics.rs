//! `GET /metrics`: what the node has counted.

use serde_json::{Value, json};

use crate::driver::Node;

async fn metrics(node: &Node) -> String {
    let answer = node.send("GET", "/metrics", "", String::new()).await;
    assert_eq!((answer.status.as_u16(), answer.body), (200, None));
    answer.text.unwrap()
}

/// The families, with what they are and how many samples they have.
fn families(text: &str) -> Vec<(&str, &str, usize)> {
    let headers = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    let count = |name| text.lines().filter(|line| line.split(['{', ' ']).next() == Some(name)).count();
    headers.map(|(name, kind)| (name, kind, count(name))).collect()
}

#[tokio::test]
async fn a_node_is_told_about_in_the_words_of_kong_on_both_ports() {
    let node = Node::new().await;
    let expected = [
        ("gibbon_configuration_faults", "gauge", 1),
        ("gibbon_configuration_revision", "gauge", 1),
        ("kong_datastore_reachable", "gauge", 1),
        ("kong_memory_workers_lua_vms_bytes", "gauge", 1),
        ("kong_nginx_connections_total", "gauge", 7),
        ("kong_nginx_metric_errors_total", "counter", 1),
        ("kong_nginx_requests_total", "gauge", 1),
        ("kong_nginx_timers", "gauge", 2),
        ("kong_node_info", "gauge", 1),
    ];
    assert_eq!(families(&metrics(&node).await), expected);
    let node = node.into_status();
    let text = metrics(&node).await;
    assert_eq!(families(&text), expected);
    assert!(text.contains("\nkong_datastore_reachable 1\n"));
    let about = text.lines().find(|line| line.starts_with("kong_node_info{")).unwrap();
    assert!(about.ends_with("version=\"3.10.0\"} 1"), "{about}");
}

#[tokio::test]
async fn a_database_that_is_away_is_a_zero() {
    let node = Node::new().await;
    node.lose_store().await;
    assert!(metrics(&node).await.contains("\nkong_datastore_reachable 0\n"));
}

#[tokio::test]
async fn targets_are_told_about_once_a_plugin_is_told_to() {
    let node = Node::new().await;
    node.given("/upstreams", json!({ "name": "u" })).await;
    node.given("/upstreams/u/targets", json!({ "target": "192.0.2.1:80" })).await;
    let plugin = json!({ "name": "prometheus", "config": { "upstream_health_metrics": true }, "enabled": false });
    let plugin = node.given("/plugins", plugin).await;
    assert!(!metrics(&node).await.contains("target_health"));
    let id = plugin["id"].as_str().unwrap();
    assert_eq!(node.call("PATCH", &format!("/plugins/{id}"), json!({ "enabled": true })).await.0, 200);
    let off = "kong_upstream_target_health{upstream=\"u\",target=\"192.0.2.1:80\",address=\"192.0.2.1:80\",\
               state=\"healthchecks_off\",subsystem=\"http\"} 1\n";
    assert!(metrics(&node).await.contains(off));
    node.delete(&format!("/plugins/{id}")).await;
    assert!(!metrics(&node).await.contains("target_health"));
}

#[tokio::test]
async fn the_path_is_the_plugins_and_gone_without_it() {
    let node = Node::without_plugins().await;
    assert_eq!(node.call("GET", "/metrics", Value::Null).await.0, 404);
}
