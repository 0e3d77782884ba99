//! Fields that refer to secrets: what is served has the secret, what is stored has the reference.

use gibbon_runtime::CommitError;
use serde_json::json;

use crate::fixture::{Fixture, stage};

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
