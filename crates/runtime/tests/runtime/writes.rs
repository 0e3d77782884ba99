//! From a write to what requests see.

use std::sync::Arc;

use gibbon_plugin_api::Directory as _;
use serde_json::json;

use crate::fixture::{Fixture, put, stage, to};

#[tokio::test]
async fn a_write_is_live_when_it_is_committed() {
    let fixture = Fixture::new().await;
    let before = fixture.configuration.generation();
    let id = fixture.put("consumers", json!({"username": "c"})).await;
    let snapshot = fixture.configuration.snapshot();
    assert_eq!(snapshot.consumer_named("c").unwrap().id, id);
    assert_eq!(snapshot.revision, 1);
    assert_ne!(fixture.configuration.generation(), before);
}

#[tokio::test]
async fn a_request_keeps_the_revision_that_it_began_with() {
    let fixture = Fixture::new().await;
    let id = fixture.put("consumers", json!({"username": "c"})).await;
    let begun = fixture.configuration.snapshot();
    fixture.delete("consumers", id).await;
    assert!(begun.consumer(id).is_some());
    assert!(fixture.configuration.snapshot().consumer(id).is_none());
}

#[tokio::test]
async fn a_write_that_is_given_up_leaves_nothing() {
    let fixture = Fixture::new().await;
    let body = fixture.prepare("consumers", json!({"username": "c"}));
    let mut write = fixture.configuration.write().await.unwrap();
    stage(&mut write, &fixture.configuration, "consumers", &body).await;
    write.rollback().await.unwrap();
    assert!(fixture.configuration.snapshot().consumer_named("c").is_none());
    assert_eq!(fixture.store.revision().await.unwrap(), 0);
}

#[tokio::test]
async fn a_write_that_is_dropped_leaves_nothing() {
    let fixture = Fixture::new().await;
    let body = fixture.prepare("consumers", json!({"username": "c"}));
    {
        let mut write = fixture.configuration.write().await.unwrap();
        stage(&mut write, &fixture.configuration, "consumers", &body).await;
    }
    let id = fixture.put("consumers", json!({"username": "d"})).await;
    let snapshot = fixture.configuration.snapshot();
    assert!(snapshot.consumer_named("c").is_none());
    assert_eq!(snapshot.consumer_named("d").unwrap().id, id);
}

#[tokio::test]
async fn a_consumer_changes_neither_the_router_nor_the_plans() {
    let fixture = Fixture::new().await;
    fixture.put("routes", json!({"paths": ["/x"]})).await;
    let before = fixture.configuration.snapshot();
    let consumer = fixture.put("consumers", json!({"username": "c"})).await;
    fixture.put("cards", json!({"consumer": to(consumer), "number": "1"})).await;
    assert!(Arc::ptr_eq(&before.routes, &fixture.configuration.snapshot().routes));
}

#[tokio::test]
async fn a_plugin_of_one_service_leaves_the_router_and_the_plans_of_others_as_they_were() {
    let fixture = Fixture::new().await;
    let [mine, other] =
        [fixture.put("services", json!({"host": "a"})).await, fixture.put("services", json!({"host": "b"})).await];
    fixture.put("routes", json!({"paths": ["/mine"], "service": to(mine)})).await;
    fixture.put("routes", json!({"paths": ["/other"], "service": to(other)})).await;
    let before = fixture.configuration.snapshot();
    fixture.put("plugins", json!({"name": "early", "service": to(mine)})).await;
    let after = fixture.configuration.snapshot();
    assert!(std::ptr::eq(before.routes.router(), after.routes.router()));
    for index in 0..2 {
        let (before, after) = (before.routes.entry(index).unwrap(), after.routes.entry(index).unwrap());
        assert_eq!(Arc::ptr_eq(&before.plan, &after.plan), after.route.service == Some(other));
    }
}

#[tokio::test]
async fn a_credential_is_found_by_its_present_key_only() {
    let fixture = Fixture::new().await;
    let consumer = fixture.put("consumers", json!({"username": "c"})).await;
    let mut card = fixture.prepare("cards", json!({"consumer": to(consumer), "number": "1"}));
    put(&fixture.configuration, "cards", card.clone()).await;
    card["number"] = json!("2");
    put(&fixture.configuration, "cards", card).await;
    let snapshot = fixture.configuration.snapshot();
    assert!(snapshot.credential("cards", "1").is_none());
    let value = snapshot.credential("cards", "2").unwrap();
    assert_eq!(value.downcast_ref::<String>().unwrap(), "2");
}

#[tokio::test]
async fn the_credentials_of_a_consumer_go_with_it() {
    let fixture = Fixture::new().await;
    let consumer = fixture.put("consumers", json!({"username": "c"})).await;
    fixture.put("cards", json!({"consumer": to(consumer), "number": "1"})).await;
    fixture.delete("consumers", consumer).await;
    assert!(fixture.configuration.snapshot().credential("cards", "1").is_none());
}

#[tokio::test]
async fn a_service_that_is_switched_off_takes_its_routes_with_it() {
    let fixture = Fixture::new().await;
    let service = fixture.put("services", json!({"host": "a.example", "enabled": false})).await;
    fixture.put("routes", json!({"paths": ["/x"], "service": to(service)})).await;
    assert!(fixture.configuration.snapshot().routes.entry(0).is_none());
}

#[tokio::test]
async fn a_node_takes_over_what_another_one_wrote_to_the_same_database() {
    let fixture = Fixture::new().await;
    let other = fixture.second_node().await;
    fixture.put("consumers", json!({"username": "first"})).await;
    other.follow().await.unwrap();
    assert!(other.snapshot().consumer_named("first").is_some());

    // A write of its own begins with what it has missed.
    fixture.put("consumers", json!({"username": "second"})).await;
    put(&other, "consumers", fixture.prepare("consumers", json!({"username": "third"}))).await;
    let snapshot = other.snapshot();
    assert!(["first", "second", "third"].iter().all(|name| snapshot.consumer_named(name).is_some()));
    assert_eq!(snapshot.revision, 3);
}

#[tokio::test]
async fn everything_is_there_again_after_a_restart() {
    let fixture = Fixture::new().await;
    let service = fixture.put("services", json!({"host": "a.example"})).await;
    fixture.put("routes", json!({"paths": ["/x"], "service": to(service)})).await;
    let consumer = fixture.put("consumers", json!({"username": "c"})).await;
    fixture.put("cards", json!({"consumer": to(consumer), "number": "1"})).await;
    let restarted = fixture.second_node().await.snapshot();
    assert_eq!(restarted.revision, 4);
    assert!(restarted.routes.entry(0).is_some_and(|entry| entry.service.is_some()));
    assert!(restarted.credential("cards", "1").is_some());
}

#[tokio::test]
async fn a_node_that_is_alone_has_nobody_to_follow() {
    let fixture = Fixture::new().await;
    let poll = std::time::Duration::from_secs(3600);
    gibbon_runtime::feed::follow(Arc::clone(&fixture.configuration), poll, Arc::new(|_| {})).await;
}
