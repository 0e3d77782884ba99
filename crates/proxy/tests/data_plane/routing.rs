//! Which requests find a route, and what those get that do not.

use gibbon_testkit::{Gateway, Origin};
use serde_json::json;

const ACCEPT_JSON: &str = "Accept: application/json";

#[test]
fn a_request_that_no_route_matches_gets_404() {
    let gateway = Gateway::start();
    let answer = gateway.connect().get_with("/nowhere", &[ACCEPT_JSON]);
    assert_eq!(answer.status, 404);
    assert_eq!(answer.field("content-type"), Some("application/json; charset=utf-8"));
    let id = answer.field("x-kong-request-id").unwrap();
    let body = format!("{{\n  \"message\":\"no Route matched with those values\",\n  \"request_id\":\"{id}\"\n}}");
    assert_eq!(answer.text(), body);
}

#[test]
fn a_route_without_a_service_gets_503() {
    let gateway = Gateway::start();
    gateway.route(json!({ "paths": ["/alone"] }));
    let answer = gateway.connect().get_with("/alone", &[ACCEPT_JSON]);
    assert_eq!(answer.status, 503);
    assert!(answer.text().contains("\"message\":\"no Service found with those values\""), "{}", answer.text());
}

#[test]
fn the_routes_of_a_service_that_is_switched_off_are_not_there() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    let service = gateway.service_at(&origin, json!({ "enabled": false }));
    gateway.route_to(service, json!({ "paths": ["/"] }));
    assert_eq!(gateway.connect().get("/").status, 404);
    assert_eq!(origin.connections(), 0);
}

#[test]
fn routes_are_told_apart_by_host_method_header_and_path() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    for (path, mut route) in [
        ("/plain", json!({ "paths": ["/a"] })),
        ("/longer", json!({ "paths": ["/a/b"] })),
        ("/regex", json!({ "paths": ["~/re/\\d+$"] })),
        ("/host", json!({ "hosts": ["h.test"], "paths": ["/a"] })),
        ("/wild", json!({ "hosts": ["*.w.test"] })),
        ("/post", json!({ "paths": ["/m"], "methods": ["POST"] })),
        ("/field", json!({ "paths": ["/a"], "headers": { "x-team": ["blue"] } })),
    ] {
        let service = gateway.service_at(&origin, json!({ "path": path }));
        route["service"] = json!({ "id": service });
        gateway.route(route);
    }
    let mut client = gateway.connect();
    for (line, host, field, expected) in [
        ("GET /a/x", "any", "", Some("/plain/x")),
        ("GET /a/b/x", "any", "", Some("/longer/x")),
        ("GET /re/42", "any", "", Some("/regex")),
        ("GET /re/42x", "any", "", None),
        ("GET /a", "h.test", "", Some("/host")),
        ("GET /a", "H.TEST", "", Some("/plain")),
        ("GET /a", "h.test:1", "", Some("/host")),
        ("GET /q", "x.y.w.test", "", Some("/wild/q")),
        ("POST /m", "any", "Content-Length: 0\r\n", Some("/post")),
        ("GET /m", "any", "", None),
        ("GET /a", "any", "X-Team: Blue\r\n", Some("/field")),
        ("GET /a", "any", "X-Team: red\r\nX-Team: blue\r\n", Some("/field")),
        ("GET /A", "any", "", None),
    ] {
        let answer = client.ask(format!("{line} HTTP/1.1\r\nHost: {host}\r\n{field}\r\n"));
        let reached = (answer.status == 200).then(|| answer.text());
        assert_eq!(reached.as_deref(), expected, "{line} {host} {field}");
    }
}

#[test]
fn a_route_for_https_alone_asks_for_https() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    let service = gateway.service_at(&origin, json!({}));
    gateway.route_to(service, json!({ "paths": ["/"], "protocols": ["https"] }));
    let answer = gateway.connect().get_with("/x", &[ACCEPT_JSON]);
    assert_eq!(answer.status, 426);
    assert_eq!(answer.field("upgrade"), Some("TLS/1.2, HTTP/1.1"));
    assert_eq!(answer.field("connection"), Some("Upgrade"));
    assert!(answer.text().contains("\"message\":\"Please use HTTPS protocol\""), "{}", answer.text());
    assert_eq!(origin.connections(), 0);
}

#[test]
fn a_route_for_https_alone_redirects_where_it_is_told_to() {
    for status in [301, 302, 307, 308] {
        let gateway = Gateway::start();
        let route = json!({ "paths": ["/"], "protocols": ["https"], "https_redirect_status_code": status });
        gateway.route(route);
        let answer = gateway.connect().get("/a%20b?q=1");
        assert_eq!(answer.status, status);
        assert_eq!(answer.field("location"), Some("https://gateway.test/a%20b?q=1"));
    }
}

#[test]
fn https_that_a_trusted_proxy_has_ended_counts_as_https() {
    let origin = Origin::echoing_targets();
    for (trusted, status) in [("127.0.0.0/8", 200), ("10.0.0.0/8", 426)] {
        let gateway = Gateway::with(&[("trusted_ips", trusted)]);
        let service = gateway.service_at(&origin, json!({}));
        gateway.route_to(service, json!({ "paths": ["/"], "protocols": ["https"] }));
        let answer = gateway.connect().get_with("/", &["X-Forwarded-Proto: https"]);
        assert_eq!(answer.status, status, "trusted: {trusted}");
    }
}

#[test]
fn a_target_in_absolute_form_names_the_host() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    let service = gateway.service_at(&origin, json!({}));
    gateway.route_to(service, json!({ "hosts": ["one.test"], "preserve_host": true }));
    let answer = gateway.connect().ask("GET http://one.test/p?q HTTP/1.1\r\nHost: two.test\r\n\r\n");
    assert_eq!((answer.status, answer.text()), (200, "/p?q".to_owned()));
    assert_eq!(origin.only_request().all("host"), ["one.test"]);
    let answer = gateway.connect().ask("GET http://two.test/ HTTP/1.1\r\nHost: one.test\r\n\r\n");
    assert_eq!(answer.status, 404);
}

#[test]
fn a_target_that_is_no_path_is_refused() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    gateway.proxy_to(&origin);
    for line in ["OPTIONS *", "GET http://user@one.test/", "GET one.test"] {
        let answer = gateway.connect().ask(format!("{line} HTTP/1.1\r\nHost: one.test\r\n\r\n"));
        assert_eq!(answer.status, 400, "{line}");
    }
    assert_eq!(origin.connections(), 0);
}

#[test]
fn methods_that_would_go_past_the_gateway_or_show_what_it_adds_get_405() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    gateway.proxy_to(&origin);
    for line in ["CONNECT one.test:443", "TRACE /"] {
        let answer = gateway.connect().ask(format!("{line} HTTP/1.1\r\nHost: one.test\r\n\r\n"));
        assert_eq!(answer.status, 405, "{line}");
    }
    assert_eq!(origin.connections(), 0);
}

#[test]
fn who_may_ask_is_told_which_route_and_service_were_met() {
    let origin = Origin::echoing_targets();
    for (allowed, shown) in [("on", true), ("off", false)] {
        let gateway = Gateway::with(&[("allow_debug_header", allowed)]);
        let service = gateway.service_at(&origin, json!({ "name": "s" }));
        let route = gateway.route_to(service, json!({ "name": "r", "paths": ["/"] }));
        let answer = gateway.connect().get_with("/", &["Kong-Debug: 1"]);
        let fields = ["kong-route-id", "kong-route-name", "kong-service-id", "kong-service-name"];
        let told = fields.map(|name| answer.field(name).map(str::to_owned));
        let expected = [route.to_string(), "r".to_owned(), service.to_string(), "s".to_owned()];
        assert_eq!(told, expected.map(|value| shown.then_some(value)));
        assert_eq!(gateway.connect().get("/").field("kong-route-id"), None);
    }
}
