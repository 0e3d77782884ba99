use std::collections::BTreeSet;

use gibbon_store::{Filter, Op, Options, StoreError};
use serde_json::{Value, json};

use crate::kinds::{
    NOTHING, certificate, consumer, credential, def, folder, grant, id, plugin, reference, route, service, sni, with,
};
use crate::world::{Backend, World};

pub(crate) async fn a_reference_to_nothing_is_refused_and_named<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "one"))]).await;
    let error = world.try_insert(&[("routes", route(2, 7))]).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::ForeignKey { field, target, id: missing }
            if field == "service" && target == "services" && *missing == id(7)),
        "{error:?}"
    );
    // A record of another kind with that id is no target either.
    world.insert(&[("consumers", consumer(8, "bob"))]).await;
    let error = world.try_insert(&[("routes", route(2, 8))]).await.unwrap_err();
    assert!(matches!(error, StoreError::ForeignKey { .. }));
    assert_eq!(world.all("routes").await, NOTHING);
}

pub(crate) async fn a_replaced_reference_must_exist_too<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "one")), ("routes", route(2, 1))]).await;
    let error = world.try_replace("routes", &route(2, 7)).await.unwrap_err();
    assert!(matches!(error, StoreError::ForeignKey { .. }));
    assert_eq!(world.get("routes", id(2)).await, Some(route(2, 1)));
}

pub(crate) async fn deferred_references_may_come_in_any_order<B: Backend>() {
    let world = World::<B>::new().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.defer_references();
    tx.insert(def("routes"), &route(2, 1)).await.unwrap();
    assert!(matches!(tx.check_references().await, Err(StoreError::ForeignKey { .. })));
    tx.insert(def("services"), &service(1, "one")).await.unwrap();
    tx.check_references().await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.all("routes").await, [id(2)]);
}

pub(crate) async fn a_deferred_reference_that_dangles_is_refused_at_commit<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "one"))]).await;
    let mut tx = world.store.begin().await.unwrap();
    tx.defer_references();
    tx.insert(def("routes"), &route(2, 1)).await.unwrap();
    tx.insert(def("routes"), &route(3, 7)).await.unwrap();
    let error = tx.commit().await.unwrap_err();
    assert!(matches!(&error, StoreError::ForeignKey { id: missing, .. } if *missing == id(7)), "{error:?}");
    assert_eq!(world.all("routes").await, NOTHING);
    assert_eq!(world.store.revision().await.unwrap(), 1);
}

pub(crate) async fn restrict_holds_its_target<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "one")), ("routes", route(2, 1))]).await;
    let error = world.try_delete("services", id(1)).await.unwrap_err();
    assert!(matches!(error, StoreError::Referenced { kind, by } if kind == "services" && by == "routes"));
    assert!(world.get("services", id(1)).await.is_some());
    world.delete("routes", id(2)).await;
    world.delete("services", id(1)).await;
}

pub(crate) async fn restrict_below_a_cascade_holds_everything<B: Backend>() {
    let world = World::<B>::new().await;
    let held_by_other = with(&grant(6, 4), "holder", reference(2));
    world
        .insert(&[
            ("consumers", consumer(1, "bob")),
            ("consumers", consumer(2, "alice")),
            ("credentials", credential(3, 1, "k3")),
            ("credentials", credential(4, 1, "k4")),
            ("folders", with(&folder(5, None), "pinned", reference(3))),
            ("grants", held_by_other),
        ])
        .await;
    let error = world.try_delete("consumers", id(1)).await.unwrap_err();
    assert!(matches!(error, StoreError::Referenced { kind, by } if kind == "consumers" && by == "folders"));
    assert_eq!(world.all("credentials").await, [id(3), id(4)]);
    assert_eq!(world.all("grants").await, [id(6)]);
}

pub(crate) async fn restrict_does_not_hold_when_its_record_goes_too<B: Backend>() {
    let world = World::<B>::new().await;
    world
        .insert(&[
            ("consumers", consumer(1, "bob")),
            ("credentials", credential(2, 1, "k")),
            ("grants", with(&grant(3, 2), "holder", reference(1))),
        ])
        .await;
    world.delete("consumers", id(1)).await;
    assert_eq!(world.all("grants").await, NOTHING);
}

pub(crate) async fn cascade_takes_two_levels_and_nothing_else<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("consumers", consumer(1, "bob")), ("consumers", consumer(2, "alice"))]).await;
    world.insert(&[("services", service(1, "one")), ("plugins", plugin(9, "acl", Some(1), Some(1)))]).await;
    for number in 10..13 {
        let (bobs, alices) = (credential(number, 1, &format!("b{number}")), credential(number + 10, 2, "a"));
        let alices = with(&alices, "key", json!(format!("a{number}")));
        world.insert(&[("credentials", bobs), ("credentials", alices)]).await;
        world.insert(&[("grants", grant(number, number)), ("grants", grant(number + 10, number + 10))]).await;
    }
    world.delete("consumers", id(1)).await;
    assert_eq!(world.all("consumers").await, [id(2)]);
    assert_eq!(world.all("credentials").await, [id(20), id(21), id(22)]);
    assert_eq!(world.all("grants").await, [id(20), id(21), id(22)]);
    assert_eq!(world.all("plugins").await, NOTHING);
    assert_eq!(world.all("services").await, [id(1)]);
    assert_eq!(world.find("credentials", "key", "b10").await, None);
    // What they held is free again, and what was left can go.
    world.insert(&[("credentials", credential(10, 2, "b10"))]).await;
    world.delete("services", id(1)).await;
}

pub(crate) async fn cascade_ends_in_a_circle<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("folders", folder(1, None)), ("folders", folder(2, Some(1))), ("folders", folder(3, None))]).await;
    world.replace("folders", &folder(1, Some(2))).await;
    world.replace("folders", &folder(3, Some(3))).await;
    world.delete("folders", id(1)).await;
    assert_eq!(world.all("folders").await, [id(3)]);
    world.delete("folders", id(3)).await;
    assert_eq!(world.all("folders").await, NOTHING);
}

pub(crate) async fn set_null_rewrites_the_record<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("certificates", certificate(1)), ("snis", sni(2, "a.test", Some(1)))]).await;
    let mut tx = world.store.begin().await.unwrap();
    tx.delete("certificates", id(1)).await.unwrap();
    let touched: BTreeSet<_> = tx.changes().iter().map(|change| (change.kind.as_str(), change.id)).collect();
    assert_eq!(touched, BTreeSet::from([("certificates", id(1)), ("snis", id(2))]));
    assert!(tx.changes().iter().any(|change| matches!(&change.op, Op::Put(body) if *body == sni(2, "a.test", None))));
    tx.commit().await.unwrap();
    assert_eq!(world.get("snis", id(2)).await, Some(sni(2, "a.test", None)));
    assert_eq!(world.find("snis", "name", "a.test").await, None, "the name alone is not unique");
}

pub(crate) async fn set_null_computes_composites_again<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("certificates", certificate(1)), ("certificates", certificate(2))]).await;
    world.insert(&[("snis", sni(3, "a.test", Some(1))), ("snis", sni(4, "a.test", Some(2)))]).await;
    world.delete("certificates", id(1)).await;
    let error = world.try_insert(&[("snis", sni(5, "a.test", None))]).await.unwrap_err();
    assert!(matches!(error, StoreError::Unique { field, .. } if field == "name,certificate"));
    let error = world.try_delete("certificates", id(2)).await.unwrap_err();
    assert!(matches!(error, StoreError::Unique { field, .. } if field == "name,certificate"));
    assert_eq!(world.get("snis", id(4)).await.unwrap()["certificate"], reference(2));
}

pub(crate) async fn set_null_needs_the_definition_of_a_composite<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("certificates", certificate(1)), ("snis", sni(2, "a.test", Some(1)))]).await;
    let unaware = world.backend.open(Options::default()).await.unwrap();
    let mut tx = unaware.begin().await.unwrap();
    let error = tx.delete("certificates", id(1)).await.unwrap_err();
    assert!(matches!(error, StoreError::UnknownKind { kind } if kind == "snis"));
}

pub(crate) async fn a_changed_reference_moves_the_record_to_its_new_parent<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "one")), ("services", service(2, "two")), ("routes", route(3, 1))]).await;
    world.replace("routes", &route(3, 2)).await;
    let of = |number| Filter { relation: Some(("service".to_owned(), id(number))), ..Default::default() };
    assert_eq!(world.ids("routes", &of(1), 10).await, NOTHING);
    assert_eq!(world.ids("routes", &of(2), 10).await, [id(3)]);
    world.delete("services", id(1)).await;
    world.replace("routes", &with(&route(3, 2), "service", Value::Null)).await;
    world.delete("services", id(2)).await;
    assert_eq!(world.all("routes").await, [id(3)]);
}
