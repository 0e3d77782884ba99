//! Which instance of a plugin runs for a request.

use gibbon_entities::Protocol;
use gibbon_runtime::Configuration;
use serde_json::json;
use uuid::Uuid;

use crate::fixture::{Fixture, nobody, to};

/// The ids of the instances that run, in their order, for the route that leads to `/x`.
fn chain(configuration: &Configuration, consumer: Option<Uuid>) -> Vec<Uuid> {
    let snapshot = configuration.snapshot();
    let entry = snapshot.routes.entry(0).unwrap();
    entry.plan.steps.iter().filter_map(|step| step.select(consumer, Protocol::Http)).map(|i| i.id).collect()
}

#[tokio::test]
async fn the_most_specific_of_eight_scopes_wins() {
    let fixture = Fixture::new().await;
    let service = fixture.put("services", json!({"host": "a.example"})).await;
    let route = fixture.put("routes", json!({"paths": ["/x"], "service": to(service)})).await;
    let consumer = fixture.put("consumers", json!({"username": "c"})).await;
    // From the least to the most specific: each that is added takes over from the one before.
    let scopes = [
        json!({}),
        json!({"service": to(service)}),
        json!({"route": to(route)}),
        json!({"consumer": to(consumer)}),
        json!({"route": to(route), "service": to(service)}),
        json!({"service": to(service), "consumer": to(consumer)}),
        json!({"route": to(route), "consumer": to(consumer)}),
        json!({"route": to(route), "service": to(service), "consumer": to(consumer)}),
    ];
    for mut scope in scopes {
        scope["name"] = json!("early");
        let text = scope.to_string();
        let id = fixture.put("plugins", scope).await;
        assert_eq!(chain(&fixture.configuration, Some(consumer)), [id], "{text}");
    }
}

#[tokio::test]
async fn a_plugin_for_one_consumer_does_not_run_for_others() {
    let fixture = Fixture::new().await;
    fixture.put("routes", json!({"paths": ["/x"]})).await;
    let consumer = fixture.put("consumers", json!({"username": "c"})).await;
    let own = fixture.put("plugins", json!({"name": "early", "consumer": to(consumer)})).await;
    assert_eq!(chain(&fixture.configuration, Some(consumer)), [own]);
    assert!(chain(&fixture.configuration, Some(nobody(&fixture))).is_empty());
    assert!(chain(&fixture.configuration, None).is_empty());
}

#[tokio::test]
async fn plugins_run_from_the_highest_priority_to_the_lowest() {
    let fixture = Fixture::new().await;
    fixture.put("routes", json!({"paths": ["/x"]})).await;
    let late = fixture.put("plugins", json!({"name": "late"})).await;
    let early = fixture.put("plugins", json!({"name": "early"})).await;
    assert_eq!(chain(&fixture.configuration, None), [early, late]);
}

#[tokio::test]
async fn a_plugin_that_is_disabled_or_meant_for_another_protocol_does_not_run() {
    let fixture = Fixture::new().await;
    fixture.put("routes", json!({"paths": ["/x"]})).await;
    fixture.put("plugins", json!({"name": "early", "enabled": false})).await;
    fixture.put("plugins", json!({"name": "late", "protocols": ["https"]})).await;
    assert!(chain(&fixture.configuration, None).is_empty());
}

#[tokio::test]
async fn routes_without_plugins_of_their_own_share_one_plan() {
    let fixture = Fixture::new().await;
    let service = fixture.put("services", json!({"host": "a.example"})).await;
    fixture.put("plugins", json!({"name": "early", "service": to(service)})).await;
    for path in ["/a", "/b"] {
        fixture.put("routes", json!({"paths": [path], "service": to(service)})).await;
    }
    let snapshot = fixture.configuration.snapshot();
    let plan = |index| std::sync::Arc::clone(&snapshot.routes.entry(index).unwrap().plan);
    assert!(std::sync::Arc::ptr_eq(&plan(0), &plan(1)));
}
