//! DELETE.

use serde_json::{Value, json};

use crate::driver::{NOBODY, Node};

const GONE: (u16, Value) = (204, Value::Null);

#[tokio::test]
async fn a_record_is_gone_and_deleting_it_again_is_no_error() {
    let node = Node::new().await;
    node.given("/services", json!({"name": "orders", "host": "orders.internal"})).await;
    assert_eq!(node.delete("/services/orders").await, GONE);
    assert_eq!(node.get("/services/orders").await.0, 404);
    assert_eq!(node.delete("/services/orders").await, GONE);
    assert_eq!(node.delete(&format!("/services/{NOBODY}")).await, GONE);
}

#[tokio::test]
async fn deleting_nothing_takes_no_revision() {
    let node = Node::new().await;
    let before = node.configuration.store().revision().await.unwrap();
    node.delete("/services/orders").await;
    assert_eq!(node.configuration.store().revision().await.unwrap(), before);
}

#[tokio::test]
async fn what_others_need_stays() {
    let node = Node::new().await;
    node.given("/services", json!({"name": "orders", "host": "orders.internal"})).await;
    node.given("/services/orders/routes", json!({"paths": ["/orders"]})).await;
    let expected = json!({
        "code": 4, "name": "foreign key violation", "fields": {"@referenced_by": "routes"},
        "message": "an existing 'routes' entity references this 'services' entity",
    });
    assert_eq!(node.delete("/services/orders").await, (400, expected));
    assert_eq!(node.get("/services/orders").await.0, 200);
}

#[tokio::test]
async fn what_belongs_to_a_record_goes_with_it() {
    let node = Node::new().await;
    node.given("/consumers", json!({"username": "ada"})).await;
    node.given("/consumers/ada/jwt", json!({"key": "issuer"})).await;
    node.given("/consumers/ada/key-auth", json!({"key": "door"})).await;
    assert_eq!(node.delete("/consumers/ada").await, GONE);
    assert_eq!((node.count("/jwts").await, node.count("/key-auths").await), (0, 0));
}
