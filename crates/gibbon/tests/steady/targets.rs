//! A target goes and comes back under load.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use gibbon_testkit::{Client, eventually};

use crate::place::Place;

mod backend;
use backend::Backend;

fn start(upstream: &str, targets: &[&Backend]) -> Place {
    let place = Place::new();
    place.start();
    assert_eq!(place.post("/upstreams", &format!("name=pool&{upstream}")), 201);
    for target in targets {
        assert_eq!(place.post("/upstreams/pool/targets", &format!("target={}", target.address())), 201);
    }
    assert_eq!(place.post("/services", "name=pooled&host=pool&retries=5"), 201);
    assert_eq!(place.post("/services/pooled/routes", "paths[]=/"), 201);
    place
}

/// Has clients send GETs until `change` returns; each has to be answered with 200.
fn under_load(place: &Place, change: impl FnOnce(&AtomicUsize)) {
    let (over, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut client = Client::connect(([127, 0, 0, 1], place.proxy).into());
                while !over.load(Ordering::Relaxed) {
                    let answer = client.get("/");
                    assert_eq!(answer.status, 200, "after {}: {}", answered.load(Ordering::Relaxed), answer.text());
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        change(&answered);
        over.store(true, Ordering::Relaxed);
    });
}

fn some_more(answered: &AtomicUsize) {
    let goal = answered.load(Ordering::Relaxed) + 100;
    eventually("more answers", || answered.load(Ordering::Relaxed) >= goal);
}

#[test]
fn a_target_that_is_killed_costs_no_client_an_answer_as_long_as_there_are_retries() {
    let (mut first, second) = (Backend::start(), Backend::start());
    let place = start("", &[&first, &second]);
    under_load(&place, |answered| {
        for _ in 0..3 {
            some_more(answered);
            first.kill();
            some_more(answered);
            first.revive();
        }
        some_more(answered);
    });
}

#[test]
fn a_target_that_is_back_gets_requests_within_two_intervals_of_its_checks() {
    let (mut first, second) = (Backend::start(), Backend::start());
    let checks = "healthchecks.active.http_path=/check&healthchecks.active.healthy.interval=1&healthchecks.active.healthy.successes=1\
                  &healthchecks.active.unhealthy.interval=1&healthchecks.active.unhealthy.tcp_failures=1\
                  &healthchecks.passive.unhealthy.tcp_failures=1";
    let place = start(checks, &[&first, &second]);
    under_load(&place, |answered| {
        some_more(answered);
        first.kill();
        some_more(answered);
        first.revive();
        eventually("requests to the target that is back", || first.requests() > 0);
        // A clock would say how busy this machine is; the target itself has counted how often it was looked at.
        assert!(first.checks() <= 2, "it was looked at {} times before", first.checks());
    });
}
