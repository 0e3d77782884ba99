use gibbon_schema::Object;
use gibbon_store::{Changes, Options};
use serde_json::json;

use crate::kinds::{def, service};
use crate::world::{Backend, World};

fn entry(number: u64) -> Object {
    json!({ "what": number, "text": "\u{0}é😀", "nested": { "list": [null, 1.5] } }).as_object().cloned().unwrap()
}

/// Makes a write of its own for each number, and remembers that number.
async fn remember<B: Backend>(world: &World<B>, numbers: std::ops::RangeInclusive<u64>) {
    for number in numbers {
        let mut tx = world.store.begin().await.unwrap();
        tx.insert(def("services"), &service(number.into(), &number.to_string())).await.unwrap();
        tx.remember(&entry(number)).await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn revisions<B: Backend>(world: &World<B>, before: Option<u64>, size: usize) -> Vec<u64> {
    world.store.history(before, size).await.unwrap().iter().map(|entry| entry.revision).collect()
}

pub(crate) async fn entries_come_back_newest_first<B: Backend>() {
    let world = World::<B>::new().await;
    assert_eq!(world.store.history(None, 10).await.unwrap(), []);
    remember(&world, 1..=3).await;
    let found = world.store.history(None, 10).await.unwrap();
    let expected: Vec<_> = [3, 2, 1].map(|number| (number, entry(number))).to_vec();
    assert_eq!(found.into_iter().map(|found| (found.revision, found.entry)).collect::<Vec<_>>(), expected);
}

pub(crate) async fn entries_are_paged_by_revision<B: Backend>() {
    let world = World::<B>::new().await;
    remember(&world, 1..=5).await;
    assert_eq!(revisions(&world, None, 2).await, [5, 4]);
    assert_eq!(revisions(&world, Some(4), 2).await, [3, 2]);
    assert_eq!(revisions(&world, Some(2), 2).await, [1]);
    assert_eq!(revisions(&world, Some(1), 2).await, [] as [u64; 0]);
}

pub(crate) async fn an_entry_lasts_only_if_its_transaction_does<B: Backend>() {
    let world = World::<B>::new().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.remember(&entry(1)).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(revisions(&world, None, 10).await, [] as [u64; 0]);
    remember(&world, 1..=1).await;
    world.store.close().await;
    let reopened = world.backend.open(world.options.clone()).await.unwrap();
    assert_eq!(reopened.history(None, 10).await.unwrap().len(), 1);
}

pub(crate) async fn a_second_entry_takes_the_place_of_the_first<B: Backend>() {
    let world = World::<B>::new().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.remember(&entry(1)).await.unwrap();
    tx.remember(&entry(2)).await.unwrap();
    tx.commit().await.unwrap();
    let found = world.store.history(None, 10).await.unwrap();
    assert_eq!(found.into_iter().map(|found| found.entry).collect::<Vec<_>>(), [entry(2)]);
}

pub(crate) async fn old_entries_are_forgotten<B: Backend>() {
    let mut world = World::<B>::new().await;
    let options = Options { kept_history: 3, ..world.options.clone() };
    world.store = world.backend.open(options).await.unwrap();
    remember(&world, 1..=5).await;
    assert_eq!(revisions(&world, None, 10).await, [5, 4, 3]);
}

pub(crate) async fn the_history_is_no_change<B: Backend>() {
    let world = World::<B>::new().await;
    let mut tx = world.store.begin().await.unwrap();
    tx.remember(&entry(1)).await.unwrap();
    assert_eq!(tx.changes(), []);
    tx.commit().await.unwrap();
    assert_eq!(world.store.changes_since(0).await.unwrap(), Changes::List(Vec::new()));
    assert_eq!(world.store.revision().await.unwrap(), 1);
}
