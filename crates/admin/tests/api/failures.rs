//! What goes wrong here is told without telling how it looks inside.

use serde_json::json;

use crate::driver::Node;

#[tokio::test]
async fn without_its_store_the_api_is_not_available() {
    let node = Node::new().await;
    node.given("/consumers", json!({"username": "ada"})).await;
    node.lose_store().await;
    let expected = (503, json!({"message": "the configuration store is not available"}));
    for target in ["/consumers", "/consumers/ada", "/consumers/ada/jwt", "/tags"] {
        assert_eq!(node.get(target).await, expected, "{target}");
    }
    assert_eq!(node.call("POST", "/consumers", json!({"username": "grace"})).await, expected);
    assert_eq!(node.call("PATCH", "/consumers/ada", json!({"custom_id": "1"})).await, expected);
    assert_eq!(node.delete("/consumers/ada").await, expected);
}

#[tokio::test]
async fn without_its_store_what_needs_none_still_answers() {
    let node = Node::new().await;
    node.lose_store().await;
    for target in ["/status", "/endpoints", "/schemas/routes", "/plugins/enabled"] {
        assert_eq!(node.get(target).await.0, 200, "{target}");
    }
}

#[tokio::test]
async fn answers_do_not_name_the_database() {
    let node = Node::new().await;
    let folder = node.folder().to_string_lossy().into_owned();
    node.lose_store().await;
    for target in ["/consumers", "/services/orders"] {
        let (_, body) = node.get(target).await;
        let text = body.to_string();
        assert!(!text.contains(&folder) && !text.to_lowercase().contains("sql"), "{text}");
    }
}
