//! What was changed, by whom, and how it is taken back.

use serde_json::{Value, json};

use crate::driver::Node;

async fn entry(node: &Node, revision: u64) -> Value {
    let (status, entry) = node.get(&format!("/history/{revision}")).await;
    assert_eq!(status, 200, "{entry}");
    entry
}

async fn undo(node: &Node, revision: u64) -> (u16, Value) {
    node.call("POST", &format!("/history/{revision}/undo"), Value::Null).await
}

/// A node with a service, a route that leads to it and a plugin on the service: three writes.
async fn configured() -> Node {
    let node = Node::new().await;
    node.given("/services", json!({"name": "orders", "host": "a"})).await;
    node.given("/services/orders/routes", json!({"name": "r", "paths": ["/r"]})).await;
    node.given("/services/orders/plugins", json!({"name": "jwt"})).await;
    node
}

#[tokio::test]
async fn each_write_is_told_with_the_record_before_and_after() {
    let node = configured().await;
    node.call("PATCH", "/services/orders", json!({"retries": 1})).await;
    let entry = entry(&node, 4).await;
    assert_eq!((&entry["method"], &entry["path"]), (&json!("PATCH"), &json!("/services/orders")));
    assert_eq!((&entry["entity"]["kind"], &entry["entity"]["name"]), (&json!("services"), &json!("orders")));
    assert_eq!((&entry["who"]["token"], &entry["undoes"]), (&Value::Null, &Value::Null));
    let change = &entry["changes"][0];
    assert_eq!((&change["before"]["retries"], &change["after"]["retries"]), (&json!(5), &json!(1)));
    assert!(entry["at"].as_i64().unwrap() > 1_700_000_000);
}

#[tokio::test]
async fn what_was_refused_or_only_read_leaves_no_entry() {
    let node = configured().await;
    node.get("/services").await;
    node.call("POST", "/services", json!({"name": "orders", "host": "b"})).await;
    node.call("PATCH", "/services/nobody", json!({})).await;
    node.delete("/services/nobody").await;
    let (_, list) = node.get("/history").await;
    assert_eq!(list["data"].as_array().unwrap().len(), 3);
    assert_eq!(node.get("/history/4").await.0, 404);
    assert_eq!(node.get("/history/last").await.0, 404);
}

#[tokio::test]
async fn the_list_is_paged_and_begins_with_the_newest() {
    let node = configured().await;
    let (_, first) = node.get("/history?size=2").await;
    let revisions =
        |page: &Value| page["data"].as_array().unwrap().iter().map(|e| e["revision"].clone()).collect::<Vec<_>>();
    assert_eq!(revisions(&first), [3, 2]);
    assert_eq!(first["data"][0].get("changes"), None);
    let (_, second) = node.get(first["next"].as_str().unwrap()).await;
    assert_eq!((revisions(&second), &second["next"]), (vec![json!(1)], &Value::Null));
    assert_eq!(node.get("/history?offset=x").await.1["code"], 7);
    assert_eq!(node.get("/history?size=0").await.1["code"], 9);
}

#[tokio::test]
async fn secrets_are_in_no_answer_and_come_back_whole() {
    let node = Node::new().await;
    node.given("/consumers", json!({"username": "ada"})).await;
    let secret = node.given("/consumers/ada/jwt", json!({"key": "issuer", "secret": "hunter2"})).await;
    let key = node.given("/consumers/ada/key-auth", json!({"key": "hunter3"})).await;
    node.call("PATCH", "/consumers/ada/key-auth/hunter3", json!({"key": "hunter4"})).await;
    node.delete("/consumers/ada").await;
    for path in ["/history", "/history/2", "/history/3", "/history/4", "/history/5"] {
        let (_, shown) = node.get(path).await;
        assert!(!shown.to_string().contains("hunter"), "{path}: {shown}");
    }
    assert_eq!(entry(&node, 2).await["changes"][0]["after"]["secret"], "******");
    assert_eq!(entry(&node, 4).await["path"], "/consumers/ada/key-auth/******");
    let (status, undone) = undo(&node, 5).await;
    assert_eq!((status, undone.to_string().contains("hunter")), (200, false));
    assert_eq!(node.get("/jwts/issuer").await, (200, secret));
    let (_, back) = node.get("/key-auths/hunter4").await;
    assert_eq!((&back["id"], &back["key"]), (&key["id"], &json!("hunter4")));
}

#[tokio::test]
async fn a_creation_is_taken_back_by_a_deletion_and_that_by_a_creation() {
    let node = configured().await;
    let (_, plugin) = node.get("/plugins").await;
    let (status, undone) = undo(&node, 3).await;
    assert_eq!((status, &undone["revision"], &undone["undoes"]), (200, &json!(4), &json!(3)));
    assert_eq!(node.count("/plugins").await, 0);
    assert_eq!(undo(&node, 4).await.0, 200);
    assert_eq!(node.get("/plugins").await.1, plugin);
}

#[tokio::test]
async fn a_deletion_is_taken_back_with_everything_that_went_with_it() {
    let node = configured().await;
    node.delete("/routes/r").await;
    let before = (node.get("/services").await, node.get("/plugins").await);
    node.delete("/services/orders").await;
    assert_eq!((node.count("/services").await, node.count("/plugins").await), (0, 0));
    assert_eq!(undo(&node, 5).await.0, 200);
    assert_eq!((node.get("/services").await, node.get("/plugins").await), before);
}

#[tokio::test]
async fn a_target_made_for_a_record_goes_again_and_the_record_stays() {
    let node = Node::new().await;
    node.given("/routes", json!({"name": "r", "paths": ["/r"]})).await;
    assert_eq!(node.call("PUT", "/routes/r/service", json!({"name": "made", "host": "a"})).await.0, 200);
    let (status, undone) = undo(&node, 2).await;
    assert_eq!(status, 200, "{undone}");
    assert_eq!((node.count("/services").await, &node.get("/routes/r").await.1["service"]), (0, &Value::Null));
}

#[tokio::test]
async fn what_has_changed_since_stands_in_the_way() {
    let node = configured().await;
    node.call("PATCH", "/services/orders", json!({"retries": 1})).await;
    node.call("PATCH", "/services/orders", json!({"retries": 2})).await;
    let (status, body) = undo(&node, 4).await;
    assert_eq!((status, &body["conflicts"][0]["reason"]), (409, &json!("it has changed since")));
    assert_eq!(node.get("/services/orders").await.1["retries"], 2);
    assert_eq!(node.get("/history/6").await.0, 404);
    assert_eq!((undo(&node, 5).await.0, undo(&node, 4).await.0), (200, 200));
    assert_eq!(node.get("/services/orders").await.1["retries"], 5);
}

#[tokio::test]
async fn what_was_made_since_is_not_deleted_along() {
    let node = configured().await;
    let (status, body) = undo(&node, 1).await;
    assert_eq!((status, &body["conflicts"][0]["kind"]), (409, &json!("services")), "{body}");
    assert!(body["conflicts"][0]["reason"].as_str().unwrap().contains("`routes`"), "{body}");
    node.delete("/routes/r").await;
    let (status, body) = undo(&node, 1).await;
    assert_eq!((status, &body["conflicts"][0]["kind"]), (409, &json!("plugins")), "{body}");
    assert_eq!(node.count("/plugins").await, 1);
}

#[tokio::test]
async fn a_name_that_is_taken_again_stands_in_the_way() {
    let node = Node::new().await;
    node.given("/services", json!({"name": "orders", "host": "a"})).await;
    node.delete("/services/orders").await;
    node.given("/services", json!({"name": "orders", "host": "b"})).await;
    let (status, body) = undo(&node, 2).await;
    assert_eq!((status, &body["conflicts"][0]["kind"]), (409, &json!("services")));
    assert!(body["conflicts"][0]["reason"].as_str().unwrap().contains("`name`"), "{body}");
}

#[tokio::test]
async fn what_a_record_refers_to_must_be_there() {
    let node = configured().await;
    node.delete("/routes/r").await;
    node.delete("/services/orders").await;
    let (status, body) = undo(&node, 4).await;
    assert_eq!((status, &body["conflicts"][0]["kind"]), (409, &json!("services")), "{body}");
}

#[tokio::test]
async fn what_is_not_remembered_cannot_be_taken_back() {
    let node = configured().await;
    for revision in ["0", "9", "x", "18446744073709551615", "-1"] {
        assert_eq!(node.call("POST", &format!("/history/{revision}/undo"), Value::Null).await.0, 404, "{revision}");
    }
}
