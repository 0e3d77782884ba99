//! What the upstream is told about the client.

use gibbon_testkit::{Gateway, Origin, Received};

const TOLD: [&str; 7] = [
    "X-Forwarded-For: 10.1.2.3, 10.4.5.6",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Host: f.test",
    "X-Forwarded-Port: 444",
    "X-Forwarded-Path: /f",
    "X-Forwarded-Prefix: /pre",
    "X-Real-IP: 10.9.9.9",
];

fn forwarded(settings: &[(&str, &str)], fields: &[&str]) -> (Gateway, Received) {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::with(settings);
    gateway.proxy_to(&origin);
    assert_eq!(gateway.connect().get_with("/p?q", fields).status, 200);
    (gateway, origin.only_request())
}

fn values<'r>(request: &'r Received, names: &[&str]) -> Vec<Option<&'r str>> {
    names.iter().map(|name| request.field(name)).collect()
}

const NAMES: [&str; 7] = [
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-path",
    "x-forwarded-prefix",
    "x-real-ip",
];

#[test]
fn an_ordinary_request_is_described() {
    let (gateway, request) = forwarded(&[], &[]);
    let port = gateway.address().port().to_string();
    let expected =
        [Some("127.0.0.1"), Some("http"), Some("gateway.test"), Some(&*port), Some("/p"), None, Some("127.0.0.1")];
    assert_eq!(values(&request, &NAMES), expected);
    assert_eq!(request.field("via"), Some("1.1 gibbon/test"));
}

#[test]
fn what_a_stranger_says_of_itself_is_replaced() {
    let (gateway, request) = forwarded(&[("trusted_ips", "10.0.0.0/8")], &TOLD);
    let port = gateway.address().port().to_string();
    let expected = [
        Some("10.1.2.3, 10.4.5.6, 127.0.0.1"),
        Some("http"),
        Some("gateway.test"),
        Some(&*port),
        Some("/p"),
        None,
        Some("127.0.0.1"),
    ];
    assert_eq!(values(&request, &NAMES), expected);
}

#[test]
fn what_a_trusted_proxy_says_is_passed_on() {
    let (_, request) = forwarded(&[("trusted_ips", "127.0.0.1")], &TOLD);
    let expected = [
        Some("10.1.2.3, 10.4.5.6, 127.0.0.1"),
        Some("https"),
        Some("f.test"),
        Some("444"),
        Some("/f"),
        Some("/pre"),
        Some("10.9.9.9"),
    ];
    assert_eq!(values(&request, &NAMES), expected);
}

#[test]
fn the_client_is_who_the_configured_field_of_a_trusted_proxy_names() {
    for (settings, expected) in [
        (&[("real_ip_header", "X-Forwarded-For")][..], "10.4.5.6"),
        (&[("real_ip_header", "X-Forwarded-For"), ("real_ip_recursive", "on")], "192.0.2.1"),
        (&[("real_ip_header", "X-Client")], "2001:db8::1"),
        (&[("real_ip_header", "X-Absent")], "127.0.0.1"),
    ] {
        let mut settings = settings.to_vec();
        settings.push(("trusted_ips", "127.0.0.1, 10.0.0.0/8"));
        let fields = ["X-Forwarded-For: 192.0.2.7, 192.0.2.1, 10.4.5.6", "X-Client: [2001:db8::1]:99"];
        let (_, request) = forwarded(&settings, &fields);
        assert_eq!(request.field("x-real-ip"), Some(expected), "{settings:?}");
    }
}

#[test]
fn a_chain_in_several_fields_becomes_one() {
    let (_, request) = forwarded(&[], &["X-Forwarded-For: 10.1.1.1", "x-forwarded-for: 10.2.2.2"]);
    assert_eq!(request.all("x-forwarded-for"), ["10.1.1.1, 10.2.2.2, 127.0.0.1"]);
}

#[test]
fn the_port_is_the_one_that_clients_know() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    gateway.proxy_to(&origin);
    gateway.reconfigure(&[("port_maps", &format!("80:{}", gateway.address().port()))]);
    gibbon_testkit::eventually("new connections see the new settings", || {
        gateway.connect().get("/");
        origin.last_request().field("x-forwarded-port") == Some("80")
    });
}

#[test]
fn the_host_is_told_without_its_port_and_in_lower_case() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    gateway.proxy_to(&origin);
    for (host, told) in [("One.TEST:8000", "one.test"), ("[2001:DB8::1]:8000", "[2001:db8::1]"), ("a", "a")] {
        gateway.connect().ask(format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        assert_eq!(origin.last_request().field("x-forwarded-host"), Some(told));
    }
}

#[test]
fn a_via_of_the_client_is_continued() {
    let (_, request) = forwarded(&[], &["Via: 1.1 edge"]);
    assert_eq!(request.all("via"), ["1.1 edge", "1.1 gibbon/test"]);
}
