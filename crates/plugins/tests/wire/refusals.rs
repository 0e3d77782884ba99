//! Requests that go no further.

use gibbon_testkit::Gateway;
use serde_json::json;

use crate::gateway_with;

fn small() -> serde_json::Value {
    json!({ "allowed_payload_size": 100, "size_unit": "kilobytes" })
}

#[test]
fn a_body_that_announces_to_be_too_long_is_refused_before_it_comes() {
    let (gateway, origin) = gateway_with(&[("request-size-limiting", small())]);
    let answer = gateway.connect().ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 102401\r\n\r\n");
    assert_eq!(answer.status, 413);
    assert!(answer.text().contains("Request size limit exceeded"));
    assert_eq!(origin.connections(), 0);
}

#[test]
fn a_client_that_asks_first_is_told_not_to_send() {
    let (gateway, _origin) = gateway_with(&[("request-size-limiting", small())]);
    let head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 102401\r\nExpect: 100-continue\r\n\r\n";
    assert_eq!(gateway.connect().ask(head).status, 417);
}

#[test]
fn a_body_in_chunks_is_counted_and_refused_where_it_becomes_too_long() {
    let (gateway, _origin) = gateway_with(&[("request-size-limiting", small())]);
    let mut client = gateway.connect();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    let chunk = [b"8000\r\n".as_slice(), &[b'x'; 0x8000], b"\r\n"].concat();
    for _ in 0..4 {
        client.send(&chunk);
    }
    client.send("0\r\n\r\n");
    let answer = client.response();
    assert_eq!(answer.status, 413);
    assert!(answer.text().contains("Request size limit exceeded"), "{}", answer.text());
}

#[test]
fn a_body_in_chunks_that_is_short_enough_passes() {
    let (gateway, origin) = gateway_with(&[("request-size-limiting", small())]);
    let mut client = gateway.connect();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    let chunk = [b"8000\r\n".as_slice(), &[b'x'; 0x8000], b"\r\n"].concat();
    for _ in 0..3 {
        client.send(&chunk);
    }
    client.send("0\r\n\r\n");
    assert_eq!(client.response().status, 200);
    assert_eq!(origin.only_request().body.len(), 3 * 0x8000);
}

#[test]
fn the_address_that_counts_is_the_one_a_trusted_proxy_names() {
    let plugins = gibbon_plugins::registry::all();
    let builder = plugins.into_iter().fold(Gateway::builder(), |builder, plugin| builder.plugin(plugin));
    let gateway = builder.setting("trusted_ips", "127.0.0.0/8").start();
    gateway.route(json!({ "paths": ["/"] }));
    gateway.plugin(json!({ "name": "ip-restriction", "config": { "deny": ["192.0.2.0/24"] } }));
    let mut client = gateway.connect();
    let refused = client.get_with("/", &["X-Real-IP: 192.0.2.7"]);
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("IP address not allowed: 192.0.2.7"));
    // The route has no service.
    assert_eq!(client.get("/").status, 503);
}
