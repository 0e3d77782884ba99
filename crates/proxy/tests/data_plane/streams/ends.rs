//! Where streams come from and go to, and how they end.

use std::time::Duration;

use gibbon_proxy::Drain;
use gibbon_testkit::{Client, Gateway, StreamOrigin, eventually};
use serde_json::json;

use super::{connect, gateway, outcome, proxy_to, proxy_with};

#[test]
fn each_port_may_have_a_route_of_its_own() {
    let gateway = gateway("127.0.0.1:0, 127.0.0.1:0");
    for (place, text) in ["first", "other"].into_iter().enumerate() {
        let origin = StreamOrigin::saying(text);
        let port = gateway.stream_addresses()[place].port();
        let route = json!({ "protocols": ["tcp"], "destinations": [{ "ip": "127.0.0.0/8", "port": port }] });
        proxy_with(&gateway, json!({ "protocol": "tcp", "port": origin.port() }), route);
        assert_eq!(Client::connect(gateway.stream_addresses()[place]).read_raw(5), text.as_bytes());
    }
}

#[test]
fn a_route_may_be_for_some_sources() {
    let gateway = gateway("127.0.0.1:0");
    let (inside, outside) = (StreamOrigin::saying("inside"), StreamOrigin::saying("outside"));
    proxy_to(&gateway, "tcp", outside.port());
    assert_eq!(connect(&gateway).read_raw(7), b"outside");
    let route = json!({ "protocols": ["tcp"], "sources": [{ "ip": "127.0.0.0/8" }] });
    proxy_with(&gateway, json!({ "protocol": "tcp", "port": inside.port() }), route);
    assert_eq!(connect(&gateway).read_raw(6), b"inside");
}

const LINE: &str = "PROXY TCP4 192.0.2.7 203.0.113.8 4711 5432\r\n";

fn behind_a_proxy(trusted: &str) -> Gateway {
    let gateway = Gateway::with(&[("stream_listen", "127.0.0.1:0 proxy_protocol"), ("trusted_ips", trusted)]);
    let (announced, other) = (StreamOrigin::echoing(), StreamOrigin::saying("other"));
    let route = json!({
        "protocols": ["tcp"], "sources": [{ "ip": "192.0.2.7", "port": 4711 }],
        "destinations": [{ "ip": "203.0.113.8", "port": 5432 }],
    });
    proxy_with(&gateway, json!({ "protocol": "tcp", "port": announced.port() }), route);
    proxy_to(&gateway, "tcp", other.port());
    std::mem::forget((announced, other));
    gateway
}

#[test]
fn source_and_destination_are_those_that_a_trusted_proxy_names() {
    let gateway = behind_a_proxy("127.0.0.1");
    let mut client = connect(&gateway);
    client.send(format!("{LINE}hello"));
    assert_eq!(client.read_raw(5), b"hello");
    drop(client);
    let line = gateway.stream_log(1).remove(0);
    assert!(line.starts_with("192.0.2.7 ["), "{line}");
}

#[test]
fn what_a_stranger_names_does_not_count() {
    let gateway = behind_a_proxy("10.0.0.0/8");
    let mut client = connect(&gateway);
    client.send(LINE);
    assert_eq!(client.read_raw(5), b"other");
}

#[test]
fn a_connection_that_does_not_begin_as_the_proxy_protocol_has_it_is_closed() {
    let gateway = behind_a_proxy("127.0.0.1");
    let mut client = connect(&gateway);
    client.send("GET / HTTP/1.1\r\n\r\n");
    assert!(client.is_closed_by_gateway());
    assert_eq!(outcome(&gateway.stream_log(1)[0])[1], "400");
}

#[test]
fn one_that_does_not_say_what_has_to_come_first_is_closed_in_time() {
    let settings = [("stream_listen", "127.0.0.1:0 proxy_protocol"), ("client_head_timeout", "500ms")];
    let gateway = Gateway::with(&settings);
    let mut client = connect(&gateway);
    client.send("PROXY ");
    assert!(client.is_closed_by_gateway());
}

#[test]
fn streams_under_way_are_finished_while_new_ones_are_refused() {
    let origin = StreamOrigin::echoing();
    let mut gateway = gateway("127.0.0.1:0");
    proxy_to(&gateway, "tcp", origin.port());
    let address = gateway.stream_addresses()[0];
    let mut client = connect(&gateway);
    client.send("before");
    assert_eq!(client.read_raw(6), b"before");
    std::thread::scope(|scope| {
        let draining = scope.spawn(|| gateway.drain(Duration::from_secs(60)));
        eventually("new connections are refused", || Client::try_connect(address).is_err());
        client.send("after");
        assert_eq!(client.read_raw(5), b"after");
        assert!(!draining.is_finished());
        drop(client);
        assert_eq!(draining.join().unwrap(), Drain::Complete);
    });
}

#[test]
fn what_takes_longer_than_the_patience_is_cut_off() {
    let origin = StreamOrigin::echoing();
    let mut gateway = gateway("127.0.0.1:0");
    proxy_to(&gateway, "tcp", origin.port());
    let mut client = connect(&gateway);
    client.send("x");
    assert_eq!(client.read_raw(1), b"x");
    assert_eq!(gateway.drain(Duration::from_millis(300)), Drain::CutOff);
    assert!(client.is_closed_by_gateway());
}
