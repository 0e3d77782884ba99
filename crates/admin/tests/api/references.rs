//! References in bodies.

use serde_json::json;

use crate::driver::{NOBODY, Node};

#[tokio::test]
async fn a_record_is_meant_by_id_or_by_a_unique_field() {
    let node = Node::new().await;
    let service = node.given("/services", json!({"name": "orders", "host": "orders.internal"})).await;
    let consumer = node.given("/consumers", json!({"username": "ada", "custom_id": "1815"})).await;
    let by_id = node.given("/routes", json!({"paths": ["/a"], "service": {"id": service["id"]}})).await;
    let by_name = node.given("/routes", json!({"paths": ["/b"], "service": {"name": "orders"}})).await;
    assert_eq!(
        (&by_id["service"], &by_name["service"]),
        (&json!({"id": service["id"]}), &json!({"id": service["id"]}))
    );
    for reference in [json!({"username": "ada"}), json!({"custom_id": "1815"})] {
        let credential = node.given("/jwts", json!({"consumer": reference})).await;
        assert_eq!(credential["consumer"], json!({"id": consumer["id"]}), "{reference}");
    }
}

#[tokio::test]
async fn an_id_wins_over_what_stands_beside_it() {
    let node = Node::new().await;
    let service = node.given("/services", json!({"name": "orders", "host": "orders.internal"})).await;
    let reference = json!({"id": service["id"], "name": "something else"});
    let route = node.given("/routes", json!({"paths": ["/a"], "service": reference})).await;
    assert_eq!(route["service"], json!({"id": service["id"]}));
}

#[tokio::test]
async fn an_id_of_nothing_is_a_foreign_key_violation() {
    let node = Node::new().await;
    let body = json!({"paths": ["/a"], "service": {"id": NOBODY}});
    let expected = json!({
        "code": 4, "name": "foreign key violation", "fields": {"service": {"id": NOBODY}},
        "message": format!("the foreign key '{{id=\"{NOBODY}\"}}' does not reference an existing 'services' entity."),
    });
    assert_eq!(node.call("POST", "/routes", body).await, (400, expected));
    assert_eq!(node.count("/routes").await, 0);
}

#[tokio::test]
async fn a_name_of_nothing_is_a_foreign_key_that_is_not_resolved() {
    let node = Node::new().await;
    let body = json!({"paths": ["/a"], "service": {"name": "orders"}});
    let text = "the foreign key cannot be resolved with '{name=\"orders\"}' for an existing 'services' entity";
    let expected = json!({
        "code": 13, "name": "foreign keys unresolved", "fields": {"service": {"name": text}},
        "message": format!("foreign key unresolved (service.name: {text})"),
    });
    assert_eq!(node.call("POST", "/routes", body).await, (400, expected));
}

#[tokio::test]
async fn all_that_is_not_resolved_is_told_at_once() {
    let node = Node::new().await;
    let body = json!({"name": "key-auth", "service": {"name": "orders"}, "route": {"name": "v1"}});
    let (status, body) = node.call("POST", "/plugins", body).await;
    assert_eq!(status, 400);
    let message = body["message"].as_str().unwrap();
    assert!(message.starts_with("2 foreign keys unresolved (route.name: the foreign key"), "{message}");
}

#[tokio::test]
async fn what_is_no_reference_is_a_violation() {
    let node = Node::new().await;
    for (reference, text) in [
        (json!("orders"), "missing primary key"),
        (json!(7), "missing primary key"),
        (json!({}), "missing primary key"),
        (json!({"id": "orders"}), "expected a valid UUID"),
    ] {
        let (status, body) = node.call("POST", "/routes", json!({"paths": ["/a"], "service": reference})).await;
        assert_eq!((status, &body["fields"]), (400, &json!({"service": {"id": text}})), "{reference}");
    }
}

#[tokio::test]
async fn a_change_can_set_and_clear_a_reference() {
    let node = Node::new().await;
    let service = node.given("/services", json!({"name": "orders", "host": "orders.internal"})).await;
    node.given("/routes", json!({"name": "v1", "paths": ["/v1"]})).await;
    let (_, route) = node.call("PATCH", "/routes/v1", json!({"service": {"name": "orders"}})).await;
    assert_eq!(route["service"], json!({"id": service["id"]}));
    let (_, route) = node.call("PATCH", "/routes/v1", json!({"service": null})).await;
    assert_eq!(route["service"], json!(null));
    assert_eq!(node.delete("/services/orders").await.0, 204);
}
