//! Upstreams that are given by name.

use std::net::UdpSocket;

use gibbon_testkit::{Gateway, Origin};
use serde_json::json;

/// A name server that answers every question with "there is no such name" until the process ends.
fn name_server_that_knows_nothing() -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let mut message = [0; 512];
        while let Ok((length, client)) = socket.recv_from(&mut message) {
            // An answer, authoritative, with recursion, and the code NXDOMAIN (RFC 1035 section 4.1.1).
            message[2..4].copy_from_slice(&[0x85, 0x83]);
            // Only the question is repeated; what came behind it (RFC 6891) is cut off.
            message[6..12].fill(0);
            let question = 12 + message[12..length].iter().position(|byte| *byte == 0).unwrap() + 5;
            let _ = socket.send_to(&message[..question], client);
        }
    });
    address
}

#[test]
fn a_name_that_cannot_be_resolved_gets_503() {
    let gateway = Gateway::with(&[("dns_resolver", &name_server_that_knows_nothing())]);
    let service = gateway.service(json!({ "host": "nowhere.gibbon-tests.example", "port": 80 }));
    gateway.route_to(service, json!({ "paths": ["/"] }));
    let mut client = gateway.connect();
    for _ in 0..2 {
        let answer = client.get("/");
        assert_eq!(answer.status, 503);
        assert!(answer.text().contains("\"message\":\"name resolution failed\""), "{}", answer.text());
    }
}

#[test]
fn localhost_is_this_machine() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    let service = gateway.service(json!({ "host": "localhost", "port": origin.port() }));
    gateway.route_to(service, json!({ "paths": ["/"], "strip_path": false }));
    assert_eq!(gateway.connect().get("/x").text(), "/x");
    assert_eq!(origin.only_request().field("host"), Some(format!("localhost:{}", origin.port()).as_str()));
}

#[test]
fn an_ipv6_address_is_reached_where_there_is_ipv6() {
    let gateway = Gateway::with(&[("dns_resolver", &name_server_that_knows_nothing())]);
    let service = gateway.service(json!({ "host": "::1", "port": 9, "retries": 0, "connect_timeout": 2000 }));
    gateway.route_to(service, json!({ "paths": ["/"] }));
    // Nobody listens there; what counts is that the address was not taken for a name.
    assert_ne!(gateway.connect().get("/").status, 503);
}
