use gibbon_store::{Deleted, StoreError};
use serde_json::json;

use crate::kinds::{consumer, id, route, service, with};
use crate::world::{Backend, World};

pub(crate) async fn a_record_comes_back_as_it_was_written<B: Backend>() {
    let world = World::<B>::new().await;
    let body = service(1, "one");
    world.insert(&[("services", body.clone())]).await;
    let back = world.get("services", id(1)).await.unwrap();
    assert_eq!(back, body);
    assert!(back.keys().eq(body.keys()), "the fields are in the same order");
}

pub(crate) async fn what_does_not_exist_is_none<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "one"))]).await;
    assert_eq!(world.get("services", id(2)).await, None);
    assert_eq!(world.get("routes", id(1)).await, None);
    assert_eq!(world.find("services", "name", "two").await, None);
    assert_eq!(world.find("services", "tags", "one").await, None);
}

pub(crate) async fn a_record_is_found_by_each_of_its_unique_fields<B: Backend>() {
    let world = World::<B>::new().await;
    let bob = with(&consumer(1, "bob"), "custom_id", json!("0815"));
    world.insert(&[("consumers", bob)]).await;
    assert_eq!(world.find("consumers", "username", "bob").await, Some(id(1)));
    assert_eq!(world.find("consumers", "custom_id", "0815").await, Some(id(1)));
    assert_eq!(world.find("consumers", "custom_id", "bob").await, None);
}

pub(crate) async fn a_replaced_record_is_found_by_its_new_values_only<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "old"))]).await;
    world.replace("services", &service(1, "new")).await;
    assert_eq!(world.get("services", id(1)).await, Some(service(1, "new")));
    assert_eq!(world.find("services", "name", "new").await, Some(id(1)));
    assert_eq!(world.find("services", "name", "old").await, None);
}

pub(crate) async fn replacing_an_absent_record_adds_it<B: Backend>() {
    let world = World::<B>::new().await;
    world.replace("services", &service(1, "one")).await;
    assert_eq!(world.find("services", "name", "one").await, Some(id(1)));
}

pub(crate) async fn an_id_is_taken_within_its_kind_only<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "one")), ("routes", route(1, 1))]).await;
    let error = world.try_insert(&[("services", service(1, "other"))]).await.unwrap_err();
    assert!(matches!(error, StoreError::PrimaryKey { kind, id: taken } if kind == "services" && taken == id(1)));
    assert_eq!(world.get("services", id(1)).await, Some(service(1, "one")));
}

pub(crate) async fn a_body_without_an_id_is_refused<B: Backend>() {
    let world = World::<B>::new().await;
    for value in [json!(null), json!(1), json!("no-uuid")] {
        let error = world.try_insert(&[("services", with(&service(1, "one"), "id", value))]).await.unwrap_err();
        assert!(matches!(error, StoreError::MissingId { kind } if kind == "services"));
    }
}

pub(crate) async fn deleting_what_is_not_there_changes_nothing<B: Backend>() {
    let world = World::<B>::new().await;
    let mut tx = world.store.begin().await.unwrap();
    assert_eq!(tx.delete("services", id(1)).await.unwrap(), Deleted::Absent);
    assert_eq!(tx.changes(), []);
}

pub(crate) async fn everything_is_there_after_reopening<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "one")), ("routes", route(2, 1))]).await;
    let before = world.store.load(&["services", "routes"]).await.unwrap();
    world.store.close().await;
    let again = world.backend.open(world.options.clone()).await.unwrap();
    assert_eq!(again.load(&["services", "routes"]).await.unwrap(), before);
    assert_eq!(again.begin().await.unwrap().revision(), 2);
}

pub(crate) async fn loading_answers_kind_by_kind_with_the_revision<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(2, "b")), ("consumers", consumer(9, "c"))]).await;
    world.insert(&[("services", service(1, "a")), ("routes", route(3, 1))]).await;
    let loaded = world.store.load(&["routes", "services"]).await.unwrap();
    let expected = [("routes", route(3, 1)), ("services", service(1, "a")), ("services", service(2, "b"))];
    assert_eq!(loaded.records, expected.map(|(kind, body)| (kind.to_owned(), body)));
    assert_eq!(loaded.revision, 2);
}
