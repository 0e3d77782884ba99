//! The document for programs says what is there.

use std::path::Path;

use gibbon_runtime::Definitions;
use serde_json::{Value, json};

use crate::driver::Node;

async fn document(node: &Node) -> Value {
    let (status, document) = node.get("/openapi.json").await;
    assert_eq!((status, &document["openapi"]), (200, &json!("3.1.0")));
    document
}

#[tokio::test]
async fn every_path_with_its_methods_is_described() {
    let node = Node::new().await;
    let document = document(&node).await;
    let (_, endpoints) = node.get("/endpoints").await;
    let described = document["paths"].as_object().unwrap();
    for path in endpoints["data"].as_array().unwrap() {
        let path = path.as_str().unwrap();
        let item = described.get(path).unwrap_or_else(|| panic!("{path} is not described"));
        let answer = node.send("OPTIONS", &path.replace(['{', '}'], ""), "", String::new()).await;
        let allow = answer.headers.iter().find(|(name, _)| *name == http::header::ALLOW).unwrap();
        for method in allow.1.to_str().unwrap().split(", ").filter(|method| !["HEAD", "OPTIONS"].contains(method)) {
            let operation = &item[method.to_ascii_lowercase()];
            assert!(operation["responses"].is_object(), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere_and_every_operation_has_its_own_id() {
    let node = Node::new().await;
    let document = document(&node).await;
    let text = document.to_string();
    let references = text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next());
    for reference in references {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
    let mut ids: Vec<_> = text.split("\"operationId\":\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

/// A plugin that no reference knows: whatever is told of it comes from its own declaration.
#[tokio::test]
async fn a_plugin_that_is_registered_is_there_with_schema_validation_and_document() {
    let node = Node::new().await;
    let (status, schema) = node.get("/schemas/plugins/fragile").await;
    assert_eq!(status, 200);
    let config = schema["fields"].as_array().unwrap().iter().find_map(|field| field.get("config")).unwrap();
    assert_eq!(config["fields"][0]["broken"], json!({"type": "boolean", "default": false}));
    let fine = json!({"name": "fragile", "config": {"broken": false}});
    assert_eq!(node.call("POST", "/schemas/plugins/validate", fine).await.0, 200);
    let wrong = json!({"name": "fragile", "config": {"broken": "no"}});
    let (status, body) = node.call("POST", "/schemas/plugins/validate", wrong).await;
    assert_eq!((status, &body["fields"]["config"]["broken"]), (400, &json!("expected a boolean")));
    let document = document(&node).await;
    let of_plugin = &document["components"]["schemas"]["plugins.fragile.new"]["properties"];
    assert_eq!(of_plugin["name"], json!({"const": "fragile"}));
    let broken = json!({"type": ["boolean", "null"], "default": false});
    assert_eq!(of_plugin["config"]["properties"]["broken"], broken);
    assert!(document["paths"]["/consumers/{consumers}/badge"]["post"].is_object());
}

/// `cargo xtask openapi`, or this test with UPDATE=1, renews it.
#[test]
fn the_committed_document_is_up_to_date() {
    let registry = gibbon_plugins::registry::registry();
    let document = gibbon_admin::openapi(&Definitions::new(&registry), &registry, env!("CARGO_PKG_VERSION"));
    let (path, expected) =
        (Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json"), format!("{document:#}\n"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == expected, "docs/openapi.json is out of date: run `cargo xtask openapi`");
}
