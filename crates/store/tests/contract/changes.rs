use std::collections::BTreeMap;

use gibbon_schema::Object;
use gibbon_store::{Change, Changes, Op};
use uuid::Uuid;

use crate::kinds::{consumer, credential, def, grant, id, id_of, route, service};
use crate::world::{Backend, World};

async fn since<B: Backend>(world: &World<B>, revision: u64) -> Vec<Change> {
    match world.store.changes_since(revision).await.unwrap() {
        Changes::List(list) => list,
        Changes::TooFarBehind => panic!("too far behind at {revision}"),
    }
}

fn put(revision: u64, kind: &str, body: Object) -> Change {
    Change { revision, kind: kind.to_owned(), id: id_of(&body), op: Op::Put(body) }
}

fn delete(revision: u64, kind: &str, number: u128) -> Change {
    Change { revision, kind: kind.to_owned(), id: id(number), op: Op::Delete }
}

pub(crate) async fn revisions_are_gapless<B: Backend>() {
    let world = World::<B>::new().await;
    assert_eq!(world.store.revision().await.unwrap(), 0);
    for number in 1..=5_u64 {
        let body = service(u128::from(number), &number.to_string());
        assert_eq!(world.insert(&[("services", body.clone())]).await, number);
        assert_eq!(world.store.revision().await.unwrap(), number);
        assert!(world.try_insert(&[("services", body)]).await.is_err(), "a refused write uses up no revision");
    }
}

pub(crate) async fn changes_are_the_last_of_each_record_by_revision<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "a")), ("services", service(2, "b"))]).await;
    world.insert(&[("services", service(3, "c"))]).await;
    world.replace("services", &service(1, "changed")).await;
    world.delete("services", id(2)).await;
    let third = put(3, "services", service(1, "changed"));
    assert_eq!(since(&world, 0).await, [put(2, "services", service(3, "c")), third.clone(), delete(4, "services", 2)]);
    assert_eq!(since(&world, 2).await, [third, delete(4, "services", 2)]);
    assert_eq!(since(&world, 3).await, [delete(4, "services", 2)]);
}

pub(crate) async fn a_transaction_knows_what_it_touched<B: Backend>() {
    let world = World::<B>::new().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.insert(def("services"), &service(1, "a")).await.unwrap();
    tx.insert(def("services"), &service(2, "b")).await.unwrap();
    tx.replace(def("services"), &service(1, "c")).await.unwrap();
    tx.delete("services", id(2)).await.unwrap();
    let expected = [put(1, "services", service(1, "c")), delete(1, "services", 2)];
    assert_eq!(tx.changes(), expected);
    tx.commit().await.unwrap();
    assert_eq!(since(&world, 0).await, expected);
}

pub(crate) async fn cascades_are_among_the_changes<B: Backend>() {
    let world = World::<B>::new().await;
    world
        .insert(&[("consumers", consumer(1, "bob")), ("credentials", credential(2, 1, "k")), ("grants", grant(3, 2))])
        .await;
    let mut tx = world.store.begin().await.unwrap();
    tx.delete("consumers", id(1)).await.unwrap();
    let expected = [delete(2, "consumers", 1), delete(2, "credentials", 2), delete(2, "grants", 3)];
    assert_eq!(tx.changes(), expected);
    tx.commit().await.unwrap();
    assert_eq!(since(&world, 1).await, expected);
}

pub(crate) async fn who_is_up_to_date_gets_an_empty_list<B: Backend>() {
    let world = World::<B>::new().await;
    assert_eq!(since(&world, 0).await, []);
    world.insert(&[("services", service(1, "a"))]).await;
    assert_eq!(since(&world, 1).await, []);
}

pub(crate) async fn who_is_ahead_has_to_load<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "a"))]).await;
    assert_eq!(world.store.changes_since(2).await.unwrap(), Changes::TooFarBehind);
    assert_eq!(world.store.changes_since(u64::MAX).await.unwrap(), Changes::TooFarBehind);
}

pub(crate) async fn the_past_is_bounded<B: Backend>() {
    let world = World::<B>::keeping(10).await;
    for number in 1..=30_u128 {
        world.insert(&[("services", service(number, &number.to_string()))]).await;
    }
    assert_eq!(world.store.changes_since(0).await.unwrap(), Changes::TooFarBehind);
    assert_eq!(world.store.changes_since(19).await.unwrap(), Changes::TooFarBehind);
    assert!(since(&world, 20).await.iter().map(|change| change.revision).eq(21..=30));
}

pub(crate) async fn a_revision_larger_than_the_bound_is_kept_whole<B: Backend>() {
    let world = World::<B>::keeping(10).await;
    world.insert(&[("services", service(1_000, "first"))]).await;
    let records: Vec<_> = (1..=50).map(|number| ("services", service(number, &number.to_string()))).collect();
    world.insert(&records).await;
    assert_eq!(since(&world, 1).await.len(), 50);
    assert_eq!(world.store.changes_since(0).await.unwrap(), Changes::TooFarBehind);
    world.insert(&[("services", service(1_001, "last"))]).await;
    assert_eq!(since(&world, 2).await.len(), 1);
    assert_eq!(world.store.changes_since(1).await.unwrap(), Changes::TooFarBehind);
}

pub(crate) async fn a_follower_ends_up_with_what_is_loaded<B: Backend>() {
    let world = World::<B>::new().await;
    let mut mirror: BTreeMap<(String, Uuid), Object> = BTreeMap::new();
    let mut known = 0;
    for round in 0..12_u128 {
        world.insert(&[("services", service(round, &format!("s{round}"))), ("routes", route(round, round))]).await;
        if round % 3 == 2 {
            world.delete("routes", id(round - 1)).await;
            world.delete("services", id(round - 1)).await;
            world.replace("services", &service(round - 2, &format!("again{round}"))).await;
        }
        if round % 2 == 1 {
            continue;
        }
        for change in since(&world, known).await {
            assert!(change.revision >= known, "in the order of revisions");
            known = change.revision;
            match change.op {
                Op::Put(body) => mirror.insert((change.kind, change.id), body),
                Op::Delete => mirror.remove(&(change.kind, change.id)),
            };
        }
        let loaded = world.store.load(&["services", "routes"]).await.unwrap();
        assert_eq!(known, loaded.revision);
        let loaded: BTreeMap<_, _> =
            loaded.records.into_iter().map(|(kind, body)| ((kind, id_of(&body)), body)).collect();
        assert_eq!(mirror, loaded);
    }
}
