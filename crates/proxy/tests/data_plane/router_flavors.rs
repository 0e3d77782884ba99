//! What the setting `router_flavor` makes of the same routes.

use gibbon_testkit::{Gateway, Origin};
use serde_json::{Value, json};

/// A gateway of a flavour with some routes, each to a path of its own at the origin.
fn gateway(flavor: &str, origin: &Origin, routes: &[(&str, Value)]) -> Gateway {
    let gateway = Gateway::with(&[("router_flavor", flavor)]);
    for (path, route) in routes {
        let service = gateway.service_at(origin, json!({ "path": path }));
        gateway.route_to(service, route.clone());
    }
    gateway
}

/// What the origin was asked for.
fn target(gateway: &Gateway, line: &str, host: &str) -> String {
    let answer = gateway.connect().ask(format!("{line} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    if answer.status == 200 { answer.text() } else { answer.status.to_string() }
}

#[test]
fn a_plain_host_or_the_number_of_attributes_comes_first() {
    let origin = Origin::echoing_targets();
    let routes = [
        ("/plain", json!({ "hosts": ["h.test"], "paths": ["/a"] })),
        ("/many", json!({ "hosts": ["*.test"], "paths": ["/a"], "methods": ["GET"] })),
    ];
    for (flavor, expected) in [("traditional_compatible", "/plain"), ("traditional", "/many")] {
        let gateway = gateway(flavor, &origin, &routes);
        assert_eq!(target(&gateway, "GET /a", "h.test"), expected, "{flavor}");
    }
}

#[test]
fn paths_are_put_together_as_the_route_says_in_one_flavour_only() {
    let origin = Origin::echoing_targets();
    let routes = [("/service", json!({ "paths": ["/route"], "path_handling": "v1" }))];
    for (flavor, expected) in [("traditional_compatible", "/service/req"), ("traditional", "/servicereq")] {
        let gateway = gateway(flavor, &origin, &routes);
        assert_eq!(target(&gateway, "GET /routereq", "h.test"), expected, "{flavor}");
    }
}

#[test]
fn a_host_with_a_port_is_taken_literally_in_one_flavour_only() {
    let origin = Origin::echoing_targets();
    for (flavor, expected) in [("traditional_compatible", "/port"), ("traditional", "404")] {
        let gateway = gateway(flavor, &origin, &[]);
        let port = gateway.address().port();
        let service = gateway.service_at(&origin, json!({ "path": "/port" }));
        gateway.route_to(service, json!({ "hosts": [format!("h.test:{port}")] }));
        assert_eq!(target(&gateway, "GET /", &format!("h.test:{port}")), "/port", "{flavor}");
        assert_eq!(target(&gateway, "GET /", "h.test"), expected, "{flavor}");
    }
}
