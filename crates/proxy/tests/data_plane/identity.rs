//! Who a request is from is for the gateway to say, never for a client.

use gibbon_testkit::{Gateway, Origin};
use serde_json::json;

use crate::plugins::{AS_CONSUMER, IDLE};

const CLAIMS: [&str; 5] = [
    "X-Consumer-ID: 6e2ff3d2-1f5d-4d0a-9a0f-0f6a5d1c7a11",
    "X-Consumer-Custom-ID: root",
    "x-consumer-username: root",
    "X-Credential-Identifier: root",
    "X-Anonymous-Consumer: true",
];

const NAMES: [&str; 5] =
    ["x-consumer-id", "x-consumer-custom-id", "x-consumer-username", "x-credential-identifier", "x-anonymous-consumer"];

#[test]
fn what_a_client_claims_to_be_is_removed_on_a_route_without_plugins() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    gateway.proxy_to(&origin);
    assert_eq!(gateway.connect().get_with("/", &CLAIMS).status, 200);
    let request = origin.only_request();
    assert_eq!(NAMES.map(|name| request.all(name).len()), [0; 5]);
}

#[test]
fn what_a_client_claims_to_be_is_removed_on_a_route_whose_plugins_say_nothing_about_it() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::builder().plugin(&IDLE).start();
    gateway.proxy_to(&origin);
    gateway.plugin(json!({ "name": "idle" }));
    for method in ["GET", "OPTIONS"] {
        let fields = CLAIMS.join("\r\n");
        let answer = gateway.connect().ask(format!("{method} / HTTP/1.1\r\nHost: h\r\n{fields}\r\n\r\n"));
        assert_eq!(answer.status, 200);
        let request = origin.last_request();
        assert_eq!(NAMES.map(|name| request.all(name).len()), [0; 5], "{method}");
    }
}

#[test]
fn what_a_plugin_has_found_out_takes_the_place_of_what_a_client_claims() {
    let origin = Origin::echoing_targets();
    for trusted in ["127.0.0.1", "10.0.0.0/8"] {
        let gateway = Gateway::builder().plugin(&AS_CONSUMER).setting("trusted_ips", trusted).start();
        gateway.proxy_to(&origin);
        let alice = gateway.consumer(json!({ "username": "alice" }));
        gateway.plugin(json!({ "name": "as-consumer", "config": { "username": "alice" } }));
        let fields = [&CLAIMS[..], &["Connection: X-Consumer-Username, X-Consumer-ID"]].concat();
        assert_eq!(gateway.connect().get_with("/", &fields).status, 200);
        let request = origin.last_request();
        assert_eq!(request.all("x-consumer-id"), [alice.to_string()], "{trusted}");
        assert_eq!(request.all("x-consumer-username"), ["alice"]);
        assert_eq!(request.all("x-consumer-custom-id"), [""; 0]);
        assert_eq!(request.all("x-credential-identifier"), [""; 0]);
        assert_eq!(request.all("x-anonymous-consumer"), ["true"]);
    }
}

#[test]
fn what_a_trusted_proxy_has_found_out_is_kept() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::with(&[("trusted_ips", "127.0.0.1")]);
    gateway.proxy_to(&origin);
    gateway.connect().get_with("/", &CLAIMS);
    let request = origin.only_request();
    assert_eq!(NAMES.map(|name| request.all(name).len()), [1; 5]);
}
