//! What entities and plugins look like, and whether a body would do.

use serde_json::{Value, json};

use crate::driver::Node;

/// The definition of a field in a document.
fn field<'a>(document: &'a Value, name: &str) -> &'a Value {
    let fields = document["fields"].as_array().into_iter().flatten();
    fields.filter_map(|field| field.get(name)).next().unwrap_or_else(|| panic!("{name}: {document}"))
}

#[tokio::test]
async fn each_entity_has_its_document_and_tags_have_one_too() {
    let node = Node::new().await;
    for name in ["services", "routes", "consumers", "plugins", "jwt_secrets", "keyauth_credentials", "tags"] {
        let (status, document) = node.get(&format!("/schemas/{name}")).await;
        assert_eq!(status, 200, "{name}");
        assert!(document["fields"].is_array() && document["entity_checks"].is_array(), "{name}");
    }
    let (_, services) = node.get("/schemas/services").await;
    assert_eq!(field(&services, "retries")["default"], 5);
}

#[tokio::test]
async fn each_plugin_has_its_document() {
    let node = Node::new().await;
    let (status, document) = node.get("/schemas/plugins/jwt").await;
    assert_eq!(status, 200);
    assert_eq!(field(field(&document, "config"), "key_claim_name")["default"], "iss");
    let (status, config) = node.get("/plugins/schema/jwt").await;
    assert_eq!(status, 200);
    assert_eq!(field(&config, "key_claim_name")["default"], "iss");
}

#[tokio::test]
async fn what_has_no_schema_is_named() {
    let node = Node::new().await;
    let entity = (404, json!({"message": "No entity named 'nothing'"}));
    let plugin = (404, json!({"message": "No plugin named 'nothing'"}));
    assert_eq!(node.get("/schemas/nothing").await, entity);
    assert_eq!(node.call("POST", "/schemas/nothing/validate", json!({})).await, entity);
    assert_eq!(node.get("/schemas/plugins/nothing").await, plugin);
    assert_eq!(node.get("/plugins/schema/nothing").await, plugin);
}

#[tokio::test]
async fn a_body_that_would_do_is_told_so_and_not_stored() {
    let node = Node::new().await;
    let fine = (200, json!({"message": "schema validation successful"}));
    assert_eq!(node.call("POST", "/schemas/services/validate", json!({"host": "a"})).await, fine);
    assert_eq!(node.form("POST", "/schemas/services/validate", "host=a&retries=3&tags[]=x").await, fine);
    let plugin = json!({"name": "jwt", "config": {"claims_to_verify": ["exp"]}});
    assert_eq!(node.call("POST", "/schemas/plugins/validate", plugin).await, fine);
    assert_eq!(node.count("/services").await, 0);
}

#[tokio::test]
async fn a_body_that_would_not_do_is_told_why() {
    let node = Node::new().await;
    let (status, body) = node.call("POST", "/schemas/services/validate", json!({"host": "a", "retries": "3"})).await;
    let expected = json!({
        "code": 2,
        "name": "schema violation",
        "message": "schema violation (retries: expected an integer)",
        "fields": {"retries": "expected an integer"},
    });
    assert_eq!((status, body), (400, expected));
    let plugin = json!({"name": "jwt", "config": {"claims_to_verify": ["iat"]}});
    let (status, body) = node.call("POST", "/schemas/plugins/validate", plugin).await;
    assert_eq!((status, &body["fields"]["config"]["claims_to_verify"]), (400, &json!(["expected one of: exp, nbf"])));
    let unknown = node.call("POST", "/schemas/plugins/validate", json!({"name": "no-such"})).await;
    assert_eq!((unknown.0, unknown.1["fields"]["name"].is_string()), (400, true));
}
