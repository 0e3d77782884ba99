//! Which instance of a plugin runs for a request.

use gibbon_entities::Protocol;
use gibbon_runtime::Configuration;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixture::{Fixture, nobody, to};

/// The ids of the instances that run, in their order, for the route that leads to `/x`.
fn chain(configuration: &Configuration, consumer: Option<Uuid>) -> Vec<Uuid> {
    let snapshot = configuration.snapshot();
    let entry = snapshot.routes.entry(0).unwrap();
    entry.plan.steps.iter().filter_map(|step| step.select(consumer, Protocol::Http)).map(|i| i.id).collect()
}

/// Tries all choices of these scopes, which stand from the least to the most specific: the last one that is there runs, and
/// for somebody else the last one that names no consumer.
async fn the_last_of(fixture: &Fixture, scopes: &[Value], consumer: Uuid) {
    let mut ids = Vec::new();
    for scope in scopes {
        let mut plugin = scope.clone();
        (plugin["name"], plugin["enabled"]) = (json!("early"), json!(false));
        ids.push(fixture.put("plugins", plugin).await);
    }
    for step in 1..1_u32 << scopes.len() {
        // One is switched at a time, so that what was planned before is planned anew.
        let (choice, switched) = (step ^ (step >> 1), step.trailing_zeros() as usize);
        let is_there = |place: usize| choice >> place & 1 == 1;
        let mut plugin = scopes[switched].clone();
        (plugin["name"], plugin["id"]) = (json!("early"), json!(ids[switched].to_string()));
        plugin["enabled"] = json!(is_there(switched));
        fixture.put("plugins", plugin).await;
        let last = |wanted: &dyn Fn(usize) -> bool| (0..ids.len()).rfind(|&place| is_there(place) && wanted(place));
        let (own, others) = (last(&|_| true), last(&|place| scopes[place].get("consumer").is_none()));
        let expected = |place: Option<usize>| place.map(|place| ids[place]).into_iter().collect::<Vec<_>>();
        assert_eq!(chain(&fixture.configuration, Some(consumer)), expected(own), "{choice:b}");
        assert_eq!(chain(&fixture.configuration, Some(nobody(fixture))), expected(others), "{choice:b}");
        assert_eq!(chain(&fixture.configuration, None), expected(others), "{choice:b}");
    }
}

#[tokio::test]
async fn whichever_of_eight_scopes_there_are_the_most_specific_runs() {
    let fixture = Fixture::new().await;
    let service = fixture.put("services", json!({"host": "a.example"})).await;
    let route = fixture.put("routes", json!({"paths": ["/x"], "service": to(service)})).await;
    let consumer = fixture.put("consumers", json!({"username": "c"})).await;
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
    the_last_of(&fixture, &scopes, consumer).await;
}

#[tokio::test]
async fn a_route_without_a_service_is_less_specific_than_a_consumer() {
    let fixture = Fixture::new().await;
    let route = fixture.put("routes", json!({"paths": ["/x"]})).await;
    let consumer = fixture.put("consumers", json!({"username": "c"})).await;
    let scopes = [
        json!({}),
        json!({"route": to(route)}),
        json!({"consumer": to(consumer)}),
        json!({"route": to(route), "consumer": to(consumer)}),
    ];
    the_last_of(&fixture, &scopes, consumer).await;
}

#[tokio::test]
async fn what_another_service_of_a_route_has_does_not_run() {
    let fixture = Fixture::new().await;
    let service = fixture.put("services", json!({"host": "a.example"})).await;
    let other = fixture.put("services", json!({"host": "b.example"})).await;
    let route = fixture.put("routes", json!({"paths": ["/x"], "service": to(service)})).await;
    let here = fixture.put("plugins", json!({"name": "late", "route": to(route), "service": to(service)})).await;
    fixture.put("plugins", json!({"name": "early", "route": to(route), "service": to(other)})).await;
    fixture.put("plugins", json!({"name": "early", "service": to(other)})).await;
    assert_eq!(chain(&fixture.configuration, None), [here]);
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
