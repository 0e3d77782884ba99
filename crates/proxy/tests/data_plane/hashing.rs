//! Targets that are found by something in the request.

use std::collections::BTreeSet;

use gibbon_testkit::{Client, Gateway, Origin};
use serde_json::{Value, json};

use crate::balancing::named;
use crate::plugins::AS_CONSUMER;

struct Ring {
    gateway: Gateway,
    _origins: [Origin; 4],
}

/// A gateway with four targets.
fn ring(fields: Value) -> Ring {
    ring_below(fields, json!({"paths": ["/"]}))
}

fn ring_below(mut fields: Value, route: Value) -> Ring {
    let origins = ["a", "b", "c", "d"].map(named);
    let gateway = Gateway::start();
    fields["name"] = "pool".into();
    let upstream = gateway.put("upstreams", fields);
    for origin in &origins {
        gateway.target_at(upstream, origin);
    }
    let service = gateway.service(json!({"host": "pool"}));
    gateway.route_to(service, route);
    Ring { gateway, _origins: origins }
}

/// Who answers a request of this line and these fields, asked several times.
fn who(client: &mut Client, path: &str, fields: &[&str]) -> BTreeSet<String> {
    (0..4).map(|_| client.get_with(path, fields).text()).collect()
}

/// Requests that differ are answered by several targets, and each kind of them by one.
fn assert_told_by(gateway: &Gateway, kinds: &[(String, Vec<String>)]) {
    let mut client = gateway.connect();
    let mut everybody = BTreeSet::new();
    for (path, fields) in kinds {
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        let who = who(&mut client, path, &fields);
        assert_eq!(who.len(), 1, "{path} {fields:?}: {who:?}");
        everybody.extend(who);
    }
    assert!(everybody.len() > 1, "all went to {everybody:?}");
}

fn kinds(kind: impl Fn(usize) -> (String, Vec<String>)) -> Vec<(String, Vec<String>)> {
    (0..16).map(kind).collect()
}

#[test]
fn by_a_header() {
    let ring = ring(json!({"hash_on": "header", "hash_on_header": "X-User"}));
    assert_told_by(&ring.gateway, &kinds(|n| ("/".to_owned(), vec![format!("x-user: {n}")])));
}

#[test]
fn by_the_path() {
    let ring = ring(json!({"hash_on": "path"}));
    assert_told_by(&ring.gateway, &kinds(|n| (format!("/{n}?{n}"), vec![])));
}

#[test]
fn by_an_argument_of_the_query_whatever_stands_beside_it() {
    let ring = ring(json!({"hash_on": "query_arg", "hash_on_query_arg": "user"}));
    assert_told_by(&ring.gateway, &kinds(|n| (format!("/?user={n}"), vec![])));
    let mut client = ring.gateway.connect();
    assert_eq!(who(&mut client, "/?user=1&x=1", &[]), who(&mut client, "/other?y&user=1", &[]));
    assert_eq!(who(&mut client, "/?user=1&user=2", &[]), who(&mut client, "/?user=2&user=1", &[]));
}

#[test]
fn by_a_part_of_the_path_that_the_route_has_named() {
    let route = json!({"paths": ["~/users/(?<user>\\d+)"]});
    let ring = ring_below(json!({"hash_on": "uri_capture", "hash_on_uri_capture": "user"}), route);
    assert_told_by(&ring.gateway, &kinds(|n| (format!("/users/{n}"), vec![])));
    let mut client = ring.gateway.connect();
    assert_eq!(who(&mut client, "/users/1/a", &[]), who(&mut client, "/users/1/b", &[]));
}

#[test]
fn by_the_address_of_the_client() {
    let ring = ring(json!({"hash_on": "ip"}));
    let everybody: BTreeSet<_> = (0..8).map(|_| ring.gateway.connect().get("/").text()).collect();
    assert_eq!(everybody.len(), 1, "{everybody:?}");
}

#[test]
fn by_the_consumer_that_plugins_have_found() {
    let origins = ["a", "b", "c", "d"].map(named);
    let gateway = Gateway::builder().plugin(&AS_CONSUMER).start();
    let upstream = gateway.put("upstreams", json!({"name": "pool", "hash_on": "consumer"}));
    for origin in &origins {
        gateway.target_at(upstream, origin);
    }
    let service = gateway.service(json!({"host": "pool"}));
    for n in 0..16 {
        let username = format!("user-{n}");
        gateway.consumer(json!({"username": username}));
        let route = gateway.route_to(service, json!({"paths": [format!("/{n}/")]}));
        let config = json!({"username": username});
        gateway.plugin(json!({"name": "as-consumer", "route": {"id": route}, "config": config}));
    }
    assert_told_by(&gateway, &kinds(|n| (format!("/{n}/"), vec![])));
}

#[test]
fn by_a_header_where_there_is_none_of_what_comes_first() {
    let fallback =
        json!({"hash_on": "header", "hash_on_header": "x-a", "hash_fallback": "header", "hash_fallback_header": "x-b"});
    let ring = ring(fallback);
    assert_told_by(&ring.gateway, &kinds(|n| ("/".to_owned(), vec![format!("x-b: {n}")])));
    let mut client = ring.gateway.connect();
    assert_eq!(who(&mut client, "/", &["x-a: 1", "x-b: 2"]), who(&mut client, "/", &["x-a: 1", "x-b: 3"]));
}

#[test]
fn requests_with_nothing_to_be_told_by_go_round() {
    let ring = ring(json!({"hash_on": "header", "hash_on_header": "x-user"}));
    assert_eq!(who(&mut ring.gateway.connect(), "/", &[]).len(), 4);
}

#[test]
fn a_client_without_the_cookie_is_given_one_that_leads_to_the_same_target() {
    let ring = ring(json!({"hash_on": "cookie", "hash_on_cookie": "lb", "hash_on_cookie_path": "/shop"}));
    let mut client = ring.gateway.connect();
    let mut everybody = BTreeSet::new();
    for _ in 0..16 {
        let answer = client.get("/");
        let cookie = answer.field("set-cookie").unwrap().to_owned();
        let (pair, attributes) = cookie.split_once("; ").unwrap();
        assert_eq!((pair.len(), attributes), ("lb=".len() + 36, "Path=/shop; Same-Site=Lax; HttpOnly"));
        let again = client.get_with("/", &[&format!("Cookie: x=1; {pair}")]);
        assert_eq!((again.text(), again.field("set-cookie")), (answer.text(), None));
        everybody.insert(answer.text());
    }
    assert!(everybody.len() > 1);
}
