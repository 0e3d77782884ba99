//! GET of one record.

use serde_json::json;

use crate::driver::{NOBODY, Node};

#[tokio::test]
async fn a_record_is_found_by_its_id_and_by_its_name() {
    let node = Node::new().await;
    let service = node.given("/services", json!({"name": "orders", "host": "orders.internal"})).await;
    let id = service["id"].as_str().unwrap();
    assert_eq!(node.get("/services/orders").await, (200, service.clone()));
    assert_eq!(node.get(&format!("/services/{id}")).await, (200, service));
}

#[tokio::test]
async fn an_id_may_be_in_capitals() {
    let node = Node::new().await;
    let service = node.given("/services", json!({"host": "orders.internal"})).await;
    let id = service["id"].as_str().unwrap().to_uppercase();
    assert_eq!(node.get(&format!("/services/{id}")).await.0, 200);
}

#[tokio::test]
async fn each_kind_has_its_own_key() {
    let node = Node::new().await;
    node.given("/plugins", json!({"name": "key-auth", "instance_name": "everywhere"})).await;
    node.given("/consumers", json!({"username": "ada"})).await;
    node.given("/consumers/ada/jwt", json!({"key": "issuer"})).await;
    assert_eq!(node.get("/plugins/everywhere").await.0, 200);
    assert_eq!(node.get("/jwts/issuer").await.0, 200);
}

#[tokio::test]
async fn a_key_may_hold_any_character() {
    let node = Node::new().await;
    node.given("/consumers", json!({"username": "ada"})).await;
    node.given("/consumers/ada/jwt", json!({"key": "https://issuer.internal/?a=b"})).await;
    let (status, body) = node.get("/consumers/ada/jwt/https%3A%2F%2Fissuer.internal%2F%3Fa%3Db").await;
    assert_eq!((status, &body["key"]), (200, &json!("https://issuer.internal/?a=b")));
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let node = Node::new().await;
    let not_found = (404, json!({"message": "Not found"}));
    assert_eq!(node.get("/services/orders").await, not_found);
    assert_eq!(node.get(&format!("/services/{NOBODY}")).await, not_found);
    assert_eq!(node.get("/teapots").await, not_found);
    assert_eq!(node.get("/services/orders/teapots").await, not_found);
}

#[tokio::test]
async fn a_name_that_no_record_can_have_is_said_to_be_none() {
    let node = Node::new().await;
    let (status, body) = node.get("/services/what%3F").await;
    let text = "invalid value 'what?': the only accepted ascii characters are alphanumerics or ., -, _, and ~";
    assert_eq!((status, body), (400, json!({"code": 10, "name": "invalid unique name", "message": text})));
}

#[tokio::test]
async fn a_slash_at_the_end_means_nothing() {
    let node = Node::new().await;
    node.given("/consumers/", json!({"username": "ada"})).await;
    assert_eq!(node.get("/consumers/ada/").await.0, 200);
}

#[tokio::test]
async fn a_collection_is_found_by_its_singular() {
    let node = Node::new().await;
    let route = node.given("/routes", json!({"paths": ["/orders"]})).await;
    let id = route["id"].as_str().unwrap();
    assert_eq!(node.get(&format!("/route/{id}")).await, (200, route.clone()));
    let (status, _) = node.call("POST", &format!("/route/{id}/plugins"), json!({"name": "key-auth"})).await;
    assert_eq!(status, 201);
}

#[tokio::test]
async fn a_path_that_is_no_text_names_nothing_and_creates_nothing() {
    let node = Node::new().await;
    node.given("/consumers", json!({"username": "ada"})).await;
    for method in ["GET", "PUT", "DELETE"] {
        for key in ["%ff", "%fe", "a%c3"] {
            let answer = node.call(method, &format!("/consumers/ada/jwt/{key}"), json!({})).await;
            assert_eq!(answer, (400, json!({"message": "the path is not UTF-8"})), "{method} {key}");
        }
    }
    assert_eq!(node.count("/jwts").await, 0);
}
