use std::pin::pin;
use std::task::{Context, Waker};

use gibbon_store::StoreError;
use tokio::task::JoinSet;

use crate::kinds::{NOTHING, def, id, route, service};
use crate::world::{Backend, World};

pub(crate) async fn a_transaction_reads_its_own_writes_and_nobody_else_does<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "old"))]).await;
    let mut tx = world.store.begin().await.unwrap();
    tx.replace(def("services"), &service(1, "new")).await.unwrap();
    tx.insert(def("services"), &service(2, "two")).await.unwrap();
    tx.insert(def("routes"), &route(3, 2)).await.unwrap();
    assert_eq!(tx.find("services", "name", "new").await.unwrap(), Some(service(1, "new")));
    assert_eq!(tx.find("services", "name", "old").await.unwrap(), None);
    assert_eq!(tx.get("routes", id(3)).await.unwrap(), Some(route(3, 2)));

    assert_eq!(world.get("services", id(1)).await, Some(service(1, "old")));
    assert_eq!(world.all("routes").await, NOTHING);
    assert_eq!(world.store.revision().await.unwrap(), 1);

    tx.commit().await.unwrap();
    assert_eq!(world.get("services", id(1)).await, Some(service(1, "new")));
    assert_eq!(world.all("routes").await, [id(3)]);
    assert_eq!(world.store.revision().await.unwrap(), 2);
}

pub(crate) async fn rollback_leaves_nothing<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "one")), ("routes", route(2, 1))]).await;
    let before = world.store.load(&["services", "routes"]).await.unwrap();
    let mut tx = world.store.begin().await.unwrap();
    tx.delete("routes", id(2)).await.unwrap();
    tx.delete("services", id(1)).await.unwrap();
    tx.insert(def("services"), &service(3, "three")).await.unwrap();
    assert_eq!(tx.revision(), 2);
    tx.rollback().await.unwrap();
    assert_eq!(world.store.load(&["services", "routes"]).await.unwrap(), before);
    assert_eq!(world.find("services", "name", "three").await, None);
    assert_eq!(world.insert(&[("services", service(3, "three"))]).await, 2, "the revision was not used up");
}

pub(crate) async fn a_dropped_transaction_rolls_back<B: Backend>() {
    let world = World::<B>::new().await;
    for _ in 0..3 {
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(tx.revision(), 1);
        tx.insert(def("services"), &service(1, "one")).await.unwrap();
        drop(tx);
    }
    assert_eq!(world.all("services").await, NOTHING);
    assert_eq!(world.insert(&[("services", service(1, "one"))]).await, 1);
}

pub(crate) async fn a_failed_write_voids_the_transaction<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "one"))]).await;
    let mut tx = world.store.begin().await.unwrap();
    tx.insert(def("services"), &service(2, "two")).await.unwrap();
    assert!(matches!(tx.insert(def("services"), &service(3, "one")).await, Err(StoreError::Unique { .. })));
    assert!(matches!(tx.insert(def("services"), &service(4, "four")).await, Err(StoreError::Aborted)));
    assert!(matches!(tx.delete("services", id(1)).await, Err(StoreError::Aborted)));
    assert!(matches!(tx.commit().await, Err(StoreError::Aborted)));
    assert_eq!(world.all("services").await, [id(1)]);
    assert_eq!(world.store.revision().await.unwrap(), 1);
}

pub(crate) async fn a_write_that_was_given_up_voids_the_transaction<B: Backend>() {
    let world = World::<B>::new().await;
    let tx = given_up_in_the_middle(&world).await;
    assert!(matches!(tx.commit().await, Err(StoreError::Aborted)));
    assert_eq!(world.all("services").await, NOTHING);
    assert_eq!(world.insert(&[("services", service(1, "one"))]).await, 1);
}

/// A transaction whose insertion was begun and dropped. A database may have answered all that an insertion asks by
/// the time that it is looked at: such a transaction is rolled back, and another one is tried.
async fn given_up_in_the_middle<B: Backend>(world: &World<B>) -> Box<dyn gibbon_store::Transaction> {
    for _ in 0..100 {
        let mut tx = world.store.begin().await.unwrap();
        let (definition, body) = (def("services"), service(1, "one"));
        let begun = pin!(tx.insert(definition, &body)).poll(&mut Context::from_waker(Waker::noop()));
        if begun.is_pending() {
            return tx;
        }
        tx.rollback().await.unwrap();
    }
    panic!("no insertion waited for its database");
}

const WRITERS: u128 = 8;
const WRITES: u128 = 12;

/// Inserts one service after the other and answers with the revisions.
async fn write_some<B: Backend>(
    world: std::sync::Arc<World<B>>,
    store: std::sync::Arc<dyn gibbon_store::Store>,
    writer: u128,
) -> Vec<u64> {
    let mut revisions = Vec::new();
    for number in 0..WRITES {
        let mut tx = store.begin().await.unwrap();
        let body = service(writer * 1_000 + number, &format!("{writer}-{number}"));
        tx.insert(def("services"), &body).await.unwrap();
        tokio::task::yield_now().await;
        revisions.push(tx.revision());
        tx.commit().await.unwrap();
        // Whoever was answered reads what it wrote.
        assert!(world.store.revision().await.unwrap() >= *revisions.last().unwrap());
    }
    revisions
}

async fn assert_serialised<B: Backend>(world: World<B>, stores: Vec<std::sync::Arc<dyn gibbon_store::Store>>) {
    let world = std::sync::Arc::new(world);
    let mut tasks = JoinSet::new();
    for writer in 0..WRITERS {
        let store = stores[usize::try_from(writer).unwrap() % stores.len()].clone();
        tasks.spawn(write_some(world.clone(), store, writer));
    }
    let mut revisions: Vec<u64> = tasks.join_all().await.into_iter().flatten().collect();
    revisions.sort_unstable();
    let count = u64::try_from(WRITERS * WRITES).unwrap();
    assert!(revisions.iter().copied().eq(1..=count), "{revisions:?}");
    assert_eq!(world.all("services").await.len() as u64, count);
    let gibbon_store::Changes::List(changes) = world.store.changes_since(0).await.unwrap() else { panic!("too far") };
    assert!(changes.iter().map(|change| change.revision).eq(1..=count));
}

pub(crate) async fn writers_are_serialised_and_no_revision_is_lost<B: Backend>() {
    let world = World::<B>::new().await;
    let stores = vec![world.store.clone()];
    assert_serialised(world, stores).await;
}

pub(crate) async fn writers_through_two_handles_are_serialised_too<B: Backend>() {
    let world = World::<B>::new().await;
    let other = world.backend.open(world.options.clone()).await.unwrap();
    let stores = vec![world.store.clone(), other];
    assert_serialised(world, stores).await;
}

pub(crate) async fn reading_does_not_wait_for_a_writer<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "one"))]).await;
    let mut tx = world.store.begin().await.unwrap();
    tx.delete("services", id(1)).await.unwrap();
    let reads = (0..20).map(|_| world.store.load(&["services"]));
    for read in reads {
        assert_eq!(read.await.unwrap().records.len(), 1);
    }
    tx.commit().await.unwrap();
}

pub(crate) async fn a_closed_store_is_unavailable<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "one"))]).await;
    world.store.close().await;
    assert!(matches!(world.store.get("services", id(1)).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(world.store.begin().await.map(|_| ()), Err(StoreError::Unavailable(_))));
}
