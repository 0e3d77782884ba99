//! Records of plugins that are kept whether the plugin runs or not.

use serde_json::{Value, json};

use crate::driver::Node;

async fn ada() -> Node {
    let node = Node::new().await;
    node.given("/consumers", json!({"username": "ada"})).await;
    node
}

#[tokio::test]
async fn a_consumer_is_in_a_group_once_and_the_group_names_that() {
    let node = ada().await;
    let made = node.given("/consumers/ada/acls", json!({"group": "gold"})).await;
    let (status, body) = node.call("POST", "/consumers/ada/acls", json!({"group": "gold"})).await;
    assert_eq!((status, &body["fields"]), (409, &json!({"consumer": made["consumer"], "group": "gold"})));
    assert_eq!(node.get("/consumers/ada/acls/gold").await, (200, made.clone()));
    let id = made["id"].as_str().unwrap();
    assert_eq!(node.get(&format!("/acls/{id}")).await, (200, made.clone()));
    assert_eq!(node.get(&format!("/acls/{id}/consumer")).await.1["username"], "ada");
    assert_eq!(node.get("/acls/gold").await.0, 400);
    let (status, put) = node.call("PUT", "/consumers/ada/acls/silver", json!({})).await;
    assert_eq!((status, &put["group"]), (200, &json!("silver")));
    node.given("/consumers", json!({"username": "grace"})).await;
    assert_eq!(node.get("/consumers/grace/acls/gold").await.0, 404);
    assert_eq!(node.delete("/consumers/ada/acls/gold").await.0, 204);
    assert_eq!(node.delete("/consumers/ada").await.0, 204);
    assert_eq!(node.count("/acls").await, 0);
}

#[tokio::test]
async fn a_password_is_shown_as_its_hash_and_can_be_sent_back() {
    let node = ada().await;
    let made = node.given("/consumers/ada/basic-auth", json!({"username": "a", "password": "secret"})).await;
    let hash = made["password"].as_str().unwrap();
    assert!(hash.starts_with("$argon2id$"), "{hash}");
    let path = format!("/basic-auths/{}", made["id"].as_str().unwrap());
    let (status, again) = node.call("PUT", &path, made.clone()).await;
    assert_eq!((status, &again["password"]), (200, &made["password"]));
    let (_, tagged) = node.call("PATCH", "/consumers/ada/basic-auth/a", json!({"tags": ["t"]})).await;
    assert_eq!(tagged["password"], made["password"]);
    let (_, changed) = node.call("PATCH", "/basic-auths/a", json!({"password": "other"})).await;
    assert_ne!(changed["password"], made["password"]);
    let form = node.form("POST", "/consumers/ada/basic-auth", "username=b&password=secret").await;
    assert_eq!((form.0, form.1["username"].clone()), (201, json!("b")));
}

#[tokio::test]
async fn applications_have_tokens_that_go_with_them() {
    let node = ada().await;
    let redirect = json!(["https://example.com/back"]);
    let application = json!({"name": "app", "redirect_uris": redirect, "client_id": "app-1"});
    let made = node.given("/consumers/ada/oauth2", application).await;
    assert_eq!(made["client_secret"].as_str().map(str::len), Some(32));
    node.given("/services", json!({"name": "s", "host": "h"})).await;
    let token = json!({"expires_in": 60, "access_token": "t", "service": {"name": "s"}, "ttl": 60});
    let token = node.given("/oauth2/app-1/oauth2_tokens", token).await;
    assert_eq!((&token["credential"], &token["ttl"]), (&json!({"id": made["id"]}), &json!(60)));
    assert_eq!(node.count("/services/s/oauth2_tokens").await, 1);
    assert_eq!(node.get("/oauth2_tokens/t/credential").await, (200, made));
    assert_eq!(node.get("/oauth2_tokens/t/service").await.1["name"], "s");
    assert_eq!(node.get("/oauth2_authorization_codes").await.0, 404);
    assert_eq!(node.delete("/oauth2/app-1").await.0, 204);
    assert_eq!(node.count("/oauth2_tokens").await, 0);
}

#[tokio::test]
async fn other_records_of_plugins_have_their_collections() {
    let node = ada().await;
    let (status, signer) = node.call("PUT", "/consumers/ada/hmac-auth/signer", json!({"secret": "s"})).await;
    assert_eq!((status, &signer["username"], &signer["secret"]), (200, &json!("signer"), &json!("s")));
    assert_eq!(node.get("/hmac-auths/signer").await, (200, signer));
    node.given("/sessions", json!({"session_id": "x", "data": "d", "ttl": 10})).await;
    assert_eq!(node.get("/sessions/x").await.1["data"], "d");
    let stored = node.given("/acme_storage", json!({"key": "k"})).await;
    assert_eq!(stored["value"].as_str().map(str::len), Some(32));
    assert_eq!(node.get("/session_metadatas").await.0, 404);
}

#[tokio::test]
async fn a_plugin_that_is_not_there_is_refused_by_name() {
    let node = ada().await;
    let (_, root) = node.get("/").await;
    let (_, enabled) = node.get("/plugins/enabled").await;
    let name = "aws-lambda";
    assert_eq!(root["plugins"]["available_on_server"][name], Value::Null);
    assert!(!enabled["enabled_plugins"].as_array().unwrap().contains(&json!(name)));
    let (status, body) = node.call("POST", "/plugins", json!({"name": name})).await;
    let expected = format!("plugin '{name}' not enabled; add it to the 'plugins' configuration property");
    assert_eq!((status, &body["fields"]["name"]), (400, &json!(expected)));
    assert_eq!(node.get(&format!("/schemas/plugins/{name}")).await.0, 404);
}
