//! WebSocket connections, which the gateway carries without looking at them.

use std::time::Duration;

use gibbon_testkit::{Action, Client, Gateway, Origin, PATIENCE, eventually};
use serde_json::{Value, json};

const HANDSHAKE: &str = "GET /chat HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\
                         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

const SWITCHED: &str = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

fn echoing() -> Origin {
    Origin::start(|_| Action::send(SWITCHED).then_echo())
}

fn gateway(origin: &Origin, service: Value) -> Gateway {
    let gateway = Gateway::start();
    let service = gateway.service_at(origin, service);
    gateway.route_to(service, json!({ "paths": ["/"] }));
    gateway
}

fn open(gateway: &Gateway) -> Client {
    let mut client = gateway.connect();
    let answer = client.ask(HANDSHAKE);
    assert_eq!(answer.status, 101);
    client
}

#[test]
fn the_handshake_goes_through() {
    let origin = echoing();
    let gateway = gateway(&origin, json!({}));
    let mut client = gateway.connect();
    let answer = client.ask(HANDSHAKE);
    assert_eq!(answer.status, 101);
    assert!(answer.field("connection").unwrap().eq_ignore_ascii_case("upgrade"));
    assert!(answer.field("upgrade").unwrap().eq_ignore_ascii_case("websocket"));
    assert_eq!(answer.field("sec-websocket-accept"), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    let request = origin.only_request();
    assert!(request.field("connection").unwrap().to_ascii_lowercase().contains("upgrade"));
    assert!(request.field("upgrade").unwrap().eq_ignore_ascii_case("websocket"));
    assert_eq!(request.field("sec-websocket-key"), Some("dGhlIHNhbXBsZSBub25jZQ=="));
    assert_eq!(request.field("x-forwarded-for"), Some("127.0.0.1"));
}

#[test]
fn bytes_go_both_ways() {
    let origin = echoing();
    let gateway = gateway(&origin, json!({}));
    let mut client = open(&gateway);
    for message in [&b"\x81\x85\0\0\0\0hello"[..], b"\0", b"\xff\r\n\r\nGET / HTTP/1.1\r\n\r\n"] {
        client.send(message);
        assert_eq!(client.read_raw(message.len()), message);
    }
}

#[test]
fn bytes_that_are_sent_with_the_handshake_arrive() {
    let origin = echoing();
    let gateway = gateway(&origin, json!({}));
    let mut client = gateway.connect();
    assert_eq!(client.ask(format!("{HANDSHAKE}early")).status, 101);
    assert_eq!(client.read_raw(5), b"early");
}

#[test]
fn bytes_that_the_upstream_sends_with_its_answer_arrive() {
    let origin = Origin::start(|_| Action::send(format!("{SWITCHED}early")).then_echo());
    let gateway = gateway(&origin, json!({}));
    assert_eq!(open(&gateway).read_raw(5), b"early");
}

#[test]
fn large_frames_arrive_unchanged() {
    let origin = echoing();
    let gateway = gateway(&origin, json!({}));
    let mut client = open(&gateway);
    let frame: Vec<u8> = (0..4 * 1024 * 1024_u32).map(|n| (n % 251) as u8).collect();
    let back = std::thread::scope(|scope| {
        let sending = client.second_handle();
        let frame = &frame;
        scope.spawn(move || sending.send(frame));
        client.read_raw(frame.len())
    });
    assert!(back == frame);
}

#[test]
fn the_end_of_one_side_is_the_end_of_the_other() {
    let origin = Origin::start(|_| Action::send(SWITCHED).then_discard(3).then_send("bye").then_close());
    let gateway = gateway(&origin, json!({}));
    let client = open(&gateway);
    client.send("end");
    assert_eq!(client.read_to_end(), b"bye");

    let origin = echoing();
    let gateway = self::gateway(&origin, json!({}));
    drop(open(&gateway));
    eventually("the upstream's connection ends with the client's", || origin.open_connections() == 0);
}

#[test]
fn silence_of_both_sides_ends_it_after_the_read_timeout() {
    let origin = echoing();
    let gateway = gateway(&origin, json!({ "read_timeout": 1000 }));
    let mut client = open(&gateway);
    for _ in 0..8 {
        std::thread::sleep(Duration::from_millis(200));
        client.send("x");
        assert_eq!(client.read_raw(1), b"x");
    }
    let begun = std::time::Instant::now();
    assert_eq!(client.read_to_end(), b"");
    let time = begun.elapsed();
    assert!(time >= Duration::from_millis(900) && time < PATIENCE, "{time:?}");
    eventually("the upstream's connection ends too", || origin.open_connections() == 0);
}

#[test]
fn an_upstream_that_refuses_answers_as_ever() {
    let origin = Origin::start(|_| Action::answer("403 Forbidden", &[], "no"));
    let gateway = gateway(&origin, json!({}));
    let mut client = gateway.connect();
    for _ in 0..2 {
        let answer = client.ask(HANDSHAKE);
        assert_eq!((answer.status, answer.text()), (403, "no".to_owned()));
    }
}

#[test]
fn a_change_to_another_protocol_is_not_passed_on() {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin, json!({}));
    for fields in ["Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: x", "Upgrade: TLS/1.2"] {
        let answer = gateway.connect().ask(format!("GET /x HTTP/1.1\r\nHost: h\r\n{fields}\r\n\r\n"));
        assert_eq!((answer.status, answer.text()), (200, "/x".to_owned()));
        let request = origin.last_request();
        assert_eq!((request.field("upgrade"), request.field("http2-settings")), (None, None));
    }
}

#[test]
fn an_http_1_0_client_cannot_change_the_protocol() {
    let origin = Origin::start(|request| match request.field("upgrade") {
        Some(_) => Action::send(SWITCHED).then_echo(),
        None => Action::ok("plain"),
    });
    let gateway = gateway(&origin, json!({}));
    let answer = gateway.connect().ask(HANDSHAKE.replace("HTTP/1.1", "HTTP/1.0"));
    assert_eq!((answer.status, answer.text()), (200, "plain".to_owned()));
}
