use std::time::Duration;

use serde_json::json;

use super::*;
use crate::testing::{inserted, object, updated, violations};

const CERTIFICATE: &str = "11111111-1111-4111-8111-111111111111";

#[test]
fn the_definition_and_the_struct_agree() {
    let body = inserted(
        &definition(),
        json!({
            "name": "pool", "hash_on": "cookie", "hash_on_cookie": "c", "hash_on_cookie_path": "/p", "slots": 100,
            "host_header": "example.com", "client_certificate": {"id": CERTIFICATE}, "use_srv_name": true, "tags": ["t"],
            "healthchecks": {
                "threshold": 12.5,
                "active": {
                    "type": "https", "timeout": 0.5, "concurrency": 3, "http_path": "/up", "https_sni": "example.com",
                    "https_verify_certificate": false, "headers": {"X-Check": ["a", "b"]},
                    "healthy": {"interval": 5, "successes": 2, "http_statuses": [204]},
                    "unhealthy": {"interval": 0, "tcp_failures": 1, "timeouts": 2, "http_failures": 3},
                },
                "passive": {"type": "tcp", "unhealthy": {"tcp_failures": 4, "http_statuses": [500]}},
            },
        }),
    );
    let upstream = Upstream::from_body(&body).unwrap();
    assert_eq!((&*upstream.name, upstream.algorithm, upstream.slots), ("pool", Algorithm::ConsistentHashing, 100));
    assert_eq!(upstream.hash_on, HashInput::Cookie { name: "c".into(), path: "/p".into() });
    assert_eq!((upstream.hash_fallback, upstream.threshold), (HashInput::None, 12.5));
    assert_eq!(upstream.host_header.as_deref(), Some("example.com"));
    assert_eq!(upstream.client_certificate, Some(CERTIFICATE.parse().unwrap()));
    assert!(upstream.use_srv_name && upstream.tags == ["t".into()]);
    let active = ActiveChecks {
        protocol: HealthProtocol::Https,
        timeout: Duration::from_millis(500),
        concurrency: 3,
        http_path: "/up".into(),
        https_sni: Some("example.com".into()),
        https_verify_certificate: false,
        headers: vec![("X-Check".into(), vec!["a".into(), "b".into()])],
        healthy_interval: Some(Duration::from_secs(5)),
        unhealthy_interval: None,
        healthy: Healthy { http_statuses: vec![204], successes: 2 },
        unhealthy: Unhealthy {
            http_statuses: vec![429, 404, 500, 501, 502, 503, 504, 505],
            tcp_failures: 1,
            timeouts: 2,
            http_failures: 3,
        },
    };
    assert_eq!(upstream.active, active);
    assert_eq!(upstream.passive.protocol, HealthProtocol::Tcp);
    let unhealthy = Unhealthy { http_statuses: vec![500], tcp_failures: 4, timeouts: 0, http_failures: 0 };
    assert_eq!(upstream.passive.unhealthy, unhealthy);
}

#[test]
fn unless_told_otherwise_targets_take_turns_and_nothing_is_checked() {
    let body = inserted(&definition(), json!({"name": "pool"}));
    let upstream = Upstream::from_body(&body).unwrap();
    assert_eq!((upstream.algorithm, upstream.hash_on), (Algorithm::RoundRobin, HashInput::None));
    assert_eq!((upstream.active.healthy_interval, upstream.active.unhealthy_interval), (None, None));
    assert_eq!(upstream.passive.healthy.http_statuses.len(), 19);
    assert_eq!(body["healthchecks"]["active"]["headers"], Value::Null);
    let parts = inserted(&definition(), json!({"name": "pool", "healthchecks": {"active": {"timeout": 1}}}));
    assert_eq!(parts["healthchecks"], body["healthchecks"]);
}

#[test]
fn what_is_hashed_and_the_algorithm_follow_each_other() {
    let cases = [
        (json!({}), ("round-robin", "none")),
        (json!({"hash_on": "ip"}), ("consistent-hashing", "ip")),
        (json!({"hash_on": "ip", "algorithm": "round-robin"}), ("consistent-hashing", "ip")),
        (json!({"hash_on": "none", "algorithm": "consistent-hashing"}), ("round-robin", "none")),
        (json!({"algorithm": "consistent-hashing"}), ("consistent-hashing", "none")),
        (json!({"algorithm": "latency", "hash_on": "none"}), ("latency", "none")),
        (json!({"algorithm": "least-connections", "hash_on": "ip"}), ("least-connections", "none")),
        (json!({"hash_on": null}), ("round-robin", "none")),
    ];
    for (given, expected) in cases {
        let mut body = object(given.clone());
        body.insert("name".to_owned(), "pool".into());
        let body = inserted(&definition(), body.into());
        assert_eq!(
            (body["algorithm"].as_str(), body["hash_on"].as_str()),
            (Some(expected.0), Some(expected.1)),
            "{given}"
        );
    }
}

#[test]
fn a_change_of_the_one_changes_the_other() {
    let hashing = inserted(&definition(), json!({"name": "pool", "hash_on": "ip"}));
    let changed = updated(&definition(), &hashing, json!({"algorithm": "least-connections"})).unwrap();
    assert_eq!((&changed["algorithm"], &changed["hash_on"]), (&json!("least-connections"), &json!("none")));
    let changed = updated(&definition(), &hashing, json!({"slots": 50})).unwrap();
    assert_eq!((&changed["algorithm"], &changed["hash_on"]), (&json!("consistent-hashing"), &json!("ip")));
}

#[test]
fn a_name_is_a_host_name_and_nothing_else() {
    let cases = [
        ("no name?", "must be a valid hostname"),
        ("1.2.3.4", "no ip addresses allowed"),
        ("::1", "no ip addresses allowed"),
        ("pool:80", "no port allowed"),
    ];
    for (name, fault) in cases {
        let expected = json!({"name": format!("Invalid name ('{name}'); {fault}")});
        assert_eq!(violations(&definition(), json!({ "name": name })).fields(), &object(expected));
    }
}

#[test]
fn an_input_needs_what_says_more_about_it() {
    let needed = [
        ("header", "hash_on_header", "hash_fallback_header"),
        ("cookie", "hash_on_cookie", "hash_on_cookie"),
        ("query_arg", "hash_on_query_arg", "hash_fallback_query_arg"),
        ("uri_capture", "hash_on_uri_capture", "hash_fallback_uri_capture"),
    ];
    for (input, first, second) in needed {
        let found = violations(&definition(), json!({"name": "pool", "hash_on": input}));
        assert_eq!(found.fields()[first], "required field missing");
        let found = violations(&definition(), json!({"name": "pool", "hash_on": "ip", "hash_fallback": input}));
        assert_eq!(found.fields()[second], "required field missing");
    }
}

#[test]
fn the_second_choice_is_another_than_the_first() {
    for (input, second) in [("none", "ip"), ("ip", "ip"), ("consumer", "consumer"), ("path", "path")] {
        let found = violations(&definition(), json!({"name": "pool", "hash_on": input, "hash_fallback": second}));
        assert!(found.fields().contains_key("hash_fallback"), "{input}, {second}");
    }
    let twice = json!({"name": "pool", "hash_on": "header", "hash_on_header": "X", "hash_fallback": "header",
        "hash_fallback_header": "X"});
    assert_eq!(
        violations(&definition(), twice).message(),
        "schema violation (values of these fields must be distinct: 'hash_on_header', 'hash_fallback_header')"
    );
}

#[test]
fn the_numbers_of_a_check_have_bounds() {
    let checks = json!({"active": {"concurrency": 0, "healthy": {"successes": 256}}, "threshold": 101});
    let found = violations(&definition(), json!({"name": "pool", "healthchecks": checks}));
    let expected = json!({"healthchecks": {
        "active": {
            "concurrency": "value should be between 1 and 2147483648",
            "healthy": {"successes": "value should be between 0 and 255"},
        },
        "threshold": "value should be between 0 and 100",
    }});
    assert_eq!(found.fields(), &object(expected));
}
