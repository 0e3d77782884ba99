//! What the answers to clients' requests tell about targets.

use std::time::Duration;

use gibbon_testkit::{Action, Gateway, Origin, RefusingPort};
use serde_json::{Value, json};

use crate::balancing::{answers, named};

fn passive(unhealthy: Value) -> Value {
    json!({"healthchecks": {"passive": {"healthy": {"successes": 1}, "unhealthy": unhealthy}}})
}

/// Says the status that the path asks for.
fn obedient() -> Origin {
    Origin::start(|request| Action::answer(&format!("{} Said So", &request.target[1..]), &[], ""))
}

fn statuses(gateway: &Gateway, paths: &[&str]) -> Vec<u16> {
    let mut client = gateway.connect();
    paths.iter().map(|path| client.get(path).status).collect()
}

#[test]
fn a_target_that_fails_too_often_gets_nothing_more() {
    let origin = obedient();
    let gateway = Gateway::start();
    let upstream = gateway.proxy_to_upstream("pool", passive(json!({"http_failures": 2, "http_statuses": [500, 429]})));
    gateway.target_at(upstream, &origin);
    assert_eq!(statuses(&gateway, &["/500", "/200", "/429", "/404", "/500", "/200"]), [500, 200, 429, 404, 500, 503]);
    assert_eq!(origin.requests().len(), 5);
    let answer = gateway.connect().get("/");
    assert!(answer.text().contains("failure to get a peer from the ring-balancer"), "{}", answer.text());
}

#[test]
fn without_checks_a_target_may_fail_for_ever() {
    let origin = obedient();
    let gateway = Gateway::start();
    let upstream = gateway.proxy_to_upstream("pool", json!({}));
    gateway.target_at(upstream, &origin);
    assert_eq!(statuses(&gateway, &["/500"; 20]), [500; 20]);
}

#[test]
fn a_target_that_refuses_connections_gets_nothing_more() {
    let (dead, alive) = (RefusingPort::new(), named("alive"));
    let gateway = Gateway::start();
    let upstream = gateway.put("upstreams", {
        let mut body = passive(json!({"tcp_failures": 2}));
        body["name"] = "pool".into();
        body
    });
    gateway.target(upstream, &format!("127.0.0.1:{}", dead.port()), 100);
    gateway.target_at(upstream, &alive);
    let service = gateway.service(json!({"host": "pool", "retries": 0}));
    gateway.route_to(service, json!({"paths": ["/"]}));
    let statuses = statuses(&gateway, &["/"; 12]);
    assert_eq!(statuses.iter().filter(|status| **status == 502).count(), 2, "{statuses:?}");
}

#[test]
fn a_target_that_is_silent_gets_nothing_more() {
    let silent = Origin::start(|_| Action::hang());
    let gateway = Gateway::start();
    let upstream = gateway.put("upstreams", {
        let mut body = passive(json!({"timeouts": 1}));
        body["name"] = "pool".into();
        body
    });
    gateway.target_at(upstream, &silent);
    let service = gateway.service(json!({"host": "pool", "retries": 0, "read_timeout": 200}));
    gateway.route_to(service, json!({"paths": ["/"]}));
    assert_eq!(statuses(&gateway, &["/", "/"]), [504, 503]);
}

#[test]
fn below_the_threshold_the_whole_upstream_is_not_used() {
    let (bad, good) = (Origin::start(|_| Action::answer("500 Broken", &[], "bad")), named("good"));
    let gateway = Gateway::start();
    let mut fields = passive(json!({"http_failures": 1}));
    fields["healthchecks"]["threshold"] = 50.into();
    let upstream = gateway.proxy_to_upstream("pool", fields);
    gateway.target_at(upstream, &bad);
    gateway.target_at(upstream, &good);
    let mut statuses = statuses(&gateway, &["/"; 4]);
    statuses.dedup();
    assert!(statuses.ends_with(&[500, 503]), "{statuses:?}");
}

#[test]
fn what_a_client_does_wrong_tells_nothing_about_a_target() {
    let origin = named("a");
    let gateway = Gateway::with(&[("client_body_timeout", "500ms")]);
    let upstream = gateway.proxy_to_upstream("pool", passive(json!({"tcp_failures": 1, "timeouts": 1})));
    gateway.target_at(upstream, &origin);
    let mut slow = gateway.connect();
    slow.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf");
    assert_eq!(slow.response().status, 408);
    assert_eq!(answers(&mut gateway.connect(), 3).get("a"), Some(&3));
}

#[test]
fn a_target_that_answers_late_but_in_time_stays_healthy() {
    let late = Origin::start(|_| {
        Action::default()
            .then_pause(Duration::from_millis(50))
            .then_send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    });
    let gateway = Gateway::start();
    let upstream = gateway.proxy_to_upstream("pool", passive(json!({"timeouts": 1})));
    gateway.target_at(upstream, &late);
    assert_eq!(statuses(&gateway, &["/"; 3]), [200; 3]);
}
