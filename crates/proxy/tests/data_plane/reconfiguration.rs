//! Configuration that changes while requests are under way: each request sees one revision from start to end.

use gibbon_testkit::{Action, Gate, Gateway, Origin};
use serde_json::json;

/// An origin that answers with its name once the gate is open.
fn behind(gate: &Gate, name: &'static str) -> Origin {
    let gate = gate.clone();
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{name}", name.len());
    Origin::start(move |_| Action::default().then_wait_for(&gate).then_send(answer.clone()))
}

fn open() -> Gate {
    let gate = Gate::new();
    gate.open();
    gate
}

#[test]
fn a_request_under_way_is_finished_as_it_was_begun_and_the_next_one_sees_the_change() {
    let gate = Gate::new();
    let (old, new) = (behind(&gate, "old"), behind(&open(), "new"));
    let gateway = Gateway::start();
    let service = gateway.service_at(&old, json!({}));
    gateway.route_to(service, json!({ "paths": ["/"] }));
    let (mut first, mut second) = (gateway.connect(), gateway.connect());
    first.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    old.wait_for_requests(1);
    gateway.service_at(&new, json!({ "id": service }));
    assert_eq!(second.get("/").text(), "new");
    gate.open();
    assert_eq!(first.response().text(), "old");
    assert_eq!(first.get("/").text(), "new");
}

#[test]
fn a_request_whose_route_is_deleted_under_it_is_finished() {
    let gate = Gate::new();
    let origin = behind(&gate, "done");
    let gateway = Gateway::start();
    let route = gateway.proxy_to(&origin);
    let mut client = gateway.connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    origin.wait_for_requests(1);
    gateway.delete("routes", route);
    assert_eq!(gateway.connect().get("/").status, 404);
    gate.open();
    assert_eq!(client.response().text(), "done");
    assert_eq!(client.get("/").status, 404);
}

#[test]
fn a_retry_stays_with_the_revision_of_its_request() {
    let gate = Gate::new();
    let waiting = gate.clone();
    let old = Origin::start(move |request| match request.connection {
        0 => Action::default().then_wait_for(&waiting).then_close(),
        _ => Action::ok("old"),
    });
    let new = behind(&open(), "new");
    let gateway = Gateway::start();
    let service = gateway.service_at(&old, json!({}));
    gateway.route_to(service, json!({ "paths": ["/"] }));
    let mut client = gateway.connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    old.wait_for_requests(1);
    gateway.service_at(&new, json!({ "id": service }));
    gate.open();
    assert_eq!(client.response().text(), "old");
}

#[test]
fn a_change_is_live_for_every_worker_when_it_is_written() {
    let gateway = Gateway::with(&[("nginx_worker_processes", "3")]);
    let mut clients: Vec<_> = (0..12).map(|_| gateway.connect()).collect();
    for client in &mut clients {
        assert_eq!(client.get("/").status, 404);
    }
    let route = gateway.route(json!({ "paths": ["/"] }));
    for client in &mut clients {
        assert_eq!(client.get("/").status, 503);
    }
    gateway.delete("routes", route);
    for client in &mut clients {
        assert_eq!(client.get("/").status, 404);
    }
}

#[test]
fn traffic_goes_on_while_configuration_changes() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    gateway.proxy_to(&origin);
    let address = gateway.address();
    let over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| {
            let mut client = gibbon_testkit::Client::connect(address);
            let mut served = 0;
            while !over.load(std::sync::atomic::Ordering::Relaxed) {
                assert_eq!(client.get("/x").text(), "/x");
                served += 1;
            }
            served
        });
        for number in 0..30 {
            let route = gateway.route(json!({ "paths": [format!("/other/{number}")] }));
            gateway.delete("routes", route);
        }
        over.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(asking.join().unwrap() > 0);
    });
}

#[test]
fn settings_that_are_read_again_hold_for_connections_that_come_after() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    gateway.proxy_to(&origin);
    assert!(gateway.connect().get("/").field("via").is_some());
    gateway.reconfigure(&[("headers", "off")]);
    gibbon_testkit::eventually("new settings hold", || gateway.connect().get("/").field("via").is_none());
}
