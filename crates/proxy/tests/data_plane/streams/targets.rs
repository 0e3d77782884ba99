//! Streams among the targets of an upstream.

use std::collections::HashSet;

use gibbon_testkit::{Gateway, RefusingPort, StreamOrigin};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{connect, gateway, outcome, proxy_with};

/// A gateway that balances all streams over an upstream with these fields.
fn balancing(mut fields: Value, retries: u32) -> (Gateway, Uuid) {
    let gateway = gateway("127.0.0.1:0");
    fields["name"] = "pool".into();
    let upstream = gateway.put("upstreams", fields);
    let service = json!({ "protocol": "tcp", "host": "pool", "retries": retries });
    proxy_with(&gateway, service, json!({ "protocols": ["tcp"] }));
    (gateway, upstream)
}

fn add(gateway: &Gateway, upstream: Uuid, port: u16) {
    gateway.target(upstream, &format!("127.0.0.1:{port}"), 100);
}

/// What the targets say to so many clients.
fn said(gateway: &Gateway, clients: usize) -> Vec<u8> {
    (0..clients).map(|_| connect(gateway).read_raw(1)[0]).collect()
}

#[test]
fn streams_go_to_all_targets_in_turn() {
    let origins = ["a", "b", "c"].map(StreamOrigin::saying);
    let (gateway, upstream) = balancing(json!({}), 0);
    origins.iter().for_each(|origin| add(&gateway, upstream, origin.port()));
    let said = said(&gateway, 9);
    assert!(b"abc".iter().all(|name| said.iter().filter(|other| *other == name).count() == 3), "{said:?}");
}

#[test]
fn a_target_that_refuses_is_passed_over() {
    let (dead, alive) = (RefusingPort::new(), StreamOrigin::saying("a"));
    let (gateway, upstream) = balancing(json!({}), 1);
    add(&gateway, upstream, dead.port());
    add(&gateway, upstream, alive.port());
    assert_eq!(said(&gateway, 6), b"aaaaaa");
}

#[test]
fn without_retries_the_stream_is_closed_and_the_target_counted_out() {
    let (dead, alive) = (RefusingPort::new(), StreamOrigin::saying("a"));
    let unhealthy = json!({ "healthchecks": { "passive": { "unhealthy": { "tcp_failures": 2 } } } });
    let (gateway, upstream) = balancing(unhealthy, 0);
    add(&gateway, upstream, dead.port());
    add(&gateway, upstream, alive.port());
    for _ in 0..12 {
        connect(&gateway).read_to_end();
    }
    let lines = gateway.stream_log(12);
    let failed = lines.iter().filter(|line| outcome(line)[1] == "502").count();
    assert_eq!(failed, 2, "{lines:?}");
}

#[test]
fn one_client_stays_with_one_target_where_its_address_is_hashed() {
    let origins = ["a", "b", "c", "d"].map(StreamOrigin::saying);
    let (gateway, upstream) = balancing(json!({ "algorithm": "consistent-hashing", "hash_on": "ip" }), 0);
    origins.iter().for_each(|origin| add(&gateway, upstream, origin.port()));
    let said: HashSet<u8> = said(&gateway, 8).into_iter().collect();
    assert_eq!(said.len(), 1, "{said:?}");
}

#[test]
fn an_upstream_without_targets_closes_streams() {
    let (gateway, _) = balancing(json!({}), 3);
    assert!(connect(&gateway).is_closed_by_gateway());
    assert_eq!(outcome(&gateway.stream_log(1)[0])[1], "502");
}
