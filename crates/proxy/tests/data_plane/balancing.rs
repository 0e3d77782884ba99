//! Requests over the targets of an upstream.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gibbon_testkit::{Action, Client, Gate, Gateway, Origin, RefusingPort};
use serde_json::json;

/// An origin that says its own name.
pub(crate) fn named(name: &'static str) -> Origin {
    Origin::start(move |_| Action::ok(name))
}

/// How often each origin answers.
pub(crate) fn answers(client: &mut Client, count: usize) -> BTreeMap<String, usize> {
    let mut answers = BTreeMap::new();
    for _ in 0..count {
        *answers.entry(client.get("/").text()).or_default() += 1;
    }
    answers
}

fn counts(expected: &[(&str, usize)]) -> BTreeMap<String, usize> {
    expected.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

#[test]
fn requests_are_shared_out_by_weight() {
    let (a, b) = (named("a"), named("b"));
    let gateway = Gateway::start();
    let upstream = gateway.proxy_to_upstream("pool", json!({}));
    gateway.target(upstream, &format!("127.0.0.1:{}", a.port()), 30);
    gateway.target(upstream, &format!("127.0.0.1:{}", b.port()), 10);
    assert_eq!(answers(&mut gateway.connect(), 40), counts(&[("a", 30), ("b", 10)]));
}

#[test]
fn all_workers_share_one_turn() {
    let (a, b) = (named("a"), named("b"));
    let gateway = Gateway::with(&[("nginx_worker_processes", "3")]);
    let upstream = gateway.proxy_to_upstream("pool", json!({}));
    gateway.target_at(upstream, &a);
    gateway.target_at(upstream, &b);
    for _ in 0..20 {
        gateway.connect().get("/");
    }
    assert_eq!((a.requests().len(), b.requests().len()), (10, 10));
}

#[test]
fn a_changed_target_counts_from_the_next_request_on() {
    let (a, b) = (named("a"), named("b"));
    let gateway = Gateway::start();
    let upstream = gateway.proxy_to_upstream("pool", json!({}));
    gateway.target_at(upstream, &a);
    let mut client = gateway.connect();
    assert_eq!(answers(&mut client, 4), counts(&[("a", 4)]));
    let target = gateway.target_at(upstream, &b);
    assert_eq!(answers(&mut client, 4), counts(&[("a", 2), ("b", 2)]));
    let address = format!("127.0.0.1:{}", b.port());
    gateway.put("targets", json!({"id": target, "upstream": {"id": upstream}, "target": address, "weight": 0}));
    assert_eq!(answers(&mut client, 4), counts(&[("a", 4)]));
    gateway.delete("targets", target);
    assert_eq!(answers(&mut client, 4), counts(&[("a", 4)]));
    gateway.delete("upstreams", upstream);
    assert_eq!(client.get("/").status, 503, "without an upstream of that name the host is a name like others");
}

#[test]
fn a_service_finds_an_upstream_in_either_case() {
    let origin = named("a");
    let gateway = Gateway::start();
    let upstream = gateway.put("upstreams", json!({"name": "Pool.Test"}));
    gateway.target_at(upstream, &origin);
    let service = gateway.service(json!({"host": "pOOL.tEST"}));
    gateway.route_to(service, json!({"paths": ["/"]}));
    assert_eq!(gateway.connect().get("/").text(), "a");
}

#[test]
fn an_upstream_without_targets_gets_503() {
    let gateway = Gateway::start();
    gateway.proxy_to_upstream("pool", json!({}));
    let answer = gateway.connect().get_with("/", &["Accept: application/json"]);
    assert_eq!(answer.status, 503);
    assert!(
        answer.text().contains("\"message\":\"failure to get a peer from the ring-balancer\""),
        "{}",
        answer.text()
    );
    assert!(answer.field("x-kong-response-latency").is_some() && answer.field("via").is_none());
}

#[test]
fn a_target_is_asked_for_its_own_host_and_port() {
    let origin = named("a");
    let gateway = Gateway::start();
    let upstream = gateway.proxy_to_upstream("pool", json!({}));
    gateway.target_at(upstream, &origin);
    gateway.connect().get("/");
    assert_eq!(origin.only_request().field("host"), Some(format!("127.0.0.1:{}", origin.port()).as_str()));
}

#[test]
fn an_upstream_can_have_a_host_for_all_its_targets() {
    let origin = named("a");
    let gateway = Gateway::start();
    let upstream = gateway.proxy_to_upstream("pool", json!({"host_header": "orders.test"}));
    gateway.target_at(upstream, &origin);
    gateway.connect().get("/");
    assert_eq!(origin.only_request().field("host"), Some(format!("orders.test:{}", origin.port()).as_str()));
}

#[test]
fn a_route_that_keeps_the_clients_host_keeps_it_for_targets_too() {
    let origin = named("a");
    let gateway = Gateway::start();
    let upstream = gateway.put("upstreams", json!({"name": "pool", "host_header": "orders.test"}));
    gateway.target_at(upstream, &origin);
    let service = gateway.service(json!({"host": "pool"}));
    gateway.route_to(service, json!({"paths": ["/"], "preserve_host": true}));
    gateway.connect().ask("GET / HTTP/1.1\r\nHost: client.test\r\n\r\n");
    assert_eq!(origin.only_request().field("host"), Some("client.test"));
}

#[test]
fn a_request_that_fails_goes_to_another_target() {
    let (dead, alive) = (RefusingPort::new(), named("alive"));
    let gateway = Gateway::start();
    let upstream = gateway.proxy_to_upstream("pool", json!({}));
    gateway.target(upstream, &format!("127.0.0.1:{}", dead.port()), 60_000);
    gateway.target(upstream, &format!("127.0.0.1:{}", alive.port()), 1);
    let mut client = gateway.connect();
    assert_eq!(answers(&mut client, 10), counts(&[("alive", 10)]));
    let answer = client.post("/", b"a body that has not been sent can go to another one");
    assert_eq!((answer.status, answer.text()), (200, "alive".to_owned()));
}

#[test]
fn a_service_without_retries_does_not_try_another_target() {
    let (dead, alive) = (RefusingPort::new(), named("alive"));
    let gateway = Gateway::start();
    let upstream = gateway.put("upstreams", json!({"name": "pool"}));
    gateway.target(upstream, &format!("127.0.0.1:{}", dead.port()), 100);
    gateway.target_at(upstream, &alive);
    let service = gateway.service(json!({"host": "pool", "retries": 0}));
    gateway.route_to(service, json!({"paths": ["/"]}));
    let mut client = gateway.connect();
    let mut statuses = [client.get("/").status, client.get("/").status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 502]);
}

#[test]
fn a_target_that_dies_under_load_costs_no_client_an_error() {
    let (mut dying, living) = (Some(named("dying")), named("living"));
    let gateway = Gateway::with(&[("nginx_worker_processes", "2")]);
    let checks = json!({"healthchecks": {"passive": {"unhealthy": {"tcp_failures": 1}}}});
    let upstream = gateway.proxy_to_upstream("pool", checks);
    gateway.target_at(upstream, dying.as_ref().unwrap());
    gateway.target_at(upstream, &living);
    let over = Arc::new(AtomicBool::new(false));
    let loads: Vec<_> = (0..4)
        .map(|_| {
            let (over, mut client) = (Arc::clone(&over), gateway.connect());
            std::thread::spawn(move || {
                let mut statuses = Vec::new();
                while !over.load(Ordering::Acquire) {
                    statuses.push(client.get("/").status);
                }
                statuses
            })
        })
        .collect();
    dying.as_ref().unwrap().wait_for_requests(50);
    drop(dying.take());
    let before = living.requests().len();
    living.wait_for_requests(before + 200);
    over.store(true, Ordering::Release);
    for load in loads {
        let statuses = load.join().unwrap();
        assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    }
}

#[test]
fn with_least_connections_a_busy_target_gets_nothing_more() {
    let gate = Gate::default();
    let busy = {
        let gate = gate.clone();
        Origin::start(move |_| {
            Action::default().then_wait_for(&gate).then_send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbusy")
        })
    };
    let idle = named("idle");
    let gateway = Gateway::start();
    let upstream = gateway.proxy_to_upstream("pool", json!({"algorithm": "least-connections"}));
    gateway.target_at(upstream, &busy);
    let mut waiting = gateway.connect();
    waiting.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    busy.wait_for_requests(1);
    gateway.target_at(upstream, &idle);
    let mut client = gateway.connect();
    assert_eq!(answers(&mut client, 10), counts(&[("idle", 10)]));
    gate.open();
    assert_eq!(waiting.response().text(), "busy");
    assert_eq!(answers(&mut client, 10), counts(&[("busy", 5), ("idle", 5)]));
}

#[test]
fn with_latency_a_slow_target_gets_next_to_nothing() {
    let slow = Origin::start(|_| {
        Action::default()
            .then_pause(Duration::from_millis(100))
            .then_send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow")
    });
    let fast = named("fast");
    let gateway = Gateway::start();
    let upstream = gateway.proxy_to_upstream("pool", json!({"algorithm": "latency"}));
    gateway.target_at(upstream, &slow);
    gateway.target_at(upstream, &fast);
    answers(&mut gateway.connect(), 50);
    assert!(slow.requests().len() <= 5, "{}", slow.requests().len());
}

#[test]
fn an_upstream_that_was_asked_in_vain_is_told_from_one_that_was_not_asked() {
    let dead = RefusingPort::new();
    let gateway = Gateway::start();
    let service = gateway.service(json!({"host": "127.0.0.1", "port": dead.port(), "retries": 0}));
    gateway.route_to(service, json!({"paths": ["/"]}));
    let answer = gateway.connect().get("/");
    let marks = ["via", "x-kong-proxy-latency", "x-kong-upstream-latency", "x-kong-response-latency"];
    assert_eq!(marks.map(|name| answer.field(name).is_some()), [true, true, true, false]);
}
