//! `/jwt/revocations`: tokens that are not to be believed any more.

use gibbon_jose::Algorithm;
use gibbon_jose::sign::Signer;
use serde_json::{Map, Value, json};

use crate::driver::Node;

const SECRET: &str = "a secret of ann and of this chapter";

/// A node on which tokens of `ann` pass.
async fn guarded() -> Node {
    let node = Node::new().await;
    node.given("/services", json!({ "name": "s", "host": "s.internal" })).await;
    node.given("/services/s/routes", json!({ "name": "r", "paths": ["/"] })).await;
    node.given("/plugins", json!({ "name": "jwt" })).await;
    node.given("/consumers", json!({ "username": "ann" })).await;
    node.given("/consumers/ann/jwt", json!({ "key": "issuer", "secret": SECRET })).await;
    node
}

/// Whether a token of `ann` with the id `j1` would pass on a node.
async fn passes(node: &Node) -> bool {
    let signer = Signer::from_secret(Algorithm::HS256, SECRET.as_bytes()).unwrap();
    let token = signer.sign(&Map::new(), r#"{"iss":"issuer","jti":"j1"}"#).unwrap();
    let (status, explained) = node.call("POST", "/explain", json!({ "token": token })).await;
    assert_eq!(status, 200, "{explained}");
    let passes = explained["outcome"]["passes"] == true;
    if !passes {
        assert_eq!(explained["outcome"]["answer"]["body"]["reason"], "revoked");
    }
    passes
}

#[tokio::test]
async fn a_revocation_is_live_when_it_is_answered_and_on_other_nodes_when_they_follow() {
    let node = guarded().await;
    let other = node.second().await;
    assert!(passes(&node).await && passes(&other).await);
    let revoked = node.given("/jwt/revocations", json!({ "by": "jti", "value": "j1", "reason": "lost" })).await;
    assert!(!passes(&node).await);
    other.configuration.follow().await.unwrap();
    assert!(!passes(&other).await);
    let path = format!("/jwt/revocations/{}", revoked["id"].as_str().unwrap());
    assert_eq!(other.delete(&path).await.0, 204);
    assert!(passes(&other).await && !passes(&node).await);
    node.configuration.follow().await.unwrap();
    assert!(passes(&node).await);
}

#[tokio::test]
async fn a_revocation_outlives_a_restart() {
    let node = guarded().await;
    node.given("/jwt/revocations", json!({ "by": "consumer", "value": "ann" })).await;
    assert!(!passes(&node.second().await).await);
}

#[tokio::test]
async fn revocations_are_listed_looked_at_and_made_once() {
    let node = guarded().await;
    let first = node.given("/jwt/revocations", json!({ "by": "jti", "value": "j1", "ttl": 600 })).await;
    let (status, again) = node.call("POST", "/jwt/revocations", json!({ "by": "jti", "value": "j1" })).await;
    assert_eq!((status, &again["name"]), (400, &json!("primary key violation")), "{again}");
    let id = first["id"].as_str().unwrap();
    let (status, shown) = node.get(&format!("/jwt/revocations/{id}")).await;
    assert_eq!((status, &shown["by"], &shown["value"]), (200, &json!("jti"), &json!("j1")));
    assert!(shown["ttl"].as_i64().is_some_and(|left| (590..=600).contains(&left)), "{shown}");
    for number in 0..3 {
        node.given("/jwt/revocations", json!({ "by": "sub", "value": format!("s{number}") })).await;
    }
    let (_, page) = node.get("/jwt/revocations?size=3").await;
    assert_eq!(page["data"].as_array().map(Vec::len), Some(3));
    let next = page["next"].as_str().unwrap();
    assert!(next.starts_with("/jwt/revocations?"), "{next}");
    assert_eq!(node.get(next).await.1["data"].as_array().map(Vec::len), Some(1));
    let (status, wrong) = node.call("POST", "/jwt/revocations", json!({ "by": "jti" })).await;
    assert_eq!(status, 400, "{wrong}");
    assert_eq!(node.call("PATCH", &format!("/jwt/revocations/{id}"), json!({ "reason": "stolen" })).await.0, 200);
    let (status, wrong) = node.call("PATCH", &format!("/jwt/revocations/{id}"), json!({ "value": "j2" })).await;
    assert_eq!(status, 400, "{wrong}");
    let other: Value = json!({ "by": "jti", "value": "j9" });
    assert_eq!(node.call("PUT", &format!("/jwt/revocations/{id}"), other).await.0, 400);
}
