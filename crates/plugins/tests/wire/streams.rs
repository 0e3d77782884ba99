//! Plugins on streams.

use std::net::UdpSocket;

use gibbon_plugins::{file_log, ip_restriction, udp_log};
use gibbon_testkit::{Client, Gateway, PATIENCE, StreamOrigin, eventually};
use serde_json::{Value, json};
use uuid::Uuid;

/// A gateway that proxies all streams of TCP there. Returns the route too.
fn gateway(origin: &StreamOrigin) -> (Gateway, Uuid) {
    let plugins = [&ip_restriction::DEFINITION, &file_log::DEFINITION, &udp_log::DEFINITION];
    let builder = plugins.into_iter().fold(Gateway::builder(), |builder, plugin| builder.plugin(plugin));
    let gateway = builder.setting("stream_listen", "127.0.0.1:0").start();
    let service =
        gateway.service(json!({ "name": "db", "protocol": "tcp", "host": "127.0.0.1", "port": origin.port() }));
    let port = gateway.stream_addresses()[0].port();
    let route = gateway.route_to(service, json!({ "protocols": ["tcp"], "destinations": [{ "port": port }] }));
    (gateway, route)
}

fn connect(gateway: &Gateway) -> Client {
    Client::connect(gateway.stream_addresses()[0])
}

#[test]
fn an_address_that_is_denied_is_closed_before_the_upstream_hears_of_it() {
    let origin = StreamOrigin::echoing();
    let (gateway, route) = gateway(&origin);
    let plugin = |config: Value| json!({ "name": "ip-restriction", "config": config, "route": { "id": route }, "protocols": ["tcp"] });
    let id = gateway.plugin(plugin(json!({ "deny": ["127.0.0.0/8"] })));
    assert!(connect(&gateway).is_closed_by_gateway());
    assert_eq!(origin.connections(), 0);
    gateway.delete("plugins", id);
    gateway.plugin(plugin(json!({ "allow": ["127.0.0.1"] })));
    let mut client = connect(&gateway);
    client.send("x");
    assert_eq!(client.read_raw(1), b"x");
}

fn check(document: &Value, sent: u64) {
    assert_eq!(document["session"]["status"], 200);
    let counts = |place: &str| (document[place]["received"].clone(), document[place]["sent"].clone());
    assert_eq!((counts("session"), counts("upstream")), ((json!(sent), json!(sent)), (json!(sent), json!(sent))));
    assert_eq!((&document["service"]["name"], &document["route"]["protocols"]), (&json!("db"), &json!(["tcp"])));
    assert_eq!((&document["client_ip"], &document["tries"][0]["ip"]), (&json!("127.0.0.1"), &json!("127.0.0.1")));
    assert_eq!((&document["mark"], document.get("request")), (&json!("m"), None));
    assert!(document["started_at"].as_i64().unwrap() > 1_700_000_000_000);
}

#[test]
fn a_stream_is_written_to_a_file_and_sent_to_a_server_when_it_is_over() {
    let origin = StreamOrigin::echoing();
    let (gateway, _) = gateway(&origin);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("streams.log");
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    server.set_read_timeout(Some(PATIENCE)).unwrap();
    let port = server.local_addr().unwrap().port();
    let mark = json!({ "mark": "return 'm'" });
    let to_file = json!({ "path": path.to_str().unwrap(), "custom_fields_by_lua": mark });
    gateway.plugin(json!({ "name": "file-log", "config": to_file, "protocols": ["tcp"] }));
    let to_server = json!({ "host": "127.0.0.1", "port": port, "custom_fields_by_lua": mark });
    gateway.plugin(json!({ "name": "udp-log", "config": to_server, "protocols": ["tcp"] }));
    let mut client = connect(&gateway);
    client.send("hello");
    assert_eq!(client.read_raw(5), b"hello");
    drop(client);
    let mut datagram = [0; 65_536];
    let length = server.recv(&mut datagram).unwrap();
    check(&serde_json::from_slice(&datagram[..length]).unwrap(), 5);
    let text = || std::fs::read_to_string(&path).unwrap_or_default();
    eventually("the stream is written", || text().ends_with('\n'));
    check(&serde_json::from_str(&text()).unwrap(), 5);
}
