//! What of a request's path and host goes upstream.

use gibbon_testkit::{Gateway, Origin};
use serde_json::{Value, json};

/// What the upstream is asked for when a client asks for `target`.
fn upstream_sees(service: Value, route: Value, target: &str) -> (String, Option<String>, Option<String>) {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    let service = gateway.service_at(&origin, service);
    gateway.route_to(service, route);
    assert_eq!(gateway.connect().get(target).status, 200, "{target}");
    let request = origin.only_request();
    let field = |name| request.field(name).map(str::to_owned);
    (request.target.clone(), field("x-forwarded-path"), field("x-forwarded-prefix"))
}

#[test]
fn a_path_is_stripped_and_joined_as_route_and_service_say() {
    for (service, route, strip, target, expected) in [
        (None, "/r", true, "/r", "/"),
        (None, "/r", true, "/r/x", "/x"),
        (None, "/r", true, "/rx", "/x"),
        (None, "/r", false, "/r/x", "/r/x"),
        (Some("/s"), "/r", true, "/r", "/s"),
        (Some("/s"), "/r", true, "/r/", "/s/"),
        (Some("/s"), "/r", true, "/r/x", "/s/x"),
        (Some("/s"), "/r", false, "/r/x", "/s/r/x"),
        (Some("/s/"), "/r", true, "/r/x", "/s/x"),
        (Some("/s"), "~/r/\\d+", true, "/r/12/x", "/s/x"),
    ] {
        let route = json!({ "paths": [route], "strip_path": strip });
        let (seen, _, _) = upstream_sees(json!({ "path": service }), route, target);
        assert_eq!(seen, expected, "{service:?} {strip} {target}");
    }
}

#[test]
fn the_path_as_it_was_and_what_was_taken_off_are_told() {
    let (_, path, prefix) = upstream_sees(json!({}), json!({ "paths": ["/r"] }), "/r/x%20y?q=1");
    assert_eq!((path.as_deref(), prefix.as_deref()), (Some("/r/x%20y"), Some("/r")));
    let (_, path, prefix) = upstream_sees(json!({}), json!({ "paths": ["/r"], "strip_path": false }), "/r/x");
    assert_eq!((path.as_deref(), prefix.as_deref()), (Some("/r/x"), None));
    let (_, _, prefix) = upstream_sees(json!({}), json!({ "paths": ["/"] }), "/x");
    assert_eq!(prefix, None);
}

#[test]
fn a_query_goes_on_as_it_is() {
    for query in ["?a=b&a=%20+&&c", "?", "?a?b/../c", "?%00%zz"] {
        let (seen, _, _) = upstream_sees(json!({ "path": "/s" }), json!({ "paths": ["/r"] }), &format!("/r{query}"));
        assert_eq!(seen, format!("/s{query}"));
    }
}

#[test]
fn the_upstream_is_asked_for_the_host_of_the_service_unless_the_route_preserves_the_clients() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    let service = gateway.service_at(&origin, json!({}));
    gateway.route_to(service, json!({ "paths": ["/service"] }));
    gateway.route_to(service, json!({ "paths": ["/client"], "preserve_host": true }));
    let mut client = gateway.connect();
    client.ask("GET /service HTTP/1.1\r\nHost: One.test:99\r\n\r\n");
    assert_eq!(origin.last_request().all("host"), [format!("127.0.0.1:{}", origin.port())]);
    client.ask("GET /client HTTP/1.1\r\nHost: One.test:99\r\n\r\n");
    assert_eq!(origin.last_request().all("host"), ["One.test:99"]);
}

#[test]
fn without_a_host_of_the_client_the_services_is_asked_for() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    let service = gateway.service_at(&origin, json!({}));
    gateway.route_to(service, json!({ "paths": ["/"], "preserve_host": true }));
    assert_eq!(gateway.connect().ask("GET / HTTP/1.0\r\n\r\n").status, 200);
    assert_eq!(origin.only_request().all("host"), [format!("127.0.0.1:{}", origin.port())]);
}
