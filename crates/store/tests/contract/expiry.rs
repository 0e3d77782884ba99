use gibbon_schema::Object;
use gibbon_store::{Changes, Filter, Op, StoreError, TagFilter, TagPageRequest};
use serde_json::json;

use crate::kinds::{NOTHING, consumer, credential, def, folder, grant, id, reference, with};
use crate::world::{Backend, START, World};

fn short_lived(number: u128, consumer: u128, ttl: i64) -> Object {
    let body = with(&credential(number, consumer, &format!("k{number}")), "ttl", json!(ttl));
    with(&body, "tags", json!(["brief"]))
}

async fn bobs_world<B: Backend>() -> World<B> {
    let world = World::<B>::new().await;
    world.insert(&[("consumers", consumer(1, "bob"))]).await;
    world
}

pub(crate) async fn an_expired_record_is_seen_nowhere<B: Backend>() {
    let world = bobs_world::<B>().await;
    world.insert(&[("credentials", short_lived(2, 1, 60)), ("credentials", credential(3, 1, "k3"))]).await;
    let filters = || {
        let tags = Some(TagFilter::All(vec!["brief".to_owned()]));
        let any = Some(TagFilter::Any(vec!["brief".to_owned(), "other".to_owned()]));
        let relation = Some(("consumer".to_owned(), id(1)));
        [
            Filter::default(),
            Filter { relation, tags: None },
            Filter { relation: None, tags },
            Filter { relation: None, tags: any },
        ]
    };
    world.clock.advance(59);
    for filter in filters() {
        assert!(world.ids("credentials", &filter, 10).await.contains(&id(2)), "{filter:?}");
    }
    world.clock.advance(1);
    for filter in filters() {
        assert!(!world.ids("credentials", &filter, 10).await.contains(&id(2)), "{filter:?}");
    }
    assert_eq!(world.get("credentials", id(2)).await, None);
    assert_eq!(world.find("credentials", "key", "k2").await, None);
    let all = TagPageRequest { size: 10, after: None };
    assert_eq!(world.store.tagged(None, all.clone()).await.unwrap().rows, []);
    assert_eq!(world.store.tagged(Some("brief"), all).await.unwrap().rows, []);
    assert_eq!(world.store.load(&["credentials"]).await.unwrap().records.len(), 1);
    let mut tx = world.store.begin().await.unwrap();
    assert_eq!(tx.get("credentials", id(2)).await.unwrap(), None);
    assert_eq!(tx.find("credentials", "key", "k2").await.unwrap(), None);
    assert_eq!(tx.delete("credentials", id(2)).await.unwrap(), gibbon_store::Deleted::Absent);
}

pub(crate) async fn a_ttl_counts_down<B: Backend>() {
    let world = bobs_world::<B>().await;
    world.insert(&[("credentials", short_lived(2, 1, 60))]).await;
    assert_eq!(world.get("credentials", id(2)).await.unwrap(), short_lived(2, 1, 60));
    world.clock.advance(45);
    assert_eq!(world.get("credentials", id(2)).await.unwrap(), short_lived(2, 1, 15));
    // Writing back what was read neither lengthens nor shortens it.
    let body = world.get("credentials", id(2)).await.unwrap();
    world.replace("credentials", &body).await;
    assert_eq!(world.store.next_expiry().await.unwrap(), Some(START + 60));
}

pub(crate) async fn a_ttl_of_zero_or_null_is_for_ever<B: Backend>() {
    let world = bobs_world::<B>().await;
    world.insert(&[("credentials", short_lived(2, 1, 0)), ("credentials", credential(3, 1, "k3"))]).await;
    world.clock.advance(1_000_000_000);
    assert_eq!(world.all("credentials").await, [id(2), id(3)]);
    assert_eq!(world.store.next_expiry().await.unwrap(), None);
}

pub(crate) async fn replacing_gives_a_new_life<B: Backend>() {
    let world = bobs_world::<B>().await;
    world.insert(&[("credentials", short_lived(2, 1, 60)), ("credentials", short_lived(3, 1, 60))]).await;
    world.replace("credentials", &short_lived(2, 1, 100)).await;
    world.replace("credentials", &credential(3, 1, "k3")).await;
    world.clock.advance(99);
    assert_eq!(world.all("credentials").await, [id(2), id(3)]);
    world.clock.advance(1);
    assert_eq!(world.all("credentials").await, [id(3)]);
}

pub(crate) async fn what_an_expired_record_held_is_free<B: Backend>() {
    let world = bobs_world::<B>().await;
    world.insert(&[("credentials", short_lived(2, 1, 60)), ("credentials", short_lived(3, 1, 60))]).await;
    world.insert(&[("grants", grant(9, 2))]).await;
    world.clock.advance(60);
    // The key of the one, and the id of the other.
    world.insert(&[("credentials", credential(5, 1, "k2")), ("credentials", credential(3, 1, "new"))]).await;
    assert_eq!(world.all("credentials").await, [id(3), id(5)]);
    assert_eq!(world.find("credentials", "key", "k2").await, Some(id(5)));
    assert_eq!(world.all("grants").await, NOTHING, "what hung on it went with it");
    world.insert(&[("credentials", short_lived(6, 1, 60))]).await;
    world.clock.advance(60);
    world.replace("credentials", &credential(6, 1, "again")).await;
    assert_eq!(world.get("credentials", id(6)).await, Some(credential(6, 1, "again")));
}

pub(crate) async fn an_expired_record_is_no_target<B: Backend>() {
    let world = bobs_world::<B>().await;
    world.insert(&[("credentials", short_lived(2, 1, 60))]).await;
    world.clock.advance(60);
    let error = world.try_insert(&[("grants", grant(3, 2))]).await.unwrap_err();
    assert!(matches!(error, StoreError::ForeignKey { .. }));
    let mut tx = world.store.begin().await.unwrap();
    tx.defer_references();
    tx.insert(def("grants"), &grant(3, 2)).await.unwrap();
    assert!(matches!(tx.commit().await, Err(StoreError::ForeignKey { .. })));
}

pub(crate) async fn an_expired_record_holds_nothing<B: Backend>() {
    let world = bobs_world::<B>().await;
    world.insert(&[("consumers", consumer(2, "alice")), ("credentials", credential(3, 2, "k3"))]).await;
    let held = with(&with(&folder(4, None), "pinned", reference(3)), "ttl", json!(60));
    world.insert(&[("folders", held), ("folders", folder(5, Some(4)))]).await;
    assert!(matches!(world.try_delete("credentials", id(3)).await, Err(StoreError::Referenced { .. })));
    world.clock.advance(60);
    world.delete("consumers", id(2)).await;
    assert_eq!(world.all("credentials").await, NOTHING);
    assert_eq!(world.store.next_expiry().await.unwrap(), None, "the expired record is gone with its target");
    assert_eq!(world.all("folders").await, NOTHING, "and so is what hung on it");
}

pub(crate) async fn purging_deletes_with_all_that_hangs_on_it<B: Backend>() {
    let world = bobs_world::<B>().await;
    world.insert(&[("credentials", short_lived(2, 1, 60)), ("credentials", credential(3, 1, "k3"))]).await;
    world.insert(&[("grants", grant(4, 2)), ("grants", grant(5, 3))]).await;
    world.clock.advance(60);
    let mut tx = world.store.begin().await.unwrap();
    assert_eq!(tx.purge_expired(100).await.unwrap(), 1);
    let gone: Vec<_> = tx.changes().iter().map(|change| (change.kind.as_str(), change.id, &change.op)).collect();
    assert_eq!(gone, [("credentials", id(2), &Op::Delete), ("grants", id(4), &Op::Delete)]);
    tx.commit().await.unwrap();
    assert_eq!(world.all("grants").await, [id(5)]);
    let mut tx = world.store.begin().await.unwrap();
    assert_eq!(tx.purge_expired(100).await.unwrap(), 0);
}

pub(crate) async fn purging_stops_at_its_limit<B: Backend>() {
    let world = bobs_world::<B>().await;
    for number in 2..7 {
        world.insert(&[("credentials", short_lived(number, 1, 60))]).await;
    }
    world.clock.advance(60);
    for expected in [2, 2, 1, 0] {
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(tx.purge_expired(2).await.unwrap(), expected);
        tx.commit().await.unwrap();
    }
}

pub(crate) async fn a_follower_sees_an_expired_record_go<B: Backend>() {
    let world = bobs_world::<B>().await;
    let revision = world.store.revision().await.unwrap();
    world.insert(&[("credentials", short_lived(2, 1, 60))]).await;
    world.clock.advance(60);
    for purge in [false, true] {
        if purge {
            let mut tx = world.store.begin().await.unwrap();
            tx.purge_expired(10).await.unwrap();
            tx.commit().await.unwrap();
        }
        let Changes::List(list) = world.store.changes_since(revision).await.unwrap() else { panic!("too far") };
        let ops: Vec<_> = list.iter().map(|change| (change.id, &change.op)).collect();
        assert_eq!(ops, [(id(2), &Op::Delete)]);
    }
}

pub(crate) async fn the_next_expiry_is_known<B: Backend>() {
    let world = bobs_world::<B>().await;
    assert_eq!(world.store.next_expiry().await.unwrap(), None);
    world.insert(&[("credentials", short_lived(2, 1, 90)), ("credentials", short_lived(3, 1, 60))]).await;
    assert_eq!(world.store.next_expiry().await.unwrap(), Some(START + 60));
    world.clock.advance(75);
    assert_eq!(world.store.next_expiry().await.unwrap(), Some(START + 60), "it waits to be purged");
    let mut tx = world.store.begin().await.unwrap();
    tx.purge_expired(10).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.store.next_expiry().await.unwrap(), Some(START + 90));
}
