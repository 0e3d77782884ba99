//! How long an upstream may take: connecting, taking the request, answering.

use std::time::{Duration, Instant};

use gibbon_testkit::{Action, FullPort, Gateway, Origin, PATIENCE, ReadError, eventually};
use serde_json::{Value, json};

fn gateway(origin: &Origin, service: Value) -> Gateway {
    let gateway = Gateway::start();
    let service = gateway.service_at(origin, service);
    gateway.route_to(service, json!({ "paths": ["/"] }));
    gateway
}

/// What `ask` gives, which has to take `least` at least and far less than a test may. The whole question belongs
/// into `ask`: the gateway's own clock runs as soon as it has something to wait for.
fn timed<T>(least: Duration, ask: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let outcome = ask();
    let elapsed = begun.elapsed();
    assert!(elapsed >= least, "{elapsed:?} is less than {least:?}");
    assert!(elapsed < PATIENCE, "{elapsed:?}");
    outcome
}

const SHORT: Duration = Duration::from_millis(300);

#[test]
fn a_connection_that_does_not_come_about_gets_504() {
    let port = FullPort::new();
    let gateway = Gateway::start();
    let service = json!({ "host": "127.0.0.1", "port": port.port(), "connect_timeout": 300, "retries": 0 });
    let service = gateway.service(service);
    gateway.route_to(service, json!({ "paths": ["/"] }));
    let answer = timed(SHORT, || gateway.connect().get_with("/", &["Accept: application/json"]));
    assert_eq!(answer.status, 504);
    assert!(answer.text().contains("\"message\":\"The upstream server is timing out\""), "{}", answer.text());
}

#[test]
fn an_upstream_that_does_not_answer_gets_504_and_its_connection_is_closed() {
    let origin = Origin::start(|_| Action::hang());
    let gateway = gateway(&origin, json!({ "read_timeout": 300, "retries": 0 }));
    let mut client = gateway.connect();
    assert_eq!(timed(SHORT, || client.get("/")).status, 504);
    assert_eq!(timed(SHORT, || client.post("/", b"a body")).status, 504);
    eventually("no connection is left open", || origin.open_connections() == 0);
}

#[test]
fn a_limit_of_some_seconds_holds_too() {
    let origin = Origin::start(|_| Action::hang());
    let gateway = gateway(&origin, json!({ "read_timeout": 2100, "retries": 0 }));
    assert_eq!(timed(Duration::from_millis(2000), || gateway.connect().get("/")).status, 504);
}

#[test]
fn a_get_that_is_not_answered_in_time_is_repeated() {
    let origin = Origin::start(|request| if request.connection < 2 { Action::hang() } else { Action::ok("at last") });
    let gateway = gateway(&origin, json!({ "read_timeout": 1000, "retries": 2 }));
    let answer = timed(Duration::from_secs(2), || gateway.connect().get("/"));
    assert_eq!((answer.status, answer.text()), (200, "at last".to_owned()));
}

#[test]
fn the_time_to_answer_is_counted_anew_with_every_piece() {
    let pieces = 12;
    let origin = Origin::start(move |_| {
        let answer = Action::send(format!("HTTP/1.1 200 OK\r\nContent-Length: {pieces}\r\n\r\n"));
        (0..pieces).fold(answer, |answer, _| answer.then_pause(Duration::from_millis(200)).then_send("x"))
    });
    let gateway = gateway(&origin, json!({ "read_timeout": 2000, "retries": 0 }));
    let answer = timed(Duration::from_millis(2400), || gateway.connect().get("/"));
    assert_eq!(answer.body.len(), pieces);
}

#[test]
fn an_answer_that_stops_halfway_ends_broken() {
    let origin = Origin::start(|_| Action::send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf").then_hang());
    for read_timeout in [300, 2100] {
        let gateway = gateway(&origin, json!({ "read_timeout": read_timeout, "retries": 0 }));
        let mut client = gateway.connect();
        let outcome = timed(SHORT, || {
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
            client.try_response()
        });
        assert_eq!(outcome.unwrap_err(), ReadError::BrokenOff, "{read_timeout}");
    }
    eventually("no connection is left open", || origin.open_connections() == 0);
}

#[test]
fn an_upstream_that_does_not_take_the_request_gets_504() {
    let origin = Origin::reading_nothing();
    let gateway = gateway(&origin, json!({ "write_timeout": 300, "retries": 0 }));
    let mut client = gateway.connect();
    // More than the buffers of both sockets take.
    let length = 64 * 1024 * 1024;
    let upload = client.second_handle();
    let status = timed(SHORT, || {
        client.send(format!("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n"));
        std::thread::scope(|scope| {
            // The gateway ends the connection while this goes on.
            scope.spawn(move || (0..length / 65536).try_for_each(|_| upload.try_send([b'x'; 65536])));
            client.response().status
        })
    });
    assert_eq!(status, 504);
    drop(client);
    eventually("nothing holds on to the client", || gateway.counters().connections_active() == 0);
}

#[test]
fn a_client_that_takes_its_time_is_not_the_upstreams_fault() {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin, json!({ "read_timeout": 1000, "write_timeout": 1000, "retries": 0 }));
    let mut client = gateway.connect();
    client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhello");
    // Not a wait for something: the silence itself is what is tested.
    std::thread::sleep(Duration::from_millis(1500));
    let answer = client.ask("world");
    assert_eq!((answer.status, answer.text()), (200, "/x".to_owned()));
}

#[test]
fn all_attempts_together_take_no_longer_than_the_settings_say() {
    let origin = Origin::start(|_| Action::hang());
    let gateway = Gateway::with(&[("upstream_total_timeout", "500ms")]);
    let service = json!({ "read_timeout": 200, "retries": 32767 });
    let service = gateway.service_at(&origin, service);
    gateway.route_to(service, json!({ "paths": ["/"] }));
    let answer = timed(Duration::from_millis(500), || gateway.connect().get("/"));
    assert_eq!(answer.status, 504);
    assert!(origin.requests().len() > 1, "the service's own timeouts and retries hold until then");
    gateway.reconfigure(&[("upstream_total_timeout", "0")]);
    let recovered =
        Origin::start(|request| if request.connection < 3 { Action::hang() } else { Action::ok("at last") });
    let service = gateway.service_at(&recovered, json!({ "read_timeout": 200, "retries": 5 }));
    gateway.route_to(service, json!({ "paths": ["/unbounded"] }));
    eventually("the other settings", || gateway.connect().get("/unbounded").status == 200);
}
