//! What is allowed and surely not meant: `GET /lint`, and what the writer of a record is told.

use serde_json::json;

use crate::driver::Node;

/// What a write is told.
async fn told(node: &Node, method: &str, target: &str, body: serde_json::Value) -> Vec<String> {
    let answer = node.send(method, target, "application/json", body.to_string()).await;
    assert!(answer.status.is_success(), "{target}: {:?}", answer.body);
    let fields = answer.headers.iter().filter(|(name, _)| name == "x-gibbon-warning");
    fields.map(|(_, value)| value.to_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_writer_is_told_of_the_record_that_it_has_written_and_of_no_other() {
    let node = Node::new().await;
    let jwt = told(&node, "PUT", "/plugins/5d0c2f4e-7a61-4b6e-9a3c-000000000001", json!({ "name": "jwt" })).await;
    assert!(jwt.len() == 1 && jwt[0].starts_with("jwt-without-exp: "), "{jwt:?}");
    let right = json!({ "config": { "claims_to_verify": ["exp"] } });
    let patched = told(&node, "PATCH", "/plugins/5d0c2f4e-7a61-4b6e-9a3c-000000000001", right).await;
    assert!(patched.is_empty(), "{patched:?}");
    node.given("/consumers", json!({ "username": "ann" })).await;
    let key = told(&node, "POST", "/consumers/ann/jwt", json!({ "key": "k", "secret": "short" })).await;
    assert!(key.len() == 1 && key[0].starts_with("weak-key: "), "{key:?}");
    let service = told(&node, "POST", "/services", json!({ "name": "s", "host": "a.example" })).await;
    assert!(service.is_empty(), "{service:?}");
    assert!(told(&node, "POST", "/services/s/routes", json!({ "name": "a", "paths": ["/a"] })).await.is_empty());
}

#[tokio::test]
async fn the_whole_is_shown_with_the_worst_first() {
    let node = Node::new().await;
    assert_eq!(node.get("/lint").await, (200, json!({ "data": [], "total": 0 })));
    let jwt = node.given("/plugins", json!({ "name": "jwt" })).await;
    let upstream = node.given("/upstreams", json!({ "name": "u" })).await;
    node.given("/consumers", json!({ "username": "ann" })).await;
    let key = node.given("/consumers/ann/jwt", json!({ "key": "k", "secret": "short" })).await;
    let (status, found) = node.get("/lint").await;
    let entities: Vec<_> =
        found["data"].as_array().unwrap().iter().map(|one| (&one["code"], &one["entity"]["id"])).collect();
    let expected =
        [("upstream-without-targets", &upstream["id"]), ("jwt-without-exp", &jwt["id"]), ("weak-key", &key["id"])];
    let codes = expected.map(|(code, _)| json!(code));
    let expected: Vec<_> = codes.iter().zip(expected).map(|(code, (_, id))| (code, id)).collect();
    assert_eq!((status, entities, &found["total"]), (200, expected, &json!(3)));
    assert_eq!(found["data"][0]["entity"], json!({ "type": "upstreams", "id": upstream["id"], "name": "u" }));
    assert_eq!((&found["data"][0]["severity"], &found["data"][1]["severity"]), (&json!("error"), &json!("warning")));
}

#[tokio::test]
async fn it_is_not_a_part_of_the_status_api() {
    assert_eq!(Node::new().await.into_status().get("/lint").await.0, 404);
}
