//! Streams: what goes in on one side comes out on the other.

mod ends;
mod targets;
mod tcp;
mod tls;
mod udp;

use gibbon_testkit::{Client, Gateway};
use serde_json::{Value, json};
use uuid::Uuid;

/// A gateway that takes streams there, and no others.
fn gateway(stream_listen: &str) -> Gateway {
    Gateway::with(&[("stream_listen", stream_listen)])
}

/// A new connection to the first port of streams.
fn connect(gateway: &Gateway) -> Client {
    Client::connect(gateway.stream_addresses()[0])
}

/// Proxies what comes to any port of streams to a port of this machine. Returns the route.
fn proxy_to(gateway: &Gateway, protocol: &str, port: u16) -> Uuid {
    proxy_with(gateway, json!({ "protocol": protocol, "port": port }), json!({ "protocols": [protocol] }))
}

/// The same with fields of the service's and the route's own; a route that has no conditions gets those of all ports.
fn proxy_with(gateway: &Gateway, mut service: Value, mut route: Value) -> Uuid {
    if service.get("host").is_none() {
        service["host"] = "127.0.0.1".into();
    }
    let conditions = ["sources", "destinations", "snis"];
    if conditions.iter().all(|condition| route.get(condition).is_none()) {
        let ports = gateway.stream_addresses().iter().map(|address| json!({ "port": address.port() }));
        route["destinations"] = ports.collect();
    }
    let service = gateway.service(service);
    gateway.route_to(service, route)
}

/// The status and what stands behind it in a line of the log: protocol, status, bytes to and from the client.
fn outcome(line: &str) -> Vec<&str> {
    let (_, rest) = line.split_once("] ").unwrap();
    rest.split(' ').take(4).collect()
}
