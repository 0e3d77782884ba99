//! Which instance of a plugin runs for which request.

use gibbon_testkit::{Client, Gateway};
use serde_json::{Value, json};

use crate::gateway;

/// An instance that marks answers with its name.
fn mark(gateway: &Gateway, name: &str, mut scope: Value) {
    scope["name"] = "response-transformer".into();
    scope["instance_name"] = name.into();
    scope["config"] = json!({ "add": { "headers": [format!("X-Mark:{name}")] } });
    gateway.plugin(scope);
}

/// The marks of the answer to a request.
fn marks(client: &mut Client, target: &str, fields: &[&str]) -> Vec<String> {
    client.get_with(target, fields).all("x-mark").into_iter().map(str::to_owned).collect()
}

#[test]
fn one_instance_runs_for_a_request_and_it_is_the_most_specific() {
    let (gateway, origin) = gateway();
    let service = gateway.service_at(&origin, json!({}));
    let route = gateway.route_to(service, json!({ "paths": ["/r"] }));
    gateway.route_to(service, json!({ "paths": ["/s"] }));
    gateway.plugin(json!({ "name": "key-auth", "service": { "id": service } }));
    for (name, key) in [("ann", "a"), ("bob", "b")] {
        let id = gateway.consumer(json!({ "username": name }));
        gateway.put("keyauth_credentials", json!({ "consumer": { "id": id }, "key": key }));
        if name == "ann" {
            mark(&gateway, "consumer", json!({ "consumer": { "id": id } }));
            mark(&gateway, "consumer-and-route", json!({ "consumer": { "id": id }, "route": { "id": route } }));
        }
    }
    mark(&gateway, "global", json!({}));
    mark(&gateway, "service", json!({ "service": { "id": service } }));
    mark(&gateway, "route", json!({ "route": { "id": route } }));
    let mut client = gateway.connect();
    let (ann, bob) = (["apikey: a"], ["apikey: b"]);
    assert_eq!(marks(&mut client, "/elsewhere", &[]), ["global"]);
    assert_eq!(marks(&mut client, "/s", &bob), ["service"]);
    assert_eq!(marks(&mut client, "/r", &bob), ["route"]);
    assert_eq!(marks(&mut client, "/s", &ann), ["consumer"]);
    assert_eq!(marks(&mut client, "/r", &ann), ["consumer-and-route"]);
    // Nobody has found out who it is from: the plugins of consumers do not run for a refusal.
    assert_eq!(marks(&mut client, "/r", &[]), ["route"]);
}

#[test]
fn answers_that_no_route_or_no_plugin_was_asked_for_are_seen_by_plugins_for_everything() {
    let (gateway, origin) = gateway();
    for route in gateway.configuration().snapshot().inventory.routes() {
        gateway.delete("routes", route.id);
    }
    let service = gateway.service_at(&origin, json!({}));
    let route = gateway.route_to(service, json!({ "hosts": ["tls.example"], "protocols": ["https"] }));
    mark(&gateway, "global", json!({}));
    mark(&gateway, "route", json!({ "route": { "id": route } }));
    let mut client = gateway.connect();
    assert_eq!(marks(&mut client, "/nowhere", &[]), ["global"]);
    let answer = client.ask("GET / HTTP/1.1\r\nHost: tls.example\r\n\r\n");
    assert_eq!((answer.status, answer.field("x-mark")), (426, Some("global")));
}

#[test]
fn an_instance_that_is_switched_off_or_for_another_protocol_leaves_its_place_to_nobody_less_specific() {
    let (gateway, _origin) = gateway();
    let service = gateway.configuration().snapshot().inventory.services().next().map(|service| service.id).unwrap();
    mark(&gateway, "global", json!({}));
    mark(&gateway, "tls", json!({ "service": { "id": service }, "protocols": ["https"] }));
    let mut client = gateway.connect();
    // It is the most specific one, and it does not run over HTTP.
    assert_eq!(marks(&mut client, "/", &[]), [""; 0]);
    let tls =
        gateway.configuration().snapshot().inventory.plugins().find(|plugin| plugin.service.is_some()).unwrap().id;
    gateway.delete("plugins", tls);
    mark(&gateway, "off", json!({ "service": { "id": service }, "enabled": false }));
    // One that is switched off is as if it were not there.
    assert_eq!(marks(&mut client, "/", &[]), ["global"]);
}
