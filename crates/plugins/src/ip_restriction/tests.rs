//! What the plugin promises.

use gibbon_entities::route::{self, Flavor};
use gibbon_entities::{Protocol, Route};
use gibbon_plugin_api::{EVERYWHERE, Handler, Stream, StreamCx, Verdict, WorkerLocals};
use http::StatusCode;
use serde_json::{Value, json};

use super::DEFINITION;
use crate::fixture::{Outcome, Request, SETTINGS, World, configured, handler, plugin_record, prepared, violations};

fn from(address: &str, config: Value) -> Outcome {
    World::new().send(&*handler(&DEFINITION, config), Request::get("/").from(address))
}

#[test]
fn an_address_that_is_denied_is_told_which_it_is() {
    let outcome = from("192.0.2.1", json!({ "deny": ["192.0.2.0/24"] }));
    assert_eq!(outcome.answer(), (403, None, "IP address not allowed: 192.0.2.1"));
    assert!(from("192.0.3.1", json!({ "deny": ["192.0.2.0/24"] })).reply.is_none());
}

#[test]
fn only_what_is_allowed_passes() {
    let config = || json!({ "allow": ["2001:db8::/32", "192.0.2.1"] });
    assert!(from("2001:db8::7", config()).reply.is_none() && from("192.0.2.1", config()).reply.is_none());
    assert_eq!(from("192.0.2.2", config()).answer().0, 403);
}

#[test]
fn what_is_both_allowed_and_denied_does_not_pass() {
    let config = || json!({ "allow": ["10.0.0.0/8"], "deny": ["10.0.0.1"] });
    assert_eq!(from("10.0.0.1", config()).answer().0, 403);
    assert!(from("10.0.0.2", config()).reply.is_none());
}

#[test]
fn status_and_message_can_be_chosen() {
    let config = json!({ "deny": ["192.0.2.1"], "status": 404, "message": "who?" });
    assert_eq!(from("192.0.2.1", config).answer(), (404, None, "who?"));
}

#[test]
fn a_status_that_is_none_cannot_be_configured() {
    for status in [json!(99), json!(404.5), json!(1e9), json!(-1)] {
        let config = json!({ "deny": ["192.0.2.1"], "status": status });
        assert_eq!(configured(&DEFINITION, config, &SETTINGS).err().unwrap().field, "status");
    }
}

#[test]
fn one_of_the_lists_is_needed_and_holds_addresses() {
    let message = |config| plugin_record(&DEFINITION, config).unwrap_err().message().to_owned();
    let expected = "schema violation (at least one of these fields must be non-empty: 'config.allow', 'config.deny')";
    assert_eq!(message(json!({})), expected);
    let expected = json!({ "allow": ["invalid ip or cidr range: 'a'"] });
    assert_eq!(violations(&DEFINITION, json!({ "allow": ["a"] })), expected);
}

fn stream_from(handler: &dyn Handler, source: &str) -> Verdict {
    let stream = Stream {
        protocol: Protocol::Tcp,
        source: source.parse().unwrap(),
        destination: "203.0.113.1:5432".parse().unwrap(),
        sni: None,
        tls: None,
    };
    let body = json!({ "protocols": ["tcp"], "destinations": [{ "port": 5432 }] });
    let route = Route::from_body(&prepared(&route::definition(Flavor::default()), body).unwrap()).unwrap();
    let (scope, worker) = (&EVERYWHERE, &WorkerLocals::default());
    handler.stream(&mut StreamCx { stream: &stream, route: &route, service: None, scope, worker })
}

#[test]
fn a_stream_passes_or_is_closed_by_the_same_lists() {
    let verdict = |source: &str| stream_from(&*handler(&DEFINITION, json!({ "deny": ["192.0.2.0/24"] })), source);
    let expected =
        Verdict::Refuse { status: StatusCode::FORBIDDEN, reason: "IP address not allowed: 192.0.2.1".to_owned() };
    assert_eq!(verdict("192.0.2.1:4000"), expected);
    assert_eq!(verdict("198.51.100.1:4000"), Verdict::Continue);
}
