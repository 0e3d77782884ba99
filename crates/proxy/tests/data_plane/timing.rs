//! `X-Kong-Request-Debug`: a request that asks where its time goes.

use gibbon_testkit::{Action, Gateway, Origin, Response};
use serde_json::Value;

const ASKS: &str = "X-Kong-Request-Debug: *";

fn output(answer: &Response) -> Option<Value> {
    answer.field("x-kong-request-debug-output").map(|text| serde_json::from_str(text).unwrap())
}

#[test]
fn a_request_from_the_machine_itself_is_told_its_times() {
    let origin = Origin::start(|_| Action::ok("ok"));
    let gateway = Gateway::start();
    gateway.proxy_to(&origin);
    let answer = gateway.connect().get_with("/", &[ASKS]);
    let told = output(&answer).unwrap();
    assert_eq!(told["request_id"].as_str(), answer.field("x-kong-request-id"));
    let time = |value: &Value| value["total_time"].as_f64().unwrap();
    let (access, upstream) = (&told["child"]["access"], &told["child"]["upstream"]);
    assert!(time(&told) >= time(access) + time(upstream) - 0.01, "{told}");
    assert_eq!(upstream["child"]["time_to_first_byte"]["total_time"], upstream["total_time"]);
}

#[test]
fn the_gateways_own_answers_tell_them_too() {
    let answer = Gateway::start().connect().get_with("/", &[ASKS]);
    let told = output(&answer).unwrap();
    assert_eq!((answer.status, told["child"].get("upstream")), (404, None));
}

#[test]
fn nobody_is_told_who_does_not_ask_or_where_that_is_switched_off() {
    assert_eq!(output(&Gateway::start().connect().get("/")), None);
    assert_eq!(output(&Gateway::start().connect().get_with("/", &["X-Kong-Request-Debug: 1"])), None);
    let off = Gateway::with(&[("request_debug", "off"), ("request_debug_token", "sesame")]);
    assert_eq!(output(&off.connect().get_with("/", &[ASKS, "X-Kong-Request-Debug-Token: sesame"])), None);
}

#[test]
fn a_request_through_a_proxy_on_the_machine_is_from_elsewhere_and_has_to_show_the_token() {
    let settings = [("trusted_ips", "127.0.0.1"), ("request_debug_token", "sesame")];
    let gateway = Gateway::with(&settings);
    let ask =
        |fields: &[&str]| output(&gateway.connect().get_with("/", &[&[ASKS, "X-Real-IP: 192.0.2.7"], fields].concat()));
    assert_eq!(ask(&[]), None);
    assert_eq!(ask(&["X-Kong-Request-Debug-Token: sesam3"]), None);
    assert!(ask(&["X-Kong-Request-Debug-Token: sesame"]).is_some());
}
