use serde_json::json;

use super::*;
use crate::testing::{NOW, env, inserted, object, updated, violations};

const CERTIFICATE: &str = "11111111-1111-4111-8111-111111111111";

#[test]
fn the_definition_and_the_struct_agree() {
    let body = inserted(
        &definition(),
        json!({
            "name": "s", "protocol": "https", "host": "example.com", "port": 8443, "path": "/p", "retries": 2,
            "connect_timeout": 1000, "write_timeout": 2000, "read_timeout": 3000, "enabled": false, "tags": ["t"],
            "tls_verify": true, "tls_verify_depth": 3, "ca_certificates": [CERTIFICATE],
            "client_certificate": {"id": CERTIFICATE},
        }),
    );
    let certificate = CERTIFICATE.parse().unwrap();
    let expected = Service {
        id: body["id"].as_str().unwrap().parse().unwrap(),
        created_at: NOW,
        updated_at: NOW,
        name: Some("s".into()),
        protocol: Protocol::Https,
        host: "example.com".into(),
        port: 8443,
        path: Some("/p".into()),
        retries: 2,
        connect_timeout: Duration::from_secs(1),
        write_timeout: Duration::from_secs(2),
        read_timeout: Duration::from_secs(3),
        enabled: false,
        tls_verify: Some(true),
        tls_verify_depth: Some(3),
        ca_certificates: vec![certificate],
        client_certificate: Some(certificate),
        tags: vec!["t".into()],
        json: Rendered::default(),
    };
    assert_eq!(Service::from_body(&body), Ok(expected));
}

#[test]
fn what_is_not_said_has_defaults_and_so_has_what_is_set_to_null() {
    let service = Service::from_body(&inserted(&definition(), json!({"host": "example.com"}))).unwrap();
    assert_eq!((service.protocol, service.port, service.retries), (Protocol::Http, 80, 5));
    assert_eq!(service.read_timeout, Duration::from_secs(60));
    assert!(service.enabled && service.tls_verify.is_none());
    let nulls = json!({"host": "example.com", "retries": null, "read_timeout": null});
    assert_eq!(Service::from_body(&inserted(&definition(), nulls)), Ok(service));
}

#[test]
fn a_damaged_body_is_named_by_its_field() {
    let mut body = inserted(&definition(), json!({"host": "example.com"}));
    body["port"] = json!(70000);
    let error = Service::from_body(&body).unwrap_err();
    assert_eq!(error.to_string(), "field `port` cannot be `70000`");
    body["port"] = json!("x");
    assert_eq!(Service::from_body(&body).unwrap_err().to_string(), "field `port` is not an integer");
    body.remove("host");
    assert_eq!(Service::from_body(&body).unwrap_err().to_string(), "field `host` has no value");
}

#[test]
fn a_url_stands_for_its_parts() {
    let cases = [
        ("https://example.com:8443/base/path", json!(["https", "example.com", 8443, "/base/path"])),
        ("https://example.com", json!(["https", "example.com", 443, null])),
        ("http://example.com/?x=y", json!(["http", "example.com", 80, "/"])),
        ("//example.com:443", json!(["https", "example.com", 443, null])),
        ("//example.com:8080", json!(["http", "example.com", 8080, null])),
        ("tcp://[::1]:5432", json!(["tcp", "::1", 5432, null])),
        ("grpc://example.com", json!(["grpc", "example.com", 80, null])),
    ];
    for (url, parts) in cases {
        let body = inserted(&definition(), json!({ "url": url }));
        assert_eq!(json!([body["protocol"], body["host"], body["port"], body["path"]]), parts, "{url}");
        assert!(!body.contains_key("url"));
    }
}

#[test]
fn a_url_is_judged_by_its_parts() {
    let cases = [
        ("example.com/x", json!({"host": "required field missing", "path": "should start with: /"})),
        (
            "gopher://example.com",
            json!({"protocol": "expected one of: grpc, grpcs, http, https, tcp, tls, tls_passthrough, udp"}),
        ),
        ("http://example.com:x", json!({"port": "expected an integer"})),
        ("http://example.com:70000", json!({"port": "value should be between 0 and 65535"})),
        ("", json!({"url": "length must be at least 1"})),
    ];
    for (url, fields) in cases {
        assert_eq!(violations(&definition(), json!({ "url": url })).fields(), &object(fields), "{url}");
    }
}

#[test]
fn a_changed_url_leaves_nothing_of_the_former_one() {
    let body = inserted(&definition(), json!({"url": "https://example.com:8443/base", "retries": 9}));
    let changed = updated(&definition(), &body, json!({"url": "http://example.org"})).unwrap();
    assert_eq!(
        (&changed["host"], &changed["port"], &changed["path"]),
        (&json!("example.org"), &json!(80), &Value::Null)
    );
    assert_eq!(changed["retries"], 9);
}

#[test]
fn the_url_of_a_form_is_a_text_even_if_empty_means_none() {
    let form =
        definition().coerce_form(object(json!({"url": "http://example.com:8080", "retries": "3", "name": ""})), &env());
    let body = definition().prepare_insert(form, &env()).unwrap();
    assert_eq!((&body["port"], &body["retries"], &body["name"]), (&json!(8080), &json!(3), &Value::Null));
}

#[test]
fn what_means_nothing_for_a_protocol_cannot_be_set() {
    let text = "failed conditional validation given value of field 'protocol'";
    let found = violations(&definition(), json!({"host": "h", "protocol": "tcp", "path": "/p"}));
    assert_eq!(found.fields(), &object(json!({"path": "value must be null", "@entity": [text]})));
    for (field, value) in [
        ("client_certificate", json!({"id": CERTIFICATE})),
        ("tls_verify", json!(false)),
        ("tls_verify_depth", json!(1)),
        ("ca_certificates", json!([CERTIFICATE])),
    ] {
        let found = violations(&definition(), json!({"host": "h", field: value}));
        assert_eq!(found.message(), format!("2 schema violations ({text}; {field}: value must be null)"));
        inserted(&definition(), json!({"host": "h", "protocol": "tls", field: value}));
    }
}

#[test]
fn every_violation_is_told_in_one_line() {
    let found = violations(&definition(), json!({"name": "no good!", "host": "not a host", "port": 70000}));
    assert_eq!(
        found.message(),
        "3 schema violations (host: invalid value: not a host; name: invalid value 'no good!': the only accepted ascii \
         characters are alphanumerics or ., -, _, and ~; port: value should be between 0 and 65535)"
    );
}
