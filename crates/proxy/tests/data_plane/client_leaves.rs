//! Clients that do not wait for the end.

use gibbon_testkit::{Action, Gateway, Origin, eventually};
use serde_json::json;

fn gateway(origin: &Origin) -> Gateway {
    let gateway = Gateway::start();
    gateway.proxy_to(origin);
    gateway
}

#[test]
fn a_client_that_leaves_before_the_answer_lets_go_of_the_upstream() {
    let origin = Origin::start(|request| if request.target == "/slow" { Action::hang() } else { Action::ok("ok") });
    let gateway = gateway(&origin);
    let client = gateway.connect();
    client.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    origin.wait_for_requests(1);
    assert_eq!(gateway.counters().requests_in_flight(), 1);
    drop(client);
    eventually("the connection to the upstream is closed", || origin.open_connections() == 0);
    eventually("nothing is under way", || gateway.counters().requests_in_flight() == 0);
    eventually("no connection is open", || gateway.counters().connections_active() == 0);
    assert!(gateway.access_log(1)[0].contains("\"GET /slow HTTP/1.1\" 499 0 "), "{:?}", gateway.access_log(1));
    assert_eq!(gateway.connect().get("/").text(), "ok");
}

#[test]
fn a_client_that_leaves_within_the_answer_lets_go_of_the_upstream() {
    let large = usize::MAX / 2;
    let origin = Origin::start(move |_| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {large}\r\n\r\n");
        Action::send(head).then_send_times([b'x'; 65536], large)
    });
    let gateway = gateway(&origin);
    let mut client = gateway.connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(client.head_of_response().status, 200);
    client.skip(100_000);
    drop(client);
    eventually("the connection to the upstream is closed", || origin.open_connections() == 0);
    eventually("no connection is open", || gateway.counters().connections_active() == 0);
}

#[test]
fn an_upstream_never_takes_half_a_body_for_a_whole_one() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    let service = gateway.service_at(&origin, json!({}));
    gateway.route_to(service, json!({ "paths": ["/"], "strip_path": false, "request_buffering": false }));
    for request in [
        "POST /half HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf",
        "POST /half HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "POST /half HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n",
        "POST /half HTTP/1.0\r\nContent-Length: 10\r\n\r\nhalf",
    ] {
        let connections = origin.connections();
        let client = gateway.connect();
        client.send(request);
        eventually("the request has gone to the upstream", || origin.connections() > connections);
        drop(client);
        eventually("the connection to the upstream is closed", || origin.open_connections() == 0);
        assert!(origin.requests().is_empty(), "{request}");
    }
    assert_eq!(gateway.connect().get("/next").text(), "/next");
}

#[test]
fn many_clients_that_leave_do_no_harm() {
    let origin = Origin::start(|request| if request.target == "/slow" { Action::hang() } else { Action::ok("ok") });
    let gateway = gateway(&origin);
    for number in 0..100 {
        let client = gateway.connect();
        let request = "POST /slow HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody";
        client.send(&request[..number % request.len()]);
    }
    eventually("no connection is open", || gateway.counters().connections_active() == 0);
    assert_eq!(gateway.counters().requests_in_flight(), 0);
    assert_eq!(gateway.connect().get("/").text(), "ok");
}
