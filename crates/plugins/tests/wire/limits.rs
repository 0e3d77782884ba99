//! Limits on rates, through a whole gateway.

use gibbon_testkit::{Action, Gateway, Origin, eventually};
use serde_json::{Value, json};

use crate::{gateway, gateway_with};

fn statuses(gateway: &Gateway, count: usize) -> Vec<u16> {
    let mut client = gateway.connect();
    (0..count).map(|_| client.get("/").status).collect()
}

/// Three a year, so that no test is disturbed by the end of a window.
fn three(policy: &str) -> Value {
    json!({ "year": 3, "policy": policy, "limit_by": "ip" })
}

#[test]
fn three_requests_pass_and_the_fourth_does_not() {
    for policy in ["local", "cluster"] {
        let (gateway, origin) = gateway_with(&[("rate-limiting", three(policy))]);
        let mut client = gateway.connect();
        for left in ["2", "1", "0"] {
            let answer = client.get("/");
            assert_eq!((answer.status, answer.field("ratelimit-remaining")), (200, Some(left)), "{policy}");
            assert_eq!(answer.field("x-ratelimit-limit-year"), Some("3"));
        }
        let refused = client.get("/");
        assert_eq!((refused.status, refused.field("ratelimit-remaining")), (429, Some("0")), "{policy}");
        assert!(refused.field("retry-after").is_some() && refused.text().contains("API rate limit exceeded"));
        assert_eq!(origin.requests().len(), 3);
    }
}

#[test]
fn many_at_once_get_no_more_than_one_after_the_other() {
    for policy in ["local", "cluster"] {
        let (gateway, _origin) = gateway_with(&[("rate-limiting", three(policy))]);
        let clients: Vec<_> = (0..12).map(|_| gateway.connect()).collect();
        clients.iter().for_each(|client| client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
        let passed =
            clients.into_iter().filter_map(|mut client| (client.response().status == 200).then_some(())).count();
        assert_eq!(passed, 3, "{policy}");
    }
}

#[test]
fn counts_go_on_where_a_configuration_changes() {
    let (gateway, _origin) = gateway();
    let id = gateway.plugin(json!({ "name": "rate-limiting", "config": three("local") }));
    assert_eq!(statuses(&gateway, 4), [200, 200, 200, 429]);
    let more = json!({ "id": id, "name": "rate-limiting", "config": { "year": 5, "limit_by": "ip" } });
    gateway.plugin(more);
    assert_eq!(statuses(&gateway, 3), [200, 200, 429]);
}

#[test]
fn while_a_redis_is_away_requests_pass_or_not() {
    let closed = gibbon_testkit::RefusingPort::new();
    let config = |tolerant: bool| {
        json!({
            "year": 1, "policy": "redis", "fault_tolerant": tolerant,
            "redis": { "host": "127.0.0.1", "port": closed.port() },
        })
    };
    let (gateway, _origin) = gateway_with(&[("rate-limiting", config(true))]);
    assert_eq!(statuses(&gateway, 3), [200, 200, 200]);
    let (gateway, _origin) = gateway_with(&[("rate-limiting", config(false))]);
    assert_eq!(statuses(&gateway, 1), [500]);
}

#[test]
fn what_an_upstream_says_that_it_has_used_is_counted() {
    let origin = Origin::start(|_| Action::answer("200 OK", &["X-Kong-Limit: video=2"], "secret"));
    let plugins = gibbon_plugins::registry::all();
    let builder = plugins.into_iter().fold(Gateway::builder(), |builder, plugin| builder.plugin(plugin));
    let gateway = builder.start();
    gateway.proxy_to(&origin);
    let config = json!({ "limits": { "video": { "year": 3 } }, "limit_by": "ip" });
    gateway.plugin(json!({ "name": "response-ratelimiting", "config": config }));
    let mut client = gateway.connect();
    for left in ["1", "0"] {
        let answer = client.get("/");
        assert_eq!((answer.status, answer.text()), (200, "secret".to_owned()));
        assert_eq!(answer.field("x-ratelimit-remaining-video-year"), Some(left));
        assert_eq!(answer.field("x-kong-limit"), None);
    }
    let answer = client.get("/");
    assert_eq!((answer.status, answer.text()), (429, String::new()));
    eventually("the connection still serves", || client.get("/").status == 429);
}
