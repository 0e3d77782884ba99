//! Checks that the gateway makes itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use gibbon_testkit::{Action, Client, Gateway, Origin, RefusingPort, TlsFront, eventually};
use serde_json::{Value, json};

use crate::balancing::{answers, named};

/// Both kinds of rounds ten times a second; one of anything changes the verdict.
fn active(fields: Value) -> Value {
    let mut active = json!({
        "http_path": "/health",
        "healthy": {"interval": 0.1, "successes": 1},
        "unhealthy": {"interval": 0.1, "http_failures": 1, "tcp_failures": 1, "timeouts": 1},
    });
    active.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!({"healthchecks": {"active": active}})
}

/// Answers requests, and checks by what the switch says.
fn with_a_switch() -> (Origin, Arc<AtomicBool>) {
    let sick = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&sick);
    let origin = Origin::start(move |request| match &*request.target {
        "/health" if sick.load(Ordering::Acquire) => Action::answer("500 Sick", &[], ""),
        _ => Action::ok("served"),
    });
    (origin, switch)
}

fn status(client: &mut Client) -> u16 {
    client.get("/").status
}

#[test]
fn a_target_that_fails_its_checks_gets_nothing_until_it_passes_them_again() {
    let (origin, sick) = with_a_switch();
    let gateway = Gateway::start();
    let upstream = gateway.proxy_to_upstream("pool", active(json!({})));
    gateway.target_at(upstream, &origin);
    let mut client = gateway.connect();
    assert_eq!(status(&mut client), 200);
    sick.store(true, Ordering::Release);
    eventually("the target is unhealthy", || status(&mut client) == 503);
    sick.store(false, Ordering::Release);
    eventually("the target is healthy again", || status(&mut client) == 200);
}

#[test]
fn checks_bring_back_what_requests_have_given_up() {
    let broken = Arc::new(AtomicBool::new(true));
    let switch = Arc::clone(&broken);
    let origin = Origin::start(move |request| match &*request.target {
        "/health" => Action::ok(""),
        _ if broken.load(Ordering::Acquire) => Action::answer("500 Broken", &[], ""),
        _ => Action::ok("served"),
    });
    let gateway = Gateway::start();
    let mut fields = active(json!({"healthy": {"interval": 0}, "unhealthy": {"interval": 0}}));
    fields["healthchecks"]["passive"] = json!({"unhealthy": {"http_failures": 1}});
    let upstream = gateway.proxy_to_upstream("pool", fields.clone());
    gateway.target_at(upstream, &origin);
    let mut client = gateway.connect();
    assert_eq!([status(&mut client), status(&mut client)], [500, 503]);
    switch.store(false, Ordering::Release);
    fields["id"] = json!(upstream);
    fields["name"] = json!("pool");
    fields["healthchecks"]["active"] = json!({
        "http_path": "/health", "healthy": {"successes": 1}, "unhealthy": {"interval": 0.1},
    });
    gateway.put("upstreams", fields);
    eventually("checks that begin now bring it back", || status(&mut client) == 200);
}

#[test]
fn a_check_is_a_request_as_it_is_configured() {
    let origin = named("a");
    let gateway = Gateway::start();
    let mut fields = active(json!({"headers": {"X-Check": ["1", "2"]}}));
    fields["host_header"] = json!("orders.test");
    let upstream = gateway.proxy_to_upstream("pool", fields);
    gateway.target_at(upstream, &origin);
    origin.wait_for_requests(1);
    let check = &origin.requests()[0];
    assert_eq!((&*check.method, &*check.target), ("GET", "/health"));
    assert_eq!(check.field("host"), Some(format!("orders.test:{}", origin.port()).as_str()));
    assert_eq!((check.all("x-check"), check.field("connection")), (vec!["1", "2"], Some("close")));
}

#[test]
fn checks_of_connections_find_out_who_does_not_listen() {
    let (dead, alive) = (RefusingPort::new(), named("alive"));
    let gateway = Gateway::start();
    let upstream = gateway.put("upstreams", {
        let mut fields = active(json!({"type": "tcp"}));
        fields["name"] = json!("pool");
        fields
    });
    gateway.target(upstream, &format!("127.0.0.1:{}", dead.port()), 100);
    gateway.target_at(upstream, &alive);
    let service = gateway.service(json!({"host": "pool", "retries": 0}));
    gateway.route_to(service, json!({"paths": ["/"]}));
    let mut client = gateway.connect();
    eventually("nothing goes to the dead target", || answers(&mut client, 6).get("alive") == Some(&6));
    assert!(alive.requests().iter().all(|request| request.target == "/"), "a connection is not asked for anything");
}

#[test]
fn a_check_that_takes_too_long_has_failed() {
    let origin = Origin::start(|request| if request.target == "/health" { Action::hang() } else { Action::ok("") });
    let gateway = Gateway::start();
    let upstream = gateway.proxy_to_upstream("pool", active(json!({"timeout": 0.2})));
    gateway.target_at(upstream, &origin);
    let mut client = gateway.connect();
    eventually("the target is unhealthy", || status(&mut client) == 503);
}

#[test]
fn what_is_no_answer_is_a_failure() {
    let origin = Origin::start(|request| match &*request.target {
        "/health" => Action::send("SSH-2.0-OpenSSH_9.2\r\n").then_close(),
        _ => Action::ok(""),
    });
    let gateway = Gateway::start();
    let unhealthy = json!({"unhealthy": {"interval": 0.1, "http_failures": 1}});
    let upstream = gateway.proxy_to_upstream("pool", active(unhealthy));
    gateway.target_at(upstream, &origin);
    let mut client = gateway.connect();
    eventually("the target is unhealthy", || status(&mut client) == 503);
}

#[test]
fn a_certificate_that_nobody_vouches_for_fails_a_check_unless_none_is_asked_for() {
    let origin = named("a");
    let front = TlsFront::before(&origin, "localhost");
    let gateway = Gateway::start();
    for (verify, expected) in [(true, 503), (false, 200)] {
        let name = format!("pool-{expected}");
        let fields = active(json!({"type": "https", "https_sni": "localhost", "https_verify_certificate": verify}));
        let upstream = gateway.put("upstreams", {
            let mut fields = fields;
            fields["name"] = json!(name);
            fields
        });
        let target = gateway.target(upstream, &format!("127.0.0.1:{}", front.port()), 100);
        let service = gateway.service(json!({"host": name, "protocol": "https"}));
        gateway.route_to(service, json!({"paths": [format!("/{expected}")]}));
        let pool = Arc::clone(gateway.configuration().snapshot().pools.named(&name).unwrap());
        if expected == 200 {
            // Told to be unhealthy, it has to be found healthy by a check.
            pool.force(target, None, gibbon_balancer::health::Health::Unhealthy).unwrap();
        }
        let mut client = gateway.connect();
        eventually(&name, || client.get(&format!("/{expected}")).status == expected);
    }
}

#[test]
fn no_more_targets_are_checked_at_the_same_time_than_allowed() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let origins: Vec<_> = (0..6)
        .map(|_| {
            let (now, most) = (Arc::clone(&now), Arc::clone(&most));
            Origin::start(move |_| {
                most.fetch_max(now.fetch_add(1, Ordering::AcqRel) + 1, Ordering::AcqRel);
                std::thread::sleep(Duration::from_millis(30));
                now.fetch_sub(1, Ordering::AcqRel);
                Action::ok("")
            })
        })
        .collect();
    let gateway = Gateway::start();
    // All at once, so that one round has them all.
    let upstream = gateway.proxy_to_upstream("pool", json!({}));
    for origin in &origins {
        gateway.target_at(upstream, origin);
    }
    let mut fields = active(json!({"concurrency": 2}));
    fields["id"] = json!(upstream);
    fields["name"] = json!("pool");
    gateway.put("upstreams", fields);
    origins.iter().for_each(|origin| origin.wait_for_requests(3));
    assert!(most.load(Ordering::Acquire) <= 2, "{} at the same time", most.load(Ordering::Acquire));
}

#[test]
fn checks_end_when_the_configuration_says_so() {
    let origin = named("a");
    let gateway = Gateway::start();
    let upstream = gateway.proxy_to_upstream("pool", active(json!({})));
    gateway.target_at(upstream, &origin);
    origin.wait_for_requests(2);
    gateway.put("upstreams", json!({"id": upstream, "name": "pool"}));
    // The connection of a check that was under way may still be answered; after a request of ours nothing follows.
    let before = origin.requests().len();
    std::thread::sleep(Duration::from_millis(400));
    assert!(origin.requests().len() <= before + 1, "{} checks more", origin.requests().len() - before);
}
