//! Paths that two readers could read in two ways. The path that decides about the route is the path that is sent, so
//! that no spelling of a protected path gets there through another route.

use gibbon_testkit::{Gateway, Origin};
use serde_json::json;

/// `/guarded` has a route of its own; everything else goes another way. What the upstream sees tells which.
fn ask(path: &str) -> Result<String, u16> {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    for (host, route) in [("guarded", "/guarded"), ("open", "/")] {
        let service = gateway.service_at(&origin, json!({ "path": format!("/by-{host}") }));
        gateway.route_to(service, json!({ "paths": [route], "strip_path": false }));
    }
    let answer = gateway.connect().ask([b"GET ", path.as_bytes(), b" HTTP/1.1\r\nHost: h\r\n\r\n"].concat());
    if answer.status == 200 { Ok(answer.text()) } else { Err(answer.status) }
}

#[test]
fn every_spelling_of_a_guarded_path_takes_the_guarded_route() {
    for path in [
        "/guarded/x",
        "//guarded/x",
        "/./guarded/x",
        "/open/../guarded/x",
        "/open/%2e%2e/guarded/x",
        "/open/.%2E/guarded/x",
        "/%67uarded/x",
        "/open//../guarded/x",
        "/guarded//x",
        "/guarded/./x",
        "/guarded/y/../x",
    ] {
        assert_eq!(ask(path), Ok("/by-guarded/guarded/x".to_owned()), "{path}");
    }
}

#[test]
fn what_does_not_mean_the_guarded_path_is_sent_as_what_was_routed() {
    for (path, sent) in [
        // An escaped slash or backslash is no slash.
        ("/open%2fguarded/x", "/by-open/open%2Fguarded/x"),
        ("/open%5cguarded/x", "/by-open/open%5Cguarded/x"),
        ("/open\\guarded/x", "/by-open/open%5Cguarded/x"),
        // A parameter belongs to its segment (RFC 3986 section 3.3).
        ("/open;a/x", "/by-open/open;a/x"),
        // What is escaped twice is decoded by nobody.
        ("/%2567uarded/x", "/by-open/%2567uarded/x"),
        ("/open/%252e%252e/guarded", "/by-open/open/%252e%252e/guarded"),
        // Overlong and broken UTF-8 stay what they are: bytes, and no dots or slashes.
        ("/open/%c0%ae%c0%ae/guarded", "/by-open/open/%C0%AE%C0%AE/guarded"),
        ("/open/..%c0%afguarded", "/by-open/open/..%C0%AFguarded"),
        ("/%ff/x", "/by-open/%FF/x"),
        // Full-width letters are other letters.
        ("/%ef%bd%87uarded", "/by-open/%EF%BD%87uarded"),
        ("/GUARDED/x", "/by-open/GUARDED/x"),
        // Controls and what would begin a query or a fragment stay escaped.
        ("/a%0d%0aX:%20y", "/by-open/a%0D%0AX:%20y"),
        ("/open%3f/../x", "/by-open/x"),
        ("/open%3fa%23b", "/by-open/open%3Fa%23b"),
        ("/a%20b", "/by-open/a%20b"),
    ] {
        assert_eq!(ask(path), Ok(sent.to_owned()), "{path}");
    }
}

#[test]
fn a_path_that_cannot_be_read_in_one_way_is_refused() {
    for path in [
        "/..",
        "/../guarded",
        "/open/../../guarded",
        "/%2e%2e/guarded",
        "/..%2fguarded",
        "/open/..%2f..%2fguarded",
        "/open%2f..%2f../../guarded",
        "/open%2f..%2fguarded/x",
        "/open/x%2f..%2f..%2fguarded",
        "/open%5c..%5cguarded/x",
        "/open\\..\\guarded/x",
        "/open/..;/guarded/x",
        "/open/%2e%2e;a=b/guarded/x",
        "/guarded%00/x",
        "/%00",
        "/%",
        "/%2",
        "/%zz",
        "/\x01x",
    ] {
        assert_eq!(ask(path), Err(400), "{path}");
    }
}

#[test]
fn a_dot_segment_that_stripping_would_leave_is_not_sent() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    let service = gateway.service_at(&origin, json!({ "path": "/s" }));
    gateway.route_to(service, json!({ "paths": ["/a"] }));
    for path in ["/a../b", "/a./b", "/a%2e%2e/b"] {
        assert_eq!(gateway.connect().get(path).text(), "/s/b", "{path}");
    }
}
