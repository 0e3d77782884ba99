//! An entity that a plugin brings has everything that those of the core have.

use serde_json::{Value, json};

use crate::driver::Node;

async fn ada_with_a_badge() -> (Node, Value) {
    let node = Node::new().await;
    node.given("/consumers", json!({"username": "ada"})).await;
    let badge = node.given("/consumers/ada/badge", json!({"colour": "red"})).await;
    (node, badge)
}

#[tokio::test]
async fn it_has_paths_of_its_own_and_below_what_it_refers_to() {
    let (node, badge) = ada_with_a_badge().await;
    let id = badge["id"].as_str().unwrap();
    for path in ["/badges", "/badge", "/consumers/ada/badge"] {
        assert_eq!(node.get(path).await, (200, json!({"data": [badge], "next": null})), "{path}");
    }
    for path in [format!("/badges/{id}"), format!("/consumers/ada/badge/{id}")] {
        assert_eq!(node.get(&path).await, (200, badge.clone()), "{path}");
    }
    assert_eq!(node.get(&format!("/badges/{id}/consumer")).await.1["username"], "ada");
}

#[tokio::test]
async fn it_is_written_like_any_other() {
    let (node, badge) = ada_with_a_badge().await;
    let path = format!("/badges/{}", badge["id"].as_str().unwrap());
    assert_eq!(node.call("PATCH", &path, json!({"colour": "blue"})).await.1["colour"], "blue");
    assert_eq!(node.call("PUT", &path, json!({"consumer": {"username": "ada"}})).await.1["colour"], "white");
    assert_eq!(node.delete(&path).await.0, 204);
    assert_eq!(node.count("/badges").await, 0);
}

#[tokio::test]
async fn without_a_key_for_paths_only_ids_name_its_records() {
    let (node, _) = ada_with_a_badge().await;
    let text = "expected a valid UUID";
    let expected = json!({
        "code": 1, "name": "invalid primary key", "fields": {"id": text},
        "message": format!("invalid primary key: '{{id=\"{text}\"}}'"),
    });
    for method in ["GET", "PUT", "PATCH", "DELETE"] {
        assert_eq!(node.call(method, "/badges/red", json!({})).await, (400, expected.clone()), "{method}");
    }
}

#[tokio::test]
async fn without_tags_a_filter_by_tags_means_nothing() {
    let (node, badge) = ada_with_a_badge().await;
    assert_eq!(node.get("/badges?tags=gold").await, (200, json!({"data": [badge], "next": null})));
}
