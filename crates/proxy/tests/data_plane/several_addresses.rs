//! A service whose name has several addresses.

use std::net::{Ipv4Addr, Ipv6Addr};

use gibbon_testkit::{FullPort, Gateway, NameRecord, NameServer, Origin};
use serde_json::json;

/// Another address of this machine than the one that origins listen at.
const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// A gateway before a service at `several.test`, at the port of the origin, that never retries and waits for ten minutes for
/// a connection.
fn gateway(origin: &Origin, order: &str, records: &[NameRecord]) -> (Gateway, NameServer) {
    let names = NameServer::start();
    names.say("several.test", records);
    let gateway = Gateway::with(&[("dns_resolver", &names.address()), ("dns_order", order)]);
    let service = json!({ "host": "several.test", "port": origin.port(), "retries": 0, "connect_timeout": 600_000 });
    let service = gateway.service(service);
    gateway.route_to(service, json!({ "paths": ["/"], "strip_path": false }));
    (gateway, names)
}

fn ask_some(gateway: &Gateway) {
    for _ in 0..4 {
        let mut client = gateway.connect();
        assert_eq!(client.get("/x").text(), "/x");
        // What may not be sent twice is none the worse for an address that nobody listens at.
        assert_eq!(client.post("/y", b"body").text(), "/y");
    }
}

#[test]
fn an_address_that_does_not_answer_costs_nobody_an_answer() {
    let origin = Origin::echoing_targets();
    let _silent = FullPort::at((ELSEWHERE, origin.port()).into());
    let records = [NameRecord::A(ELSEWHERE), NameRecord::A(Ipv4Addr::LOCALHOST)];
    let (gateway, _names) = gateway(&origin, "A", &records);
    ask_some(&gateway);
}

#[test]
fn an_address_that_refuses_costs_no_retry() {
    let origin = Origin::echoing_targets();
    let records = [NameRecord::A(ELSEWHERE), NameRecord::A(Ipv4Addr::LOCALHOST)];
    let (gateway, _names) = gateway(&origin, "A", &records);
    ask_some(&gateway);
}

#[test]
fn a_version_of_ip_that_leads_nowhere_is_passed_over() {
    let origin = Origin::echoing_targets();
    // Nobody listens there; on a machine without version 6 it cannot even be tried.
    let records = [NameRecord::Aaaa(Ipv6Addr::LOCALHOST), NameRecord::A(Ipv4Addr::LOCALHOST)];
    for order in ["AAAA,A", "A,AAAA"] {
        let (gateway, _names) = gateway(&origin, order, &records);
        ask_some(&gateway);
    }
}

#[test]
fn a_name_all_of_whose_addresses_refuse_gets_502() {
    let origin = Origin::echoing_targets();
    let records = [NameRecord::A(ELSEWHERE), NameRecord::A(Ipv4Addr::new(127, 0, 0, 3))];
    let (gateway, _names) = gateway(&origin, "A", &records);
    assert_eq!(gateway.connect().get("/").status, 502);
}

#[test]
fn targets_have_the_addresses_of_one_version_of_ip() {
    let origin = Origin::echoing_targets();
    let records = [NameRecord::Aaaa(Ipv6Addr::LOCALHOST), NameRecord::A(Ipv4Addr::LOCALHOST)];
    let (gateway, _names) = gateway(&origin, "A,AAAA", &records);
    let upstream = gateway.put("upstreams", json!({ "name": "pool" }));
    gateway.target(upstream, &format!("several.test:{}", origin.port()), 100);
    let service = gateway.service(json!({ "host": "pool", "retries": 0 }));
    gateway.route_to(service, json!({ "paths": ["/pooled"], "strip_path": false }));
    for _ in 0..4 {
        assert_eq!(gateway.connect().get("/pooled").text(), "/pooled");
    }
}
