//! Keys and their sets, vaults, and what is only described.

use rcgen::KeyPair;
use serde_json::{Value, json};

use crate::driver::Node;

fn key(kid: &str) -> Value {
    json!({"kid": kid, "pem": {"private_key": KeyPair::generate().unwrap().serialize_pem()}})
}

#[tokio::test]
async fn keys_belong_to_sets_and_go_with_them() {
    let node = Node::new().await;
    let set = node.given("/key-sets", json!({"name": "mine"})).await;
    let made = node.given("/key-sets/mine/keys", key("k")).await;
    assert_eq!(made["set"], json!({"id": set["id"]}));
    node.given("/keys", key("k")).await;
    let (status, body) = node.call("POST", "/key-sets/mine/keys", key("k")).await;
    assert_eq!((status, &body["fields"]), (409, &json!({"kid": "k", "set": {"id": set["id"]}})));
    let (status, body) = node.call("POST", "/keys", key("k")).await;
    assert_eq!((status, &body["fields"]), (409, &json!({"kid": "k", "set": null})));
    assert_eq!(node.count("/key-sets/mine/keys").await, 1);
    assert_eq!(node.get(&format!("/keys/{}/set", made["id"].as_str().unwrap())).await, (200, set));
    assert_eq!(node.delete("/key-sets/mine").await.0, 204);
    assert_eq!(node.count("/keys").await, 1);
}

#[tokio::test]
async fn a_key_is_found_by_its_name() {
    let node = Node::new().await;
    let (status, made) = node.call("PUT", "/keys/signing", key("k")).await;
    assert_eq!((status, &made["name"]), (200, &json!("signing")));
    assert_eq!(node.get("/keys/signing").await, (200, made));
}

#[tokio::test]
async fn a_vault_is_found_by_its_prefix_and_its_kind_has_a_schema() {
    let node = Node::new().await;
    let (status, made) = node.call("PUT", "/vaults/my-env", json!({"name": "env", "config": {"prefix": "A_"}})).await;
    assert_eq!((status, &made["prefix"], &made["config"]), (200, &json!("my-env"), &json!({"prefix": "A_"})));
    let (_, changed) = node.call("PATCH", "/vaults/my-env", json!({"description": "d"})).await;
    assert_eq!((&changed["description"], &changed["config"]), (&json!("d"), &made["config"]));
    let (status, schema) = node.get("/schemas/vaults/env").await;
    assert_eq!((status, &schema["fields"][0]["config"]["required"]), (200, &json!(true)));
    let missing = (404, json!({"message": "No vault named 'attic'"}));
    assert_eq!(node.get("/schemas/vaults/attic").await, missing);
    let valid = json!({"name": "env", "prefix": "p1"});
    assert_eq!(node.call("POST", "/schemas/vaults/validate", valid).await.0, 200);
    assert_eq!(node.call("POST", "/schemas/vaults/validate", json!({"name": "env"})).await.0, 400);
}

#[tokio::test]
async fn what_is_not_run_here_is_described_and_says_so() {
    let node = Node::new().await;
    for name in ["tags", "workspaces", "parameters", "filter_chains", "clustering_data_planes", "ratelimiting_metrics"]
    {
        assert_eq!(node.get(&format!("/schemas/{name}")).await.0, 200, "{name}");
    }
    let valid = json!({"name": "w"});
    assert_eq!(node.call("POST", "/schemas/workspaces/validate", valid).await.0, 200);
    assert_eq!(node.get("/workspaces").await.0, 404);
    let filters = json!({"message": "this endpoint is only available when wasm is enabled"});
    for path in ["/filter-chains", "/filter-chains/x", "/routes/x/filters/all", "/services/x/filter-chains"] {
        assert_eq!(node.get(path).await, (400, filters.clone()), "{path}");
    }
    assert_eq!(node.call("POST", "/filter-chains", json!({})).await, (400, filters));
    let text = "this endpoint is only available when Kong is configured to run as Control Plane for the cluster";
    for path in ["/clustering/data-planes", "/clustering/status"] {
        assert_eq!(node.get(path).await, (400, json!({ "message": text })), "{path}");
    }
}
