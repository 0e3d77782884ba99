//! What is counted of requests: statuses, times, and why they were refused.

use std::time::Duration;

use gibbon_plugin_api::{Flow, Handler, PluginDef, Reply, RequestCx};
use gibbon_schema::{Subschema, field};
use gibbon_testkit::{Action, Gateway, Origin};
use gibbon_traffic::Reason;
use http::StatusCode;
use serde_json::json;

/// Refuses the path `/no`, answers `/yes` itself, and lets the rest pass.
static CHOOSY: PluginDef = PluginDef {
    name: "choosy",
    version: "1.0.0",
    priority: 10,
    schema: || Subschema::new("choosy", [field("config").record([]).required()]),
    credentials: &[],
    configure: |_, _| Ok(Box::new(Choosy)),
};

struct Choosy;

impl Handler for Choosy {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        match cx.path {
            "/no" => {
                cx.refusal = "not_liked";
                Flow::respond(Reply::error(StatusCode::FORBIDDEN, "no"))
            }
            "/yes" => Flow::respond(Reply::error(StatusCode::OK, "yes")),
            _ => Flow::Continue,
        }
    }
}

#[test]
fn answers_are_counted_by_status_with_the_time_that_they_took() {
    let origin = Origin::start(|_| {
        std::thread::sleep(Duration::from_millis(30));
        Action::ok("ok")
    });
    let gateway = Gateway::start();
    gateway.proxy_to(&origin);
    (0..3).for_each(|_| assert_eq!(gateway.connect().get("/").status, 200));
    let totals = gateway.traffic().totals();
    assert_eq!((totals.classes, totals.refusals.len()), ([0, 3, 0, 0, 0], 0));
    let half = totals.latencies.percentiles().unwrap().p50;
    assert!((Duration::from_millis(26)..Duration::from_millis(500)).contains(&half), "{half:?}");
}

#[test]
fn refusals_are_counted_by_their_reason_and_answers_of_plugins_are_none() {
    let origin = Origin::start(|_| Action::ok("ok"));
    let gateway = Gateway::builder().plugin(&CHOOSY).start();
    gateway.proxy_to(&origin);
    gateway.plugin(json!({ "name": "choosy" }));
    for (path, status) in [("/no", 403), ("/no", 403), ("/yes", 200), ("/other", 200)] {
        assert_eq!(gateway.connect().get(path).status, status, "{path}");
    }
    assert_eq!(gateway.connect().ask("GET /\u{1} HTTP/1.1\r\nHost: a\r\n\r\n").status, 400);
    let totals = gateway.traffic().totals();
    assert_eq!(totals.classes, [0, 2, 0, 3, 0]);
    let not_liked = Reason { by: "choosy", code: "not_liked" };
    assert_eq!(totals.refusals, [(not_liked, 2), (Reason::own("bad_request"), 1)]);
}

#[test]
fn what_no_route_and_no_upstream_answers_has_a_reason_too() {
    let gateway = Gateway::start();
    assert_eq!(gateway.connect().get("/").status, 404);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let service = gateway.service(json!({ "host": "127.0.0.1", "port": closed.port(), "retries": 0 }));
    gateway.route_to(service, json!({ "paths": ["/"] }));
    assert_eq!(gateway.connect().get("/").status, 502);
    let reasons = ["no_route", "upstream_connection"].map(|code| (Reason::own(code), 1));
    assert_eq!(gateway.traffic().totals().refusals, reasons);
}
