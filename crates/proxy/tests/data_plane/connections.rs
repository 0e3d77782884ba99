//! Connections to upstreams: kept, reused, replaced.

use gibbon_testkit::{Action, Gateway, Origin, eventually};

/// Answers with the number of the connection that the request came on.
fn numbering() -> Origin {
    Origin::start(|request| Action::ok(&request.connection.to_string()))
}

fn gateway(settings: &[(&str, &str)], origin: &Origin) -> Gateway {
    let gateway = Gateway::with(settings);
    gateway.proxy_to(origin);
    gateway
}

#[test]
fn requests_of_all_clients_share_a_connection_to_the_upstream() {
    let origin = numbering();
    let gateway = gateway(&[], &origin);
    for _ in 0..5 {
        let mut client = gateway.connect();
        for _ in 0..5 {
            assert_eq!(client.get("/").text(), "0");
        }
        assert_eq!(client.post("/", b"a body").text(), "0");
    }
    assert_eq!(origin.connections(), 1);
}

#[test]
fn a_connection_is_reused_after_any_whole_answer() {
    let origin = Origin::start(|request| match request.target.as_str() {
        "/chunked" => Action::send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
        "/empty-chunked" => Action::send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        "/204" => Action::send("HTTP/1.1 204 No Content\r\n\r\n"),
        "/500" => Action::answer("500 Internal Server Error", &[], "sorry"),
        _ => Action::ok("ok"),
    });
    let gateway = gateway(&[], &origin);
    let mut client = gateway.connect();
    for target in ["/chunked", "/empty-chunked", "/204", "/500", "/known", "/chunked", "/known"] {
        client.get(target);
        assert_eq!(origin.connections(), 1, "after {target}");
    }
}

#[test]
fn requests_at_the_same_time_have_a_connection_each() {
    let origin = numbering();
    let gateway = gateway(&[], &origin);
    let gate = gibbon_testkit::Gate::new();
    let waiting = gate.clone();
    let slow = Origin::start(move |_| Action::default().then_wait_for(&waiting).then_send("HTTP/1.1 204 No\r\n\r\n"));
    let service = gateway.service_at(&slow, serde_json::json!({}));
    gateway.route_to(service, serde_json::json!({ "paths": ["/slow"] }));
    let mut clients: Vec<_> = (0..4).map(|_| gateway.connect()).collect();
    for client in &clients {
        client.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    }
    slow.wait_for_requests(4);
    assert_eq!(slow.connections(), 4);
    gate.open();
    for client in &mut clients {
        assert_eq!(client.response().status, 204);
    }
}

#[test]
fn a_connection_carries_as_many_requests_as_it_may() {
    let origin = numbering();
    let gateway = gateway(&[("upstream_keepalive_max_requests", "2")], &origin);
    let mut client = gateway.connect();
    let numbers: Vec<_> = (0..5).map(|_| client.get("/").text()).collect();
    assert_eq!(numbers, ["0", "0", "1", "1", "2"]);
}

#[test]
fn no_connection_is_kept_where_the_pool_has_no_room() {
    let origin = numbering();
    let gateway = gateway(&[("upstream_keepalive_pool_size", "0")], &origin);
    let mut client = gateway.connect();
    let numbers: Vec<_> = (0..3).map(|_| client.get("/").text()).collect();
    assert_eq!(numbers, ["0", "1", "2"]);
    eventually("they are closed", || origin.open_connections() == 0);
}

#[test]
fn a_connection_that_waits_too_long_is_closed() {
    let origin = numbering();
    let gateway = gateway(&[("upstream_keepalive_idle_timeout", "300ms")], &origin);
    let mut client = gateway.connect();
    assert_eq!(client.get("/").text(), "0");
    eventually("the gateway closes it", || origin.open_connections() == 0);
    assert_eq!(client.get("/").text(), "1");
}

#[test]
fn a_connection_that_the_upstream_has_closed_meanwhile_is_replaced_for_any_request() {
    let origin = numbering();
    let gateway = gateway(&[], &origin);
    let mut client = gateway.connect();
    for number in 0..20 {
        let answer = if number % 2 == 0 { client.get("/") } else { client.post("/", b"a body") };
        assert_eq!((answer.status, answer.text()), (200, number.to_string()));
        origin.close_connections();
    }
}

#[test]
fn a_connection_that_breaks_when_it_is_used_again_is_replaced_for_a_get() {
    // The upstream takes one request a connection and closes when a second one comes.
    let origin = Origin::start(|request| match request.target.as_str() {
        "/first" => Action::ok("first"),
        _ if request.connection == 0 => Action::close(),
        _ => Action::ok("second"),
    });
    let gateway = gateway(&[], &origin);
    let mut client = gateway.connect();
    assert_eq!(client.get("/first").text(), "first");
    assert_eq!(client.get("/second").text(), "second");
}

#[test]
fn a_post_that_was_sent_on_a_connection_that_then_breaks_is_not_sent_twice() {
    let origin = Origin::start(|request| match request.target.as_str() {
        "/first" => Action::ok("first"),
        _ => Action::close(),
    });
    let gateway = gateway(&[], &origin);
    let mut client = gateway.connect();
    assert_eq!(client.get("/first").text(), "first");
    assert_eq!(client.post("/order", b"one, please").status, 502);
    let orders = origin.requests().iter().filter(|request| request.target == "/order").count();
    assert_eq!(orders, 1);
}

#[test]
fn a_clients_connection_carries_request_after_request() {
    let origin = numbering();
    let gateway = gateway(&[], &origin);
    let mut client = gateway.connect();
    for _ in 0..100 {
        assert_eq!(client.get("/").status, 200);
    }
    assert_eq!(gateway.counters().connections_accepted(), 1);
    assert_eq!(gateway.counters().requests_total(), 100);
}

#[test]
fn requests_of_several_workers_are_served_alike() {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&[("nginx_worker_processes", "3")], &origin);
    for number in 0..30 {
        assert_eq!(gateway.connect().get(&format!("/{number}")).text(), format!("/{number}"));
    }
    assert!(origin.connections() <= 3);
}

#[test]
fn a_clients_connection_is_closed_after_so_many_requests() {
    let origin = numbering();
    let gateway = gateway(&[("nginx_http_keepalive_requests", "3")], &origin);
    let mut client = gateway.connect();
    for number in 1..=3 {
        let answer = client.get("/");
        assert_eq!(answer.field("connection"), (number == 3).then_some("close"), "request {number}");
    }
    assert!(client.is_closed_by_gateway());
}
