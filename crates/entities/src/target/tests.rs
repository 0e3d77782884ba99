use serde_json::json;

use super::*;
use crate::testing::{inserted, object, violations};

const UPSTREAM: &str = "11111111-1111-4111-8111-111111111111";

#[test]
fn the_definition_and_the_struct_agree() {
    let given = json!({"upstream": {"id": UPSTREAM}, "target": "example.com:80", "weight": 7, "tags": ["t"]});
    let body = inserted(&definition(), given);
    let expected = Target {
        id: body["id"].as_str().unwrap().parse().unwrap(),
        upstream: UPSTREAM.parse().unwrap(),
        address: "example.com:80".parse().unwrap(),
        weight: 7,
        tags: vec!["t".into()],
    };
    assert_eq!(Target::from_body(&body), Ok(expected));
}

#[test]
fn an_address_is_kept_in_one_notation_with_its_port() {
    let body = inserted(&definition(), json!({"upstream": {"id": UPSTREAM}, "target": "::1"}));
    assert_eq!(body["target"], "[0000:0000:0000:0000:0000:0000:0000:0001]:8000");
    assert_eq!(body["weight"], 100);
}

#[test]
fn an_upstream_has_an_address_once() {
    let unique = |target: &str| {
        let body = inserted(&definition(), json!({"upstream": {"id": UPSTREAM}, "target": target}));
        definition().unique_values(&body)
    };
    assert_eq!(unique("192.0.2.1"), unique("192.0.2.1:8000"));
    assert_ne!(unique("192.0.2.1"), unique("192.0.2.1:8001"));
    let named = definition().value_below(UPSTREAM.parse().unwrap(), "192.0.2.1:8000").unwrap();
    assert_eq!(unique("192.0.2.1"), [named]);
}

#[test]
fn what_is_no_address_is_refused() {
    let found = violations(&definition(), json!({"upstream": {"id": UPSTREAM}, "target": "no host:99999"}));
    let expected = json!({"target": "Invalid target; not a valid hostname or ip address"});
    assert_eq!(found.fields(), &object(expected));
}
