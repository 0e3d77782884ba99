//! Records below the one that they refer to: `/services/<service>/routes/<route>`.

use serde_json::{Value, json};

use crate::driver::Node;

async fn two_consumers() -> Node {
    let node = Node::new().await;
    node.given("/consumers", json!({"username": "ada"})).await;
    node.given("/consumers", json!({"username": "grace"})).await;
    node.given("/consumers/ada/jwt", json!({"key": "issuer", "secret": "first"})).await;
    node
}

fn not_found() -> (u16, Value) {
    (404, json!({"message": "Not found"}))
}

#[tokio::test]
async fn a_record_created_below_another_refers_to_it() {
    let node = Node::new().await;
    let service = node.given("/services", json!({"name": "orders", "host": "orders.internal"})).await;
    let route = node.given("/services/orders/routes", json!({"name": "v1", "paths": ["/v1"]})).await;
    assert_eq!(route["service"], json!({"id": service["id"]}));
}

#[tokio::test]
async fn the_parent_of_the_path_wins_over_that_of_the_body() {
    let node = two_consumers().await;
    let ada = node.get("/consumers/ada").await.1;
    let body = json!({"key": "second", "consumer": {"username": "grace"}});
    let credential = node.given("/consumers/ada/jwt", body.clone()).await;
    assert_eq!(credential["consumer"], json!({"id": ada["id"]}));
    let (_, credential) = node.call("PUT", "/consumers/ada/jwt/third", body).await;
    assert_eq!(credential["consumer"], json!({"id": ada["id"]}));
}

#[tokio::test]
async fn only_the_records_of_the_parent_are_listed() {
    let node = two_consumers().await;
    let (status, body) = node.get("/consumers/ada/jwt").await;
    assert_eq!((status, &body["data"][0]["key"]), (200, &json!("issuer")));
    assert_eq!(node.get("/consumers/grace/jwt").await, (200, json!({"data": [], "next": null})));
}

#[tokio::test]
async fn without_its_parent_nothing_is_found() {
    let node = two_consumers().await;
    for method in ["GET", "POST"] {
        assert_eq!(node.call(method, "/consumers/nobody/jwt", json!({})).await, not_found(), "{method}");
    }
    for method in ["GET", "PUT", "PATCH", "DELETE"] {
        assert_eq!(node.call(method, "/consumers/nobody/jwt/issuer", json!({})).await, not_found(), "{method}");
    }
}

#[tokio::test]
async fn the_records_of_another_parent_are_not_found() {
    let node = two_consumers().await;
    for method in ["GET", "PATCH", "DELETE"] {
        let answer = node.call(method, "/consumers/grace/jwt/issuer", json!({"secret": "stolen"})).await;
        assert_eq!(answer, not_found(), "{method}");
    }
    assert_eq!(node.get("/jwts/issuer").await.1["secret"], "first");
}

#[tokio::test]
async fn a_record_is_read_changed_and_deleted_below_its_parent() {
    let node = two_consumers().await;
    let (status, body) = node.call("PATCH", "/consumers/ada/jwt/issuer", json!({"secret": "second"})).await;
    assert_eq!((status, &body["secret"]), (200, &json!("second")));
    assert_eq!(node.get("/consumers/ada/jwt/issuer").await, (200, body));
    assert_eq!(node.delete("/consumers/ada/jwt/issuer").await, (204, Value::Null));
    assert_eq!(node.delete("/consumers/ada/jwt/issuer").await, not_found());
}

#[tokio::test]
async fn put_creates_below_the_parent_by_key_and_by_id() {
    let node = two_consumers().await;
    let (status, body) = node.call("PUT", "/consumers/grace/key-auth/door", json!({})).await;
    assert_eq!((status, &body["key"]), (200, &json!("door")));
    let id = "0d4a7c1b-52f3-4e69-8a17-c3b2d1e0f9a8";
    let (status, body) = node.call("PUT", &format!("/consumers/grace/key-auth/{id}"), json!({"key": "gate"})).await;
    assert_eq!((status, &body["id"], &body["key"]), (200, &json!(id), &json!("gate")));
    assert_eq!(node.get("/consumers/grace/key-auth").await.1["data"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn put_takes_a_record_over_from_another_parent() {
    let node = two_consumers().await;
    let (status, _) = node.call("PUT", "/consumers/grace/jwt/issuer", json!({"secret": "second"})).await;
    assert_eq!(status, 200);
    assert_eq!(node.get("/consumers/ada/jwt/issuer").await, not_found());
    assert_eq!(node.get("/consumers/grace/jwt/issuer").await.1["secret"], "second");
}

#[tokio::test]
async fn patch_moves_a_record_when_the_body_names_another_parent() {
    let node = two_consumers().await;
    let patch = json!({"consumer": {"username": "grace"}});
    assert_eq!(node.call("PATCH", "/consumers/ada/jwt/issuer", patch).await.0, 200);
    assert_eq!(node.get("/consumers/ada/jwt/issuer").await, not_found());
    assert_eq!(node.get("/consumers/grace/jwt/issuer").await.0, 200);
}

#[tokio::test]
async fn plugins_hang_below_all_that_they_can_be_for() {
    let node = Node::new().await;
    node.given("/services", json!({"name": "orders", "host": "orders.internal"})).await;
    node.given("/services/orders/routes", json!({"name": "v1", "paths": ["/v1"]})).await;
    node.given("/consumers", json!({"username": "ada"})).await;
    for parent in ["/services/orders", "/routes/v1", "/consumers/ada"] {
        let plugin = node.given(&format!("{parent}/plugins"), json!({"name": "fragile"})).await;
        let path = format!("{parent}/plugins/{}", plugin["id"].as_str().unwrap());
        assert_eq!(node.call("PATCH", &path, json!({"enabled": false})).await.1["enabled"], false, "{parent}");
        assert_eq!(node.count(&format!("{parent}/plugins")).await, 1, "{parent}");
    }
    assert_eq!(node.count("/plugins").await, 3);
}
