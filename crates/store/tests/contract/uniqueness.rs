use gibbon_schema::Object;
use gibbon_store::StoreError;
use serde_json::json;

use crate::kinds::{consumer, id, plugin, route, service, with};
use crate::world::{Backend, World};

async fn refused_field<B: Backend>(world: &World<B>, kind: &str, body: Object) -> String {
    match world.try_insert(&[(kind, body)]).await {
        Err(StoreError::Unique { kind: refused, field }) if refused == kind => field,
        other => panic!("not refused as it should be: {other:?}"),
    }
}

pub(crate) async fn a_taken_value_is_refused_and_the_field_named<B: Backend>() {
    let world = World::<B>::new().await;
    let bob = with(&consumer(1, "bob"), "custom_id", json!("0815"));
    world.insert(&[("consumers", bob)]).await;
    assert_eq!(refused_field(&world, "consumers", consumer(2, "bob")).await, "username");
    let alice = with(&consumer(2, "alice"), "custom_id", json!("0815"));
    assert_eq!(refused_field(&world, "consumers", alice).await, "custom_id");
    assert_eq!(world.all("consumers").await, [id(1)]);
}

pub(crate) async fn null_takes_no_part<B: Backend>() {
    let world = World::<B>::new().await;
    let nameless = |number| ("services", with(&service(number, ""), "name", json!(null)));
    world.insert(&[nameless(1), nameless(2)]).await;
    assert_eq!(world.all("services").await, [id(1), id(2)]);
}

pub(crate) async fn nulls_count_as_equal_in_a_composite<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "one")), ("plugins", plugin(1, "jwt", None, None))]).await;
    assert_eq!(refused_field(&world, "plugins", plugin(2, "jwt", None, None)).await, "name,service,consumer");
    world.insert(&[("plugins", plugin(2, "jwt", Some(1), None))]).await;
    assert_eq!(refused_field(&world, "plugins", plugin(3, "jwt", Some(1), None)).await, "name,service,consumer");
}

pub(crate) async fn a_composite_differs_when_one_part_does<B: Backend>() {
    let world = World::<B>::new().await;
    world
        .insert(&[
            ("services", service(1, "one")),
            ("services", service(2, "two")),
            // The same id in the other place is another value.
            ("consumers", consumer(1, "bob")),
            ("plugins", plugin(1, "jwt", None, None)),
            ("plugins", plugin(2, "cors", None, None)),
            ("plugins", plugin(3, "jwt", Some(1), None)),
            ("plugins", plugin(4, "jwt", Some(2), None)),
            ("plugins", plugin(5, "jwt", None, Some(1))),
            ("plugins", plugin(6, "jwt", Some(1), Some(1))),
        ])
        .await;
    assert_eq!(world.all("plugins").await.len(), 6);
}

pub(crate) async fn the_same_value_may_stand_in_another_field_or_kind<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "bob")), ("consumers", consumer(1, "bob"))]).await;
    world.insert(&[("consumers", with(&consumer(2, "alice"), "custom_id", json!("bob")))]).await;
    world.insert(&[("routes", with(&route(1, 1), "name", json!("bob")))]).await;
    assert_eq!(world.find("consumers", "custom_id", "bob").await, Some(id(2)));
}

pub(crate) async fn a_value_is_free_again_after_delete_and_replace<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "a")), ("services", service(2, "b"))]).await;
    world.delete("services", id(1)).await;
    world.replace("services", &service(2, "c")).await;
    world.insert(&[("services", service(3, "a")), ("services", service(4, "b"))]).await;
    assert_eq!(world.find("services", "name", "a").await, Some(id(3)));
    assert_eq!(world.find("services", "name", "b").await, Some(id(4)));
}

pub(crate) async fn a_record_may_keep_its_own_value<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "a")), ("services", service(2, "b"))]).await;
    world.replace("services", &with(&service(1, "a"), "tags", json!(["t"]))).await;
    let error = world.try_replace("services", &service(1, "b")).await.unwrap_err();
    assert!(matches!(error, StoreError::Unique { field, .. } if field == "name"));
    assert_eq!(world.find("services", "name", "a").await, Some(id(1)));
}
