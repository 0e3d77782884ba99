//! What cannot be served: refused when it is written, left out closed when it is found in the store.

use gibbon_entities::Protocol;
use gibbon_runtime::{CommitError, RouteState};
use serde_json::{Value, json};

use crate::fixture::{Fixture, stage};

/// Puts a record into the store past everything that would refuse it.
async fn smuggle(fixture: &Fixture, kind: &str, input: Value, change: impl FnOnce(&mut gibbon_schema::Object)) {
    let mut body = fixture.prepare(kind, input);
    change(&mut body);
    let mut transaction = fixture.store.begin().await.unwrap();
    transaction.insert(fixture.configuration.definitions().get(kind).unwrap(), &body).await.unwrap();
    transaction.commit().await.unwrap();
}

#[tokio::test]
async fn a_write_that_cannot_be_served_is_refused_and_stores_nothing() {
    let fixture = Fixture::new().await;
    let body = fixture.prepare("plugins", json!({"name": "early", "config": {"broken": true}}));
    let mut write = fixture.configuration.write().await.unwrap();
    stage(&mut write, &fixture.configuration, "plugins", &body).await;
    match write.commit().await {
        Err(CommitError::Unbuildable(faults)) => assert_eq!(faults[0].reason, "config.broken: it says so itself"),
        other => panic!("{other:?}"),
    }
    assert_eq!(fixture.store.revision().await.unwrap(), 0);
    assert!(fixture.configuration.snapshot().faults().next().is_none());
}

#[tokio::test]
async fn a_stored_plugin_that_cannot_be_configured_does_not_keep_the_node_from_starting() {
    let fixture = Fixture::new().await;
    fixture.put("routes", json!({"paths": ["/x"]})).await;
    smuggle(&fixture, "plugins", json!({"name": "early", "config": {"broken": true}}), |_| ()).await;
    let restarted = fixture.second_node().await;
    let snapshot = restarted.snapshot();
    assert_eq!(snapshot.faults().map(|fault| fault.kind).collect::<Vec<_>>(), ["plugins"]);
    // It has its place in the plan all the same: as one that refuses.
    let plan = &snapshot.routes.entry(0).unwrap().plan;
    assert!(plan.steps[0].select(None, Protocol::Http).is_some());
}

#[tokio::test]
async fn a_stored_route_that_does_not_compile_is_closed() {
    let fixture = Fixture::new().await;
    let broken = |body: &mut gibbon_schema::Object| body["paths"] = json!(["/x", "~/("]);
    smuggle(&fixture, "routes", json!({"paths": ["/x"]}), broken).await;
    let snapshot = fixture.second_node().await.snapshot();
    assert_eq!(snapshot.faults().map(|fault| fault.kind).collect::<Vec<_>>(), ["routes"]);
    assert_eq!(snapshot.routes.entry(0).unwrap().state, RouteState::Closed);
}

#[tokio::test]
async fn a_fault_elsewhere_does_not_forbid_a_write() {
    let fixture = Fixture::new().await;
    smuggle(&fixture, "plugins", json!({"name": "early", "config": {"broken": true}}), |_| ()).await;
    let restarted = fixture.second_node().await;
    let body = fixture.prepare("consumers", json!({"username": "c"}));
    crate::fixture::put(&restarted, "consumers", body).await;
    assert_eq!(restarted.snapshot().faults().count(), 1);
}

#[tokio::test]
async fn a_fault_is_gone_when_its_record_is_mended() {
    let fixture = Fixture::new().await;
    let mut body = fixture.prepare("plugins", json!({"name": "early", "config": {"broken": true}}));
    let definition = fixture.configuration.definitions().get("plugins").unwrap();
    let mut transaction = fixture.store.begin().await.unwrap();
    transaction.insert(definition, &body).await.unwrap();
    transaction.commit().await.unwrap();
    let restarted = fixture.second_node().await;
    assert_eq!(restarted.snapshot().faults().count(), 1);
    body["config"]["broken"] = json!(false);
    crate::fixture::put(&restarted, "plugins", body).await;
    assert_eq!(restarted.snapshot().faults().count(), 0);
}
