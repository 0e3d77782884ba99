use gibbon_store::{Filter, TagFilter, TagPageRequest, TagRow};
use serde_json::json;
use uuid::Uuid;

use crate::kinds::{NOTHING, consumer, id, route, service, tagged_service, with};
use crate::world::{Backend, World};

fn all(tags: &[&str]) -> Filter {
    Filter { tags: Some(TagFilter::All(tags.iter().map(ToString::to_string).collect())), ..Default::default() }
}

fn any(tags: &[&str]) -> Filter {
    Filter { tags: Some(TagFilter::Any(tags.iter().map(ToString::to_string).collect())), ..Default::default() }
}

fn row(tag: &str, kind: &str, number: u128) -> TagRow {
    TagRow { tag: tag.to_owned(), entity_name: kind.to_owned(), entity_id: id(number) }
}

async fn rows<B: Backend>(world: &World<B>, tag: Option<&str>, size: usize) -> Vec<TagRow> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = world.store.tagged(tag, TagPageRequest { size, after }).await.unwrap();
        rows.extend(page.rows);
        match page.next {
            Some(next) => after = Some(next),
            None => return rows,
        }
    }
}

/// Services 1 to 5 with the tags a; a, b; a, b, c; c; none.
async fn tagged_world<B: Backend>() -> World<B> {
    let world = World::<B>::new().await;
    let tags: [&[&str]; 5] = [&["a"], &["b", "a"], &["a", "b", "c"], &["c"], &[]];
    for (number, tags) in (1..).zip(tags) {
        world.insert(&[("services", tagged_service(number, tags))]).await;
    }
    world
}

pub(crate) async fn all_and_any_filter<B: Backend>() {
    let world = tagged_world::<B>().await;
    let expectations: [(Filter, &[u128]); 9] = [
        (all(&["a"]), &[1, 2, 3]),
        (all(&["a", "b"]), &[2, 3]),
        (all(&["b", "c", "a"]), &[3]),
        (all(&["a", "x"]), &[]),
        (any(&["a"]), &[1, 2, 3]),
        (any(&["b", "c"]), &[2, 3, 4]),
        (any(&["a", "b", "c", "x"]), &[1, 2, 3, 4]),
        (any(&["x", "y"]), &[]),
        (all(&["A"]), &[]),
    ];
    for (filter, expected) in expectations {
        let expected: Vec<Uuid> = expected.iter().copied().map(id).collect();
        for size in [1, 2, 100] {
            assert_eq!(world.ids("services", &filter, size).await, expected, "{filter:?} by {size}");
        }
    }
}

pub(crate) async fn an_empty_filter_is_all_or_none<B: Backend>() {
    let world = tagged_world::<B>().await;
    assert_eq!(world.ids("services", &all(&[]), 2).await.len(), 5);
    assert_eq!(world.ids("services", &any(&[]), 2).await, NOTHING);
}

pub(crate) async fn tags_of_another_kind_do_not_count<B: Backend>() {
    let world = tagged_world::<B>().await;
    world.insert(&[("consumers", with(&consumer(5, "bob"), "tags", json!(["a", "b"])))]).await;
    assert_eq!(world.ids("consumers", &all(&["a", "b"]), 10).await, [id(5)]);
    assert_eq!(world.ids("consumers", &all(&["a", "c"]), 10).await, NOTHING);
    assert_eq!(world.ids("services", &any(&["a", "b"]), 10).await, [id(1), id(2), id(3)]);
}

pub(crate) async fn tags_filter_nested_records_too<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, "one")), ("services", service(2, "two"))]).await;
    let tags: [&[&str]; 4] = [&["a"], &["a", "b"], &["b"], &["a", "b"]];
    for (number, tags) in (1..).zip(tags) {
        let parent = if number == 4 { 2 } else { 1 };
        world.insert(&[("routes", with(&route(number, parent), "tags", json!(tags)))]).await;
    }
    let of_one = |filter: Filter| Filter { relation: Some(("service".to_owned(), id(1))), ..filter };
    assert_eq!(world.ids("routes", &of_one(all(&["a"])), 1).await, [id(1), id(2)]);
    assert_eq!(world.ids("routes", &of_one(all(&["a", "b"])), 1).await, [id(2)]);
    assert_eq!(world.ids("routes", &of_one(any(&["a", "b"])), 2).await, [id(1), id(2), id(3)]);
}

pub(crate) async fn tagged_pages_show_every_row_once<B: Backend>() {
    let world = tagged_world::<B>().await;
    world.insert(&[("consumers", with(&consumer(2, "bob"), "tags", json!(["a", "z"])))]).await;
    let expected = [
        row("a", "consumers", 2),
        row("a", "services", 1),
        row("a", "services", 2),
        row("a", "services", 3),
        row("b", "services", 2),
        row("b", "services", 3),
        row("c", "services", 3),
        row("c", "services", 4),
        row("z", "consumers", 2),
    ];
    for size in [0, 1, 2, 4, 9, 100] {
        assert_eq!(rows(&world, None, size).await, expected, "by {size}");
    }
}

pub(crate) async fn tagged_pages_of_one_tag<B: Backend>() {
    let world = tagged_world::<B>().await;
    world.insert(&[("consumers", with(&consumer(2, "bob"), "tags", json!(["b"])))]).await;
    let expected = [row("b", "consumers", 2), row("b", "services", 2), row("b", "services", 3)];
    for size in [1, 2, 3, 100] {
        assert_eq!(rows(&world, Some("b"), size).await, expected, "by {size}");
    }
    assert_eq!(rows(&world, Some("x"), 10).await, []);
}

pub(crate) async fn tags_follow_their_record<B: Backend>() {
    let world = tagged_world::<B>().await;
    world.replace("services", &tagged_service(1, &["new"])).await;
    world.delete("services", id(2)).await;
    assert_eq!(world.ids("services", &all(&["a"]), 10).await, [id(3)]);
    assert_eq!(rows(&world, Some("new"), 10).await, [row("new", "services", 1)]);
    assert_eq!(rows(&world, Some("b"), 10).await, [row("b", "services", 3)]);
}

pub(crate) async fn a_tag_named_twice_counts_once<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", tagged_service(1, &["a", "a"]))]).await;
    assert_eq!(rows(&world, None, 10).await, [row("a", "services", 1)]);
    assert_eq!(world.ids("services", &any(&["a", "a"]), 10).await, [id(1)]);
}

pub(crate) async fn long_tags_are_told_apart_and_listed_whole<B: Backend>() {
    let world = World::<B>::new().await;
    let long = |end: &str| "0123456789".repeat(1_000) + end;
    let (first, second) = (long("1"), long("2"));
    world.insert(&[("services", tagged_service(1, &[&first, "short"]))]).await;
    world.insert(&[("services", tagged_service(2, &[&second]))]).await;
    assert_eq!(world.ids("services", &all(&[&first]), 10).await, [id(1)]);
    assert_eq!(world.ids("services", &any(&[&first, &second]), 10).await, [id(1), id(2)]);
    assert_eq!(rows(&world, Some(&second), 1).await, [row(&second, "services", 2)]);
    let mut listed = rows(&world, None, 1).await;
    listed.sort();
    assert_eq!(listed, [row(&first, "services", 1), row(&second, "services", 2), row("short", "services", 1)]);
}
