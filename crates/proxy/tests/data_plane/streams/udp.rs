//! Datagrams.

use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use gibbon_proxy::Drain;
use gibbon_testkit::{Gateway, PATIENCE, reserved_port};
use serde_json::json;

use super::{gateway, outcome, proxy_to, proxy_with};

const HERE: &str = "127.0.0.1:0 udp";

/// An upstream that sends each datagram back with a mark before it, to whom it came from.
fn marking(mark: &'static str) -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    thread::spawn(move || {
        let mut datagram = [0; 65_536];
        while let Ok((length, from)) = socket.recv_from(&mut datagram) {
            let answer = [mark.as_bytes(), &datagram[..length]].concat();
            socket.send_to(&answer, from).unwrap();
        }
    });
    port
}

fn client() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

/// Sends a datagram, and waits for the answer from the same address.
fn ask(client: &UdpSocket, at: SocketAddr, text: &str) -> String {
    client.send_to(text.as_bytes(), at).unwrap();
    let mut answer = vec![0; 65_536];
    let (length, from) = client.recv_from(&mut answer).unwrap();
    assert_eq!(from, at);
    String::from_utf8(answer[..length].to_vec()).unwrap()
}

fn address(gateway: &Gateway) -> SocketAddr {
    gateway.stream_addresses()[0]
}

#[test]
fn each_client_gets_the_answers_to_its_own_datagrams() {
    let gateway = gateway(HERE);
    proxy_to(&gateway, "udp", marking("got "));
    let clients = [client(), client(), client()];
    for round in 0..3 {
        for (number, client) in clients.iter().enumerate() {
            let text = format!("{number} {round}");
            assert_eq!(ask(client, address(&gateway), &text), format!("got {text}"));
        }
    }
}

#[test]
fn answers_come_from_the_address_that_was_asked() {
    let gateway = gateway("0.0.0.0:0 udp");
    proxy_to(&gateway, "udp", marking(""));
    for asked in ["127.0.0.1", "127.0.0.2"] {
        assert_eq!(ask(&client(), format!("{asked}:{}", address(&gateway).port()).parse().unwrap(), "x"), "x");
    }
}

#[test]
fn large_and_empty_datagrams_stay_what_they_are() {
    let gateway = gateway(HERE);
    proxy_to(&gateway, "udp", marking(""));
    let client = client();
    for length in [0, 1, 1472, 9000, 60_000] {
        let text = "x".repeat(length);
        assert_eq!(ask(&client, address(&gateway), &text), text);
    }
}

#[test]
fn a_silent_stream_ends_after_the_read_timeout_and_is_logged() {
    let gateway = gateway(HERE);
    let service = json!({ "protocol": "udp", "port": marking("+"), "read_timeout": 300 });
    proxy_with(&gateway, service, json!({ "protocols": ["udp"] }));
    let begun = Instant::now();
    assert_eq!(ask(&client(), address(&gateway), "abc"), "+abc");
    assert_eq!(outcome(&gateway.stream_log(1)[0]), ["UDP", "200", "4", "3"]);
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

#[test]
fn datagrams_without_a_route_come_to_nothing() {
    let gateway = gateway(HERE);
    client().send_to(b"x", address(&gateway)).unwrap();
    assert_eq!(outcome(&gateway.stream_log(1)[0]), ["UDP", "500", "0", "1"]);
}

#[test]
fn an_upstream_that_is_not_there_ends_the_stream() {
    let gateway = gateway(HERE);
    let nobody = reserved_port();
    proxy_to(&gateway, "udp", nobody);
    client().send_to(b"x", address(&gateway)).unwrap();
    assert_eq!(outcome(&gateway.stream_log(1)[0])[..2], ["UDP", "502"]);
}

#[test]
fn a_target_that_is_not_there_is_counted_out() {
    let gateway = gateway(HERE);
    let nobody = reserved_port();
    let unhealthy = json!({ "passive": { "unhealthy": { "tcp_failures": 1 } } });
    let upstream = gateway.put("upstreams", json!({ "name": "pool", "healthchecks": unhealthy }));
    for port in [nobody, marking("")] {
        gateway.target(upstream, &format!("127.0.0.1:{port}"), 100);
    }
    proxy_with(&gateway, json!({ "protocol": "udp", "host": "pool" }), json!({ "protocols": ["udp"] }));
    let nobody_hears = |client: &UdpSocket| {
        client.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
        client.send_to(b"x", address(&gateway)).unwrap();
        client.recv(&mut [0; 8]).is_err()
    };
    let lost = (0..8).filter(|_| nobody_hears(&client())).count();
    assert!(lost <= 1, "{lost}");
}

#[test]
fn one_port_takes_connections_and_datagrams_by_routes_of_their_own() {
    let gateway = gateway("127.0.0.1:0 udp, 127.0.0.1:0");
    proxy_to(&gateway, "udp", marking("udp "));
    assert_eq!(ask(&client(), address(&gateway), "x"), "udp x");
    assert!(gibbon_testkit::Client::connect(gateway.stream_addresses()[1]).is_closed_by_gateway());
}

#[test]
fn a_drain_waits_for_no_more_than_the_last_answers() {
    let mut gateway = gateway(HERE);
    proxy_to(&gateway, "udp", marking(""));
    assert_eq!(ask(&client(), address(&gateway), "x"), "x");
    assert_eq!(gateway.drain(PATIENCE), Drain::Complete);
}

#[test]
fn any_number_of_clients_may_come() {
    let gateway = gateway(HERE);
    proxy_to(&gateway, "udp", marking(""));
    for number in 0..500 {
        assert_eq!(ask(&client(), address(&gateway), &number.to_string()), number.to_string());
    }
}
