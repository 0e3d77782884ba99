//! Targets that are given by name.

use std::net::Ipv4Addr;

use gibbon_testkit::{Client, Gateway, NameRecord, NameServer, Origin, eventually};
use serde_json::json;

use crate::balancing::{answers, named};

const NAME: &str = "orders.gibbon-tests.example";
const HERE: NameRecord = NameRecord::A(Ipv4Addr::LOCALHOST);

fn gateway(server: &NameServer) -> Gateway {
    Gateway::with(&[("dns_resolver", &server.address()), ("dns_not_found_ttl", "1"), ("dns_error_ttl", "1")])
}

fn status(client: &mut Client) -> u16 {
    client.get("/").status
}

fn address(name: &str, origin: &Origin) -> String {
    format!("{name}:{}", origin.port())
}

#[test]
fn a_name_of_this_machine_is_known_at_once() {
    let origin = named("a");
    let gateway = Gateway::start();
    let upstream = gateway.proxy_to_upstream("pool", json!({}));
    gateway.target(upstream, &address("localhost", &origin), 100);
    assert_eq!(gateway.connect().get("/").text(), "a");
    assert_eq!(origin.only_request().field("host"), Some(address("localhost", &origin).as_str()));
}

#[test]
fn the_first_request_waits_until_the_name_has_been_asked_for() {
    let (server, origin) = (NameServer::start(), named("a"));
    server.say(NAME, &[HERE]);
    let gateway = gateway(&server);
    let upstream = gateway.proxy_to_upstream("pool", json!({}));
    gateway.target(upstream, &address(NAME, &origin), 100);
    assert_eq!(gateway.connect().get("/").text(), "a");
    assert_eq!(origin.only_request().field("host"), Some(address(NAME, &origin).as_str()));
}

#[test]
fn a_target_goes_and_comes_with_its_name() {
    let (server, origin) = (NameServer::start(), named("a"));
    let gateway = gateway(&server);
    let upstream = gateway.proxy_to_upstream("pool", json!({}));
    gateway.target(upstream, &address(NAME, &origin), 100);
    let mut client = gateway.connect();
    let answer = client.get("/");
    assert_eq!(answer.status, 503);
    assert!(answer.text().contains("failure to get a peer from the ring-balancer"), "{}", answer.text());
    server.say(NAME, &[HERE]);
    eventually("the target has an address", || status(&mut client) == 200);
    server.say(NAME, &[]);
    eventually("the target has none any more", || status(&mut client) == 503);
}

#[test]
fn a_name_that_nobody_knows_keeps_no_other_target_from_being_used() {
    let (server, origin) = (NameServer::start(), named("a"));
    let gateway = gateway(&server);
    let upstream = gateway.proxy_to_upstream("pool", json!({}));
    gateway.target(upstream, &address(NAME, &origin), 100);
    gateway.target_at(upstream, &origin);
    assert_eq!(answers(&mut gateway.connect(), 5).get("a"), Some(&5));
}

#[test]
fn every_address_of_a_name_has_the_weight_of_the_target() {
    let (server, origin) = (NameServer::start(), named("a"));
    server.say(NAME, &[HERE, NameRecord::A(Ipv4Addr::new(127, 0, 0, 2))]);
    let gateway = gateway(&server);
    let upstream = gateway.proxy_to_upstream("pool", json!({}));
    gateway.target(upstream, &address(NAME, &origin), 10);
    // Nobody listens on the second address: what goes there is sent again, to the first.
    assert_eq!(answers(&mut gateway.connect(), 10).get("a"), Some(&10));
    let pool = std::sync::Arc::clone(gateway.configuration().snapshot().pools.named("pool").unwrap());
    assert_eq!(pool.view().table.weights(), (20, 20));
}

fn service(priority: u16, weight: u16, origin: &Origin) -> NameRecord {
    NameRecord::Srv { priority, weight, port: origin.port(), target: "host.gibbon-tests.example".to_owned() }
}

#[test]
fn a_name_of_a_service_brings_ports_and_weights() {
    let (server, a, b, later) = (NameServer::start(), named("a"), named("b"), named("later"));
    server.say("host.gibbon-tests.example", &[HERE]);
    server.say(NAME, &[service(1, 30, &a), service(1, 10, &b), service(2, 1000, &later)]);
    let gateway = gateway(&server);
    let upstream = gateway.proxy_to_upstream("pool", json!({}));
    gateway.target(upstream, &format!("{NAME}:1"), 100);
    let answers = answers(&mut gateway.connect(), 40);
    assert_eq!((answers.get("a"), answers.get("b"), answers.get("later")), (Some(&30), Some(&10), None));
    assert_eq!(a.last_request().field("host"), Some(address(NAME, &a).as_str()));
}

#[test]
fn a_target_can_be_asked_for_the_host_of_its_service() {
    let (server, origin) = (NameServer::start(), named("a"));
    server.say("host.gibbon-tests.example", &[HERE]);
    server.say(NAME, &[service(1, 0, &origin)]);
    let gateway = gateway(&server);
    let upstream = gateway.proxy_to_upstream("pool", json!({"use_srv_name": true}));
    gateway.target(upstream, NAME, 100);
    assert_eq!(gateway.connect().get("/").text(), "a");
    assert_eq!(origin.only_request().field("host"), Some(address("host.gibbon-tests.example", &origin).as_str()));
}

#[test]
fn a_target_without_weight_gets_nothing_whatever_its_service_says() {
    let (server, origin) = (NameServer::start(), named("a"));
    server.say("host.gibbon-tests.example", &[HERE]);
    server.say(NAME, &[service(1, 10, &origin)]);
    let gateway = gateway(&server);
    let upstream = gateway.proxy_to_upstream("pool", json!({}));
    gateway.target(upstream, NAME, 0);
    assert_eq!(status(&mut gateway.connect()), 503);
}
