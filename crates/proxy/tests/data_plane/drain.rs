//! A graceful end: what is under way is finished, nothing new is begun.

use std::time::{Duration, Instant};

use gibbon_proxy::Drain;
use gibbon_testkit::{Action, Client, Gate, Gateway, Origin, PATIENCE, eventually};

const LONG: Duration = Duration::from_secs(60);

/// An origin that answers `/slow` in two pieces with a wait before each.
fn slow(before: &Gate, within: &Gate) -> Origin {
    let (before, within) = (before.clone(), within.clone());
    Origin::start(move |request| match request.target.as_str() {
        "/slow" => Action::default()
            .then_wait_for(&before)
            .then_send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsl")
            .then_wait_for(&within)
            .then_send("ow"),
        "/socket" => {
            let head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
            Action::send(head).then_echo()
        }
        _ => Action::ok("ok"),
    })
}

#[test]
fn a_request_under_way_is_finished_while_idle_connections_end_and_new_ones_are_refused() {
    let (before, within) = (Gate::new(), Gate::new());
    let origin = slow(&before, &within);
    let mut gateway = Gateway::start();
    gateway.proxy_to(&origin);
    let address = gateway.address();
    let mut idle = gateway.connect();
    assert_eq!(idle.get("/").text(), "ok");
    let mut busy = gateway.connect();
    busy.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    origin.wait_for_requests(2);
    std::thread::scope(|scope| {
        let draining = scope.spawn(|| gateway.drain(LONG));
        assert!(idle.is_closed_by_gateway());
        eventually("new connections are refused", || Client::try_connect(address).is_err());
        assert!(!draining.is_finished());
        before.open();
        within.open();
        let answer = busy.response();
        assert_eq!((answer.status, answer.text(), answer.field("connection")), (200, "slow".to_owned(), Some("close")));
        assert!(busy.is_closed_by_gateway());
        assert_eq!(draining.join().unwrap(), Drain::Complete);
    });
}

#[test]
fn a_request_that_comes_over_an_idle_connection_is_the_last_one_there() {
    let mut gateway = Gateway::with(&[("client_drain_timeout", "1h")]);
    let address = gateway.address();
    let mut clients = [gateway.connect(), gateway.connect()];
    // One of them has never been used.
    assert_eq!(clients[0].get("/").status, 404);
    std::thread::scope(|scope| {
        let draining = scope.spawn(|| gateway.drain(LONG));
        eventually("new connections are refused", || Client::try_connect(address).is_err());
        for client in &mut clients {
            let answer = client.get("/");
            assert_eq!((answer.status, answer.field("connection")), (404, Some("close")));
            assert!(client.is_closed_by_gateway());
        }
        assert_eq!(draining.join().unwrap(), Drain::Complete);
    });
}

#[test]
fn an_answer_that_has_begun_is_finished() {
    let (before, within) = (Gate::new(), Gate::new());
    let origin = slow(&before, &within);
    let mut gateway = Gateway::start();
    gateway.proxy_to(&origin);
    let address = gateway.address();
    let mut client = gateway.connect();
    client.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    before.open();
    assert_eq!(client.head_of_response().status, 200);
    assert_eq!(client.read_raw(2), b"sl");
    std::thread::scope(|scope| {
        let draining = scope.spawn(|| gateway.drain(LONG));
        eventually("new connections are refused", || Client::try_connect(address).is_err());
        within.open();
        assert_eq!(client.read_raw(2), b"ow");
        assert!(client.is_closed_by_gateway());
        assert_eq!(draining.join().unwrap(), Drain::Complete);
    });
}

#[test]
fn an_upload_under_way_is_finished() {
    let origin = Origin::echoing_targets();
    let mut gateway = Gateway::start();
    gateway.proxy_to(&origin);
    let address = gateway.address();
    let mut client = gateway.connect();
    client.send("POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nfirst");
    eventually("the upload has begun", || origin.connections() == 1);
    std::thread::scope(|scope| {
        let draining = scope.spawn(|| gateway.drain(LONG));
        eventually("new connections are refused", || Client::try_connect(address).is_err());
        assert_eq!(client.ask("last!").text(), "/up");
        assert_eq!(draining.join().unwrap(), Drain::Complete);
    });
    assert_eq!(origin.only_request().text(), "firstlast!");
}

#[test]
fn a_websocket_is_under_way_until_it_ends() {
    let origin = slow(&Gate::new(), &Gate::new());
    let mut gateway = Gateway::start();
    gateway.proxy_to(&origin);
    let address = gateway.address();
    let mut client = gateway.connect();
    let handshake = "GET /socket HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    assert_eq!(client.ask(handshake).status, 101);
    std::thread::scope(|scope| {
        let draining = scope.spawn(|| gateway.drain(LONG));
        eventually("new connections are refused", || Client::try_connect(address).is_err());
        client.send("still here");
        assert_eq!(client.read_raw(10), b"still here");
        assert!(!draining.is_finished());
        drop(client);
        assert_eq!(draining.join().unwrap(), Drain::Complete);
    });
}

#[test]
fn a_drain_without_anything_under_way_is_over_at_once() {
    let mut gateway = Gateway::start();
    let begun = Instant::now();
    assert_eq!(gateway.drain(LONG), Drain::Complete);
    assert!(begun.elapsed() < PATIENCE);
}

#[test]
fn what_takes_longer_than_the_patience_is_cut_off() {
    let origin = Origin::start(|_| Action::hang());
    let mut gateway = Gateway::start();
    gateway.proxy_to(&origin);
    let mut client = gateway.connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    origin.wait_for_requests(1);
    assert_eq!(gateway.drain(Duration::from_millis(300)), Drain::CutOff);
    assert!(client.try_response().is_err());
}
