//! Upstreams and their targets, as requests see them.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use gibbon_balancer::health::{Health, Report};
use gibbon_runtime::live::{Checker, Found, Pool, View};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fixture::{Fixture, to};

/// Checks that end with the first failure of a client's request.
fn strict() -> Value {
    json!({"passive": {"unhealthy": {"http_failures": 1}, "healthy": {"successes": 1}}})
}

async fn upstream(fixture: &Fixture, name: &str) -> Uuid {
    fixture.put("upstreams", json!({"name": name, "healthchecks": strict()})).await
}

async fn target(fixture: &Fixture, upstream: Uuid, address: &str) -> Uuid {
    fixture.put("targets", json!({"upstream": to(upstream), "target": address})).await
}

fn pool(fixture: &Fixture, name: &str) -> Arc<Pool> {
    Arc::clone(fixture.configuration.snapshot().pools.named(name).unwrap())
}

fn addresses(view: &View) -> Vec<String> {
    view.table.members().iter().map(|member| member.peer.address.to_string()).collect()
}

fn health(view: &View) -> Vec<Health> {
    view.table.members().iter().map(|member| member.peer.health()).collect()
}

#[tokio::test]
async fn an_upstream_is_found_by_its_name_in_either_case() {
    let fixture = Fixture::new().await;
    let id = upstream(&fixture, "Pool.Test").await;
    target(&fixture, id, "192.0.2.1:80").await;
    let snapshot = fixture.configuration.snapshot();
    assert_eq!(snapshot.pools.named(&gibbon_runtime::live::key("POOL.test")).unwrap().upstream.id, id);
    assert!(snapshot.pools.named("other.test").is_none());
    assert_eq!(addresses(&pool(&fixture, "pool.test").view()), ["192.0.2.1:80"]);
}

#[tokio::test]
async fn a_target_changes_its_own_upstream_and_no_other() {
    let fixture = Fixture::new().await;
    let (a, _) = (upstream(&fixture, "a").await, upstream(&fixture, "b").await);
    let before = fixture.configuration.snapshot();
    target(&fixture, a, "192.0.2.1:80").await;
    let after = fixture.configuration.snapshot();
    assert!(Arc::ptr_eq(before.pools.named("b").unwrap(), after.pools.named("b").unwrap()));
    assert!(!Arc::ptr_eq(before.pools.named("a").unwrap(), after.pools.named("a").unwrap()));
    assert!(Arc::ptr_eq(&before.routes, &after.routes));
    fixture.put("consumers", json!({"username": "c"})).await;
    assert!(Arc::ptr_eq(&after.pools, &fixture.configuration.snapshot().pools));
}

#[tokio::test]
async fn what_is_deleted_is_gone() {
    let fixture = Fixture::new().await;
    let id = upstream(&fixture, "a").await;
    let (first, _) = (target(&fixture, id, "192.0.2.1:80").await, target(&fixture, id, "192.0.2.2:80").await);
    fixture.delete("targets", first).await;
    assert_eq!(addresses(&pool(&fixture, "a").view()), ["192.0.2.2:80"]);
    fixture.delete("upstreams", id).await;
    assert_eq!(fixture.configuration.snapshot().pools.iter().count(), 0);
}

#[tokio::test]
async fn what_is_known_of_a_target_outlives_a_change_of_the_configuration() {
    let fixture = Fixture::new().await;
    let id = upstream(&fixture, "a").await;
    target(&fixture, id, "192.0.2.1:80").await;
    let before = pool(&fixture, "a");
    before.report_status(&before.view().table.members()[0].peer, Checker::Passive, 500);
    before.next_turn();
    target(&fixture, id, "192.0.2.2:80").await;
    let after = pool(&fixture, "a");
    let mut verdicts = health(&after.view());
    verdicts.sort_by_key(|health| *health == Health::Healthy);
    assert_eq!(verdicts, [Health::Unhealthy, Health::Healthy]);
    assert_eq!(after.next_turn(), 1);
    // A request that began with the former configuration still reports to the same target.
    before.report_status(&before.view().table.members()[0].peer, Checker::Passive, 200);
    assert_eq!(health(&after.view()), [Health::Healthy; 2]);
}

#[tokio::test]
async fn verdicts_end_with_the_checks_that_made_them() {
    let fixture = Fixture::new().await;
    let body = json!({"name": "a", "healthchecks": strict()});
    let id = fixture.put("upstreams", body).await;
    target(&fixture, id, "192.0.2.1:80").await;
    pool(&fixture, "a").force(only_target(&fixture), None, Health::Unhealthy).unwrap();
    fixture.put("upstreams", json!({"id": id, "name": "a"})).await;
    let unchecked = pool(&fixture, "a");
    assert_eq!(Pool::choose(&unchecked.view(), 0, None, &[]), Ok(0));
    assert!(unchecked.force(only_target(&fixture), None, Health::Unhealthy).is_err());
    fixture.put("upstreams", json!({"id": id, "name": "a", "healthchecks": strict()})).await;
    assert_eq!(health(&pool(&fixture, "a").view()), [Health::Healthy]);
}

fn only_target(fixture: &Fixture) -> Uuid {
    pool(fixture, "a").view().targets[0].target.id
}

#[tokio::test]
async fn a_target_that_is_a_name_has_the_addresses_that_are_found() {
    let fixture = Fixture::new().await;
    let id = upstream(&fixture, "a").await;
    target(&fixture, id, "b.test:81").await;
    let pool = pool(&fixture, "a");
    assert!(pool.view().is_cold() && pool.view().targets[0].is_name);
    let found: [IpAddr; 2] = [[192, 0, 2, 1].into(), [192, 0, 2, 2].into()];
    pool.locate(vec![Found::at(&found, 81)]);
    let first = pool.view();
    assert_eq!(addresses(&first), ["192.0.2.1:81", "192.0.2.2:81"]);
    assert!(!first.is_cold() && first.table.members().iter().all(|member| &*member.peer.host == "b.test"));
    pool.report(&first.table.members()[1].peer, Checker::Passive, Report::HttpFailure);
    pool.locate(vec![Found::at(&found[1..], 81)]);
    assert_eq!(
        (addresses(&pool.view()), health(&pool.view())),
        (vec!["192.0.2.2:81".to_owned()], vec![Health::Unhealthy])
    );
    pool.locate(vec![Found::Nowhere("there is no such name".into())]);
    assert!(Pool::choose(&pool.view(), 0, None, &[]).is_err());
}

#[tokio::test]
async fn one_address_of_a_target_can_be_told_to_be_unhealthy() {
    let fixture = Fixture::new().await;
    let id = upstream(&fixture, "a").await;
    let target = target(&fixture, id, "b.test:81").await;
    let pool = pool(&fixture, "a");
    pool.locate(vec![Found::at(&[[192, 0, 2, 1].into(), [192, 0, 2, 2].into()], 81)]);
    let second: SocketAddr = "192.0.2.2:81".parse().unwrap();
    pool.force(target, Some(second), Health::Unhealthy).unwrap();
    assert_eq!(health(&pool.view()), [Health::Healthy, Health::Unhealthy]);
    pool.force(target, None, Health::Unhealthy).unwrap();
    assert_eq!(health(&pool.view()), [Health::Unhealthy; 2]);
    pool.force(target, None, Health::Healthy).unwrap();
    assert_eq!(health(&pool.view()), [Health::Healthy; 2]);
}

#[tokio::test]
async fn whoever_waits_for_a_publication_is_told() {
    let fixture = Fixture::new().await;
    let mut publications = fixture.configuration.publications();
    assert!(!publications.has_changed().unwrap());
    upstream(&fixture, "a").await;
    publications.changed().await.unwrap();
    assert_eq!(*publications.borrow(), fixture.configuration.generation());
}

#[tokio::test]
async fn another_node_follows() {
    let fixture = Fixture::new().await;
    let node = fixture.second_node().await;
    let id = upstream(&fixture, "a").await;
    target(&fixture, id, "192.0.2.1:80").await;
    node.follow().await.unwrap();
    assert_eq!(addresses(&node.snapshot().pools.named("a").unwrap().view()), ["192.0.2.1:80"]);
    assert_eq!(addresses(&fixture.second_node().await.snapshot().pools.named("a").unwrap().view()), ["192.0.2.1:80"]);
}
