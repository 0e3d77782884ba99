//! Fields that refer to secrets: what is served has the secret, what is stored has the reference.

use std::sync::Arc;

use gibbon_runtime::Extent;
use gibbon_runtime::{CommitError, Definitions, Records, Secrets};
use gibbon_store::{Change, Op};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixture::{Fixture, registry, stage, vaults};

#[tokio::test]
async fn a_plugin_is_configured_with_the_secret_and_stored_with_the_reference() {
    let fixture = Fixture::with_variables(&[("MARK", "fine"), ("BAD_MARK", "broken")]).await;
    let id = fixture.put("plugins", json!({"name": "early", "config": {"mark": "{vault://env/mark}"}})).await;
    let stored = fixture.store.get("plugins", id).await.unwrap().unwrap();
    assert_eq!(stored["config"]["mark"], "{vault://env/mark}");
    // The plugin refuses this secret, which shows that it has got it.
    let body = fixture.prepare("plugins", json!({"name": "late", "config": {"mark": "{vault://env/bad-mark}"}}));
    let mut write = fixture.configuration.write().await.unwrap();
    stage(&mut write, &fixture.configuration, "plugins", &body).await;
    assert!(matches!(write.commit().await, Err(CommitError::Unbuildable(_))));
}

#[tokio::test]
async fn a_secret_that_cannot_be_had_is_the_empty_text() {
    let fixture = Fixture::new().await;
    fixture.put("plugins", json!({"name": "early", "config": {"mark": "{vault://env/mark}"}})).await;
    assert_eq!(fixture.configuration.snapshot().faults().count(), 0);
}

#[tokio::test]
async fn each_node_has_the_secrets_of_its_own_environment() {
    let fixture = Fixture::with_variables(&[("MARK", "fine")]).await;
    fixture.put("plugins", json!({"name": "early", "config": {"mark": "{vault://env/mark}"}})).await;
    let other = fixture.second_node_with(&[("MARK", "broken")]).await;
    assert_eq!(other.snapshot().faults().map(|fault| fault.kind).collect::<Vec<_>>(), ["plugins"]);
}

#[test]
fn a_vault_that_is_written_or_deleted_changes_what_refers_to_it() {
    let registry = registry();
    let definitions = Definitions::new(&registry).with_vaults(vaults(&[("APP_MARK", "broken")]));
    let mut records = Records::empty(&registry, Secrets::new(Arc::new(definitions)));
    let [plugin, vault] = [1, 2].map(Uuid::from_u128);
    let mut apply = |kind: &str, id: Uuid, op: Op| {
        let change = Change { revision: 1, kind: kind.to_owned(), id, op };
        let settings = gibbon_plugin_api::Settings::default();
        let extent = match records.apply(&[change], &registry, &settings) {
            Extent::Directory => "nothing",
            Extent::Plans(_) => "plans",
            Extent::Routes(_) => "routes",
        };
        (extent, records.faults().map(|fault| fault.id).collect::<Vec<_>>())
    };
    let body = |value: Value| Op::Put(value.as_object().unwrap().clone());
    let of_plugin = json!({
        "id": plugin.to_string(), "name": "early", "enabled": true, "protocols": ["http"],
        "config": {"mark": "{vault://mine/mark}"},
    });
    assert_eq!(apply("plugins", plugin, body(of_plugin)), ("plans", vec![]), "nothing is behind it yet");
    let of_vault = json!({"id": vault.to_string(), "prefix": "mine", "name": "env", "config": {"prefix": "APP_"}});
    // The plugin refuses the secret, which shows that it has got it.
    assert_eq!(apply("vaults", vault, body(of_vault)), ("plans", vec![plugin]));
    assert_eq!(apply("vaults", vault, Op::Delete), ("plans", vec![]));
    apply("plugins", plugin, Op::Delete);
    assert_eq!(apply("vaults", vault, Op::Delete), ("nothing", vec![]), "nobody refers to secrets any more");
}
