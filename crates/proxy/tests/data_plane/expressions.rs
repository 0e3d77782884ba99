//! Routes that are expressions.

use gibbon_testkit::{Gateway, Origin};
use serde_json::{Value, json};
use uuid::Uuid;

fn gateway() -> Gateway {
    Gateway::with(&[("router_flavor", "expressions")])
}

/// A route with an expression to a path of its own at the origin, and more of its fields.
fn route(gateway: &Gateway, origin: &Origin, path: &str, expression: &str, mut fields: Value) -> Uuid {
    let service = gateway.service_at(origin, json!({ "path": path }));
    fields["expression"] = expression.into();
    gateway.route_to(service, fields)
}

/// What the origin was asked for, or the status.
fn target(gateway: &Gateway, line: &str, fields: &str) -> String {
    let answer = gateway.connect().ask(format!("{line} HTTP/1.1\r\nHost: h.test:80\r\n{fields}\r\n"));
    if answer.status == 200 { answer.text() } else { answer.status.to_string() }
}

#[test]
fn a_request_finds_the_expression_that_is_true_of_it() {
    let origin = Origin::echoing_targets();
    let gateway = gateway();
    let port = gateway.address().port();
    for (path, expression) in [
        ("/host", r#"http.host == "h.test" && http.path ^= "/host""#.to_owned()),
        ("/field", r#"lower(http.headers.x_team) == "blue" && http.path ^= "/field""#.to_owned()),
        ("/any", r#"any(http.headers.x_team) == "blue" && http.path ^= "/any""#.to_owned()),
        ("/query", r#"http.queries.q == "a b" && http.path ^= "/query""#.to_owned()),
        ("/method", r#"http.method == "POST" && http.path ^= "/method""#.to_owned()),
        ("/segment", r#"http.path.segments.1 == "two" && http.path.segments.len == 3"#.to_owned()),
        ("/source", r#"net.src.ip in 127.0.0.0/8 && net.src.port > 0 && http.path ^= "/source""#.to_owned()),
        ("/arrived", r#"net.dst.ip == 127.0.0.1 && net.dst.port == 80 && http.path ^= "/arrived""#.to_owned()),
        ("/clear", r#"net.protocol == "http" && http.path ^= "/clear""#.to_owned()),
        ("/never", format!(r#"net.dst.port == {port} && http.path ^= "/never""#)),
    ] {
        route(&gateway, &origin, path, &expression, json!({ "strip_path": false }));
    }
    for (line, fields, expected) in [
        ("GET /host/x", "", "/host/host/x"),
        ("GET /field", "X-Team: BLUE\r\n", "/field/field"),
        ("GET /field", "X-Team: blue\r\nX-Team: red\r\n", "404"),
        ("GET /any", "X-Team: red\r\nX-Team: blue\r\n", "/any/any"),
        ("GET /query?q=a%20b", "", "/query/query?q=a%20b"),
        ("GET /query?q=a", "", "404"),
        ("POST /method", "Content-Length: 0\r\n", "/method/method"),
        ("GET /method", "", "404"),
        ("GET /one/two/three/", "", "/segment/one/two/three/"),
        ("GET /one/two", "", "404"),
        ("GET /source", "", "/source/source"),
        ("GET /arrived", "", "/arrived/arrived"),
        ("GET /clear", "", "/clear/clear"),
        // The port in `Host` counts, and not the one of the socket.
        ("GET /never", "", "404"),
    ] {
        assert_eq!(target(&gateway, line, fields), expected, "{line} {fields}");
    }
}

#[test]
fn the_highest_priority_wins_and_expressions_come_before_other_routes() {
    let origin = Origin::echoing_targets();
    let gateway = gateway();
    let plain = gateway.service_at(&origin, json!({ "path": "/plain" }));
    gateway.route_to(plain, json!({ "paths": ["/a/b/c"], "hosts": ["h.test"] }));
    assert_eq!(target(&gateway, "GET /a/b/c", ""), "/plain");
    route(&gateway, &origin, "/low", r#"http.path ^= "/a""#, json!({}));
    assert_eq!(target(&gateway, "GET /a/b/c", ""), "/low/b/c");
    route(&gateway, &origin, "/high", r#"http.path ^= "/a""#, json!({ "priority": 1 }));
    assert_eq!(target(&gateway, "GET /a/b/c", ""), "/high/b/c");
    assert_eq!(target(&gateway, "GET /b", ""), "404");
}

#[test]
fn what_an_expression_matched_of_the_path_is_cut_off() {
    let origin = Origin::echoing_targets();
    let gateway = gateway();
    route(&gateway, &origin, "/prefix", r#"http.path ^= "/a""#, json!({}));
    route(&gateway, &origin, "/whole", r#"http.path == "/b""#, json!({}));
    route(&gateway, &origin, "/regex", r##"http.path ~ r#"^/c/\d+"#"##, json!({}));
    route(&gateway, &origin, "/nothing", r#"http.path.segments.0 == "d""#, json!({}));
    for (line, expected) in [
        ("GET /a/x", "/prefix/x"),
        ("GET /b", "/whole"),
        ("GET /b/x", "404"),
        ("GET /c/42/x", "/regex/x"),
        ("GET /d/x", "/nothing/d/x"),
    ] {
        assert_eq!(target(&gateway, line, ""), expected, "{line}");
    }
}

#[test]
fn a_route_is_found_by_requests_of_its_protocols_only() {
    let origin = Origin::echoing_targets();
    let gateway = gateway();
    route(&gateway, &origin, "/tls", r#"http.path ^= "/tls""#, json!({ "protocols": ["https"] }));
    assert_eq!(target(&gateway, "GET /tls", ""), "426");
}

#[test]
fn other_routes_may_ask_where_requests_come_from() {
    let origin = Origin::echoing_targets();
    let gateway = gateway();
    let service = gateway.service_at(&origin, json!({}));
    gateway.route_to(service, json!({ "paths": ["/near"], "sources": [{ "ip": "127.0.0.0/8" }], "strip_path": false }));
    gateway.route_to(service, json!({ "paths": ["/far"], "sources": [{ "ip": "192.0.2.0/24" }], "strip_path": false }));
    assert_eq!(target(&gateway, "GET /near", ""), "/near");
    assert_eq!(target(&gateway, "GET /far", ""), "404");
}

#[test]
fn the_source_is_the_client_whom_a_trusted_proxy_names() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::with(&[
        ("router_flavor", "expressions"),
        ("trusted_ips", "127.0.0.0/8"),
        ("real_ip_header", "X-Forwarded-For"),
    ]);
    route(&gateway, &origin, "/told", "net.src.ip == 192.0.2.7", json!({ "strip_path": false }));
    assert_eq!(target(&gateway, "GET /", "X-Forwarded-For: 192.0.2.7\r\n"), "/told");
    assert_eq!(target(&gateway, "GET /", "X-Forwarded-For: 192.0.2.8\r\n"), "404");
}
