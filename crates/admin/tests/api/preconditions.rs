//! Two who change the same record: the second is told before he overwrites what he has not seen.

use gibbon_admin::Answer;
use http::header::ETAG;
use serde_json::{Value, json};

use crate::driver::{NOBODY, Node};

fn tag(answer: &Answer) -> String {
    let found = answer.headers.iter().find(|(name, _)| *name == ETAG);
    found.map(|(_, value)| value.to_str().unwrap().to_owned()).unwrap_or_else(|| panic!("no tag: {answer:?}"))
}

/// A node with a service, and its tag.
async fn with_service() -> (Node, String) {
    let node = Node::new().await;
    let made = node.send_with("POST", "/services", &[], json!({"name": "orders", "host": "a"})).await;
    assert_eq!(made.status, 201);
    (node, tag(&made))
}

#[tokio::test]
async fn every_answer_that_shows_a_record_has_its_tag() {
    let (node, made) = with_service().await;
    node.given("/services/orders/routes", json!({"name": "r", "paths": ["/"]})).await;
    for path in ["/services/orders", "/routes/r/service"] {
        for method in ["GET", "HEAD"] {
            assert_eq!(tag(&node.send_with(method, path, &[], Value::Null).await), made, "{method} {path}");
        }
    }
    let changed = node.send_with("PATCH", "/services/orders", &[], json!({"retries": 1})).await;
    assert_ne!(tag(&changed), made);
    assert_eq!(tag(&node.send_with("GET", "/services/orders", &[], Value::Null).await), tag(&changed));
    let listed = node.send_with("GET", "/services", &[], Value::Null).await;
    assert!(listed.headers.iter().all(|(name, _)| *name != ETAG));
}

#[tokio::test]
async fn a_change_of_what_was_not_seen_is_refused_and_changes_nothing() {
    let (node, seen) = with_service().await;
    let first = node.send_with("PATCH", "/services/orders", &[("if-match", &seen)], json!({"retries": 1})).await;
    assert_eq!(first.status, 200);
    for (method, body) in [("PATCH", json!({"retries": 2})), ("PUT", json!({"host": "b"})), ("DELETE", Value::Null)] {
        let refused = node.send_with(method, "/services/orders", &[("if-match", &seen)], body).await;
        assert_eq!((refused.status.as_u16(), tag(&refused)), (412, tag(&first)), "{method}");
        assert!(refused.body.unwrap()["message"].as_str().unwrap().contains("entity tag"), "{method}");
    }
    assert_eq!(node.get("/services/orders").await.1["retries"], 1);
    let now = tag(&first);
    assert_eq!(node.send_with("DELETE", "/services/orders", &[("if-match", &now)], Value::Null).await.status, 204);
}

#[tokio::test]
async fn what_is_not_there_matches_nothing() {
    let (node, seen) = with_service().await;
    let path = format!("/services/{NOBODY}");
    for (method, body) in [("PUT", json!({"host": "b"})), ("DELETE", Value::Null)] {
        for field in ["*", seen.as_str()] {
            let refused = node.send_with(method, &path, &[("if-match", field)], body.clone()).await;
            assert_eq!(refused.status, 412, "{method} {field}");
        }
    }
    // What would be refused anyhow is refused as always.
    let missing = node.send_with("PATCH", &path, &[("if-match", "*")], json!({})).await;
    assert_eq!(missing.status, 404);
    assert_eq!(node.count("/services").await, 1);
}

#[tokio::test]
async fn put_can_be_told_to_create_only() {
    let node = Node::new().await;
    let put = |host: &'static str| async move { json!({ "host": host }) };
    let only_new = [("if-none-match", "*")];
    assert_eq!(node.send_with("PUT", "/services/orders", &only_new, put("a").await).await.status, 200);
    assert_eq!(node.send_with("PUT", "/services/orders", &only_new, put("b").await).await.status, 412);
    assert_eq!(node.get("/services/orders").await.1["host"], "a");
}

#[tokio::test]
async fn who_has_a_record_already_is_not_sent_it_again() {
    let (node, seen) = with_service().await;
    let known = node.send_with("GET", "/services/orders", &[("if-none-match", &seen)], Value::Null).await;
    assert_eq!((known.status.as_u16(), &known.body, tag(&known)), (304, &None, seen.clone()));
    let weak = format!("\"other\", W/{seen}");
    assert_eq!(node.send_with("GET", "/services/orders", &[("if-none-match", &weak)], Value::Null).await.status, 304);
    let other = [("if-none-match", "\"other\"")];
    assert_eq!(node.send_with("GET", "/services/orders", &other, Value::Null).await.status, 200);
}

#[tokio::test]
async fn nested_records_have_tags_too() {
    let node = Node::new().await;
    node.given("/consumers", json!({"username": "ada"})).await;
    let made = node.send_with("POST", "/consumers/ada/key-auth", &[], json!({"key": "k", "ttl": 1000})).await;
    let path = "/consumers/ada/key-auth/k";
    assert_eq!(tag(&node.send_with("GET", path, &[], Value::Null).await), tag(&made));
    let refused = node.send_with("PATCH", path, &[("if-match", "\"x\"")], json!({"tags": ["a"]})).await;
    assert_eq!(refused.status, 412);
    let done = node.send_with("PATCH", path, &[("if-match", &tag(&made))], json!({"tags": ["a"]})).await;
    assert_eq!(done.status, 200);
}
