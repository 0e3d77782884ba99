//! What a node says of itself.

use serde_json::json;

use crate::driver::Node;

#[tokio::test]
async fn the_root_has_what_clients_branch_on() {
    let node = Node::new().await;
    let (status, root) = node.get("/").await;
    assert_eq!(status, 200);
    assert_eq!((&root["version"], &root["edition"]), (&json!("3.10.0"), &json!("community")));
    assert_eq!(root["gibbon"]["version"], "0.0.0");
    assert_eq!((&root["hostname"], &root["node_id"]), (&json!("here"), &json!("00000000-0000-0000-0000-000000000000")));
    assert!(root["tagline"].is_string() && root["lua_version"].is_string());
    assert_eq!(root["pids"]["master"], std::process::id());
    assert!(root["timers"]["running"].is_u64() && root["timers"]["pending"].is_u64());
    assert_eq!(root["configuration"]["database"], "sqlite");
    assert_eq!(root["configuration"]["loaded_plugins"]["jwt"], true);
    assert_eq!(root["configuration"]["proxy_listeners"][0]["port"], 8000);
}

#[tokio::test]
async fn the_root_lists_plugins_that_there_are_and_those_in_use() {
    let node = Node::new().await;
    let (_, root) = node.get("/").await;
    assert_eq!(root["plugins"]["available_on_server"]["jwt"], json!({"version": "3.10.0", "priority": 1450}));
    assert_eq!(root["plugins"]["enabled_in_cluster"], json!([]));
    node.given("/services", json!({"name": "a", "host": "a"})).await;
    for (path, name) in [("/plugins", "key-auth"), ("/plugins", "jwt"), ("/services/a/plugins", "jwt")] {
        node.given(path, json!({"name": name})).await;
    }
    let (_, root) = node.get("/").await;
    assert_eq!(root["plugins"]["enabled_in_cluster"], json!(["jwt", "key-auth"]));
}

#[tokio::test]
async fn the_root_answers_without_its_store() {
    let node = Node::new().await;
    node.given("/plugins", json!({"name": "jwt"})).await;
    node.get("/").await;
    node.lose_store().await;
    let (status, root) = node.get("/").await;
    assert_eq!((status, &root["plugins"]["enabled_in_cluster"]), (200, &json!(["jwt"])));
}

#[tokio::test]
async fn the_status_has_kongs_shape_and_our_revision() {
    let node = Node::new().await;
    node.given("/consumers", json!({"username": "ada"})).await;
    let (code, status) = node.get("/status").await;
    assert_eq!(code, 200);
    assert_eq!(status["database"], json!({"reachable": true}));
    assert_eq!((&status["gibbon"]["revision"], &status["gibbon"]["faults"]), (&json!(1), &json!([])));
    let counters = [
        "connections_active",
        "connections_accepted",
        "connections_handled",
        "connections_reading",
        "connections_writing",
        "connections_waiting",
        "total_requests",
    ];
    for counter in counters {
        assert!(status["server"][counter].is_u64(), "{counter}");
    }
    let memory = &status["memory"]["workers_lua_vms"][0];
    assert!(memory["http_allocated_gc"].as_str().unwrap().ends_with(" MiB"), "{memory}");
}

#[tokio::test]
async fn the_status_counts_in_the_unit_that_is_asked_for() {
    let node = Node::new().await;
    let (_, status) = node.get("/status?unit=b").await;
    assert!(status["memory"]["resident"].as_u64().unwrap() > 100_000);
    let (code, refused) = node.get("/status?unit=x").await;
    assert_eq!((code, refused), (400, json!({"message": "invalid unit 'x' (expected 'k/K', 'm/M', or 'g/G')"})));
}

#[tokio::test]
async fn the_status_says_that_the_store_is_away() {
    let node = Node::new().await;
    node.lose_store().await;
    assert_eq!(node.get("/status").await.1["database"], json!({"reachable": false}));
}

#[tokio::test]
async fn the_cache_has_nothing_and_forgets_everything() {
    let node = Node::new().await;
    let nothing = json!({"message": "Not found"});
    for key in ["jwt_secrets:any::::", "routes"] {
        assert_eq!(node.get(&format!("/cache/{key}")).await, (404, nothing.clone()), "{key}");
        assert_eq!(node.delete(&format!("/cache/{key}")).await.0, 204, "{key}");
    }
    assert_eq!(node.delete("/cache").await.0, 204);
}

#[tokio::test]
async fn timers_are_answered_in_kongs_shape() {
    let node = Node::new().await;
    let (status, timers) = node.get("/timers").await;
    assert_eq!((status, &timers["worker"]["id"]), (200, &json!(0)));
    for count in ["total", "running", "pending", "waiting"] {
        assert!(timers["stats"]["sys"][count].is_u64(), "{count}: {timers}");
    }
    assert!(timers["stats"]["timers"].is_object() && timers["stats"]["flamegraph"]["running"].is_string());
}

#[tokio::test]
async fn there_are_no_statistics_of_names() {
    let node = Node::new().await;
    let expected = json!({"message": "not implemented with the legacy DNS client"});
    assert_eq!(node.get("/status/dns").await, (501, expected));
}
