use gibbon_store::{Filter, Page, PageRequest};
use uuid::Uuid;

use crate::kinds::{NOTHING, consumer, credential, id, id_of, route, service};
use crate::world::{Backend, World};

/// Numbers in an order that is not theirs.
fn shuffled(count: u128) -> impl Iterator<Item = u128> {
    (0..count).map(move |number| (number * 7_919) % count + 1)
}

pub(crate) async fn every_record_is_seen_once_in_the_order_of_ids<B: Backend>() {
    let world = World::<B>::new().await;
    let ids: Vec<Uuid> = (0..43).map(|_| Uuid::new_v4()).collect();
    let records: Vec<_> = ids.iter().map(|id| ("services", service(id.as_u128(), &id.to_string()))).collect();
    world.insert(&records).await;
    let mut sorted = ids;
    sorted.sort();
    for size in [1, 2, 3, 7, 42, 43, 44, 1_000, usize::MAX] {
        assert_eq!(world.ids("services", &Filter::default(), size).await, sorted, "by {size}");
    }
}

pub(crate) async fn the_last_page_says_so<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "a")), ("services", service(2, "b"))]).await;
    let page = |size, after| {
        let world = &world;
        async move { world.store.page("services", &Filter::default(), PageRequest { size, after }).await.unwrap() }
    };
    assert_eq!(page(1, None).await, Page { records: vec![service(1, "a")], next: Some(id(1)) });
    assert_eq!(page(1, Some(id(1))).await, Page { records: vec![service(2, "b")], next: None });
    assert_eq!(page(2, None).await.next, None);
    assert_eq!(page(1, Some(id(2))).await, Page::default());
}

pub(crate) async fn a_thousand_nested_rows_are_paged<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("consumers", consumer(1, "bob")), ("consumers", consumer(2, "alice"))]).await;
    let records: Vec<_> = shuffled(1_500)
        .map(|number| ("credentials", credential(number, 1 + number / 1_001, &format!("k{number}"))))
        .collect();
    world.insert(&records).await;
    let filter = Filter { relation: Some(("consumer".to_owned(), id(1))), ..Default::default() };
    let expected: Vec<Uuid> = (1..=1_000).map(id).collect();
    for size in [100, 333, 1_000] {
        assert_eq!(world.ids("credentials", &filter, size).await, expected, "by {size}");
    }
    world.delete("consumers", id(1)).await;
    assert_eq!(world.all("credentials").await, (1_001..=1_500).map(id).collect::<Vec<_>>());
}

pub(crate) async fn paging_survives_writes_in_between<B: Backend>() {
    let world = World::<B>::new().await;
    let records: Vec<_> = (1..=10).map(|n| ("services", service(n * 10, &n.to_string()))).collect();
    world.insert(&records).await;
    let filter = Filter::default();
    let first = world.store.page("services", &filter, PageRequest { size: 5, after: None }).await.unwrap();
    // The record with which the page ended goes, one appears before it and one after.
    world.delete("services", id(50)).await;
    world.insert(&[("services", service(5, "early")), ("services", service(55, "late"))]).await;
    let request = PageRequest { size: 100, after: first.next };
    let second = world.store.page("services", &filter, request).await.unwrap();
    let seen: Vec<Uuid> = first.records.iter().chain(&second.records).map(id_of).collect();
    assert_eq!(seen, [10, 20, 30, 40, 50, 55, 60, 70, 80, 90, 100].map(id));
}

pub(crate) async fn a_size_of_zero_counts_as_one<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "a")), ("services", service(2, "b"))]).await;
    let page = world.store.page("services", &Filter::default(), PageRequest { size: 0, after: None }).await.unwrap();
    assert_eq!((page.records.len(), page.next), (1, Some(id(1))));
}

pub(crate) async fn an_unknown_kind_has_an_empty_page<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "a")), ("routes", route(2, 1))]).await;
    assert_eq!(world.all("dragons").await, NOTHING);
    let filter = Filter { relation: Some(("dragon".to_owned(), id(1))), ..Default::default() };
    assert_eq!(world.ids("routes", &filter, 10).await, NOTHING);
}
