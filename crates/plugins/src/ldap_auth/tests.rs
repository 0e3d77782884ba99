//! The plugin where there is no directory: what it says about itself. With one it is tested through sockets.

use serde_json::{Value, json};

use super::DEFINITION;
use crate::fixture::{Request, SETTINGS, World, configured, handler, plugin_record, violations};

fn least(fields: Value) -> Value {
    let mut config = json!({ "ldap_host": "ldap.example", "base_dn": "dc=example", "attribute": "uid" });
    config.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    config
}

#[test]
fn the_defaults_are_these() {
    let record = plugin_record(&DEFINITION, least(json!({}))).unwrap();
    let expected = json!({
        "ldap_host": "ldap.example", "ldap_port": 389, "ldaps": false, "start_tls": false, "verify_ldap_host": false,
        "base_dn": "dc=example", "attribute": "uid", "cache_ttl": 60, "hide_credentials": false, "timeout": 10000,
        "keepalive": 60000, "anonymous": null, "header_type": "ldap", "realm": null,
    });
    assert_eq!(record["config"], expected);
}

#[test]
fn a_server_a_base_and_an_attribute_have_to_be_named() {
    let required = "required field missing";
    let expected = json!({ "ldap_host": required, "base_dn": required, "attribute": required });
    assert_eq!(violations(&DEFINITION, json!({})), expected);
}

#[test]
fn tls_begins_in_one_way() {
    let both = least(json!({ "ldaps": true, "start_tls": true }));
    let text = "'ldaps' and 'start_tls' cannot be enabled simultaneously";
    assert_eq!(violations(&DEFINITION, both)["@entity"], json!([text]));
}

#[test]
fn a_challenge_names_the_scheme_and_the_realm() {
    for (fields, challenge) in [
        (json!({}), "LDAP"),
        (json!({ "realm": "lab" }), "LDAP realm=\"lab\""),
        (json!({ "header_type": "Basic", "realm": "lab" }), "Basic realm=\"lab\""),
    ] {
        let outcome = World::new().send(&*handler(&DEFINITION, least(fields)), Request::get("/"));
        assert_eq!(outcome.answer(), (401, Some(challenge), "Unauthorized"));
    }
    let broken = configured(&DEFINITION, least(json!({ "header_type": "a\r\nb" })), &SETTINGS);
    assert_eq!(broken.err().map(|error| error.field), Some("header_type"));
}

#[test]
fn a_name_that_cannot_be_checked_is_let_in_by_nobody() {
    // "ann:secret", and no runtime on which a directory could be asked.
    let request = Request::get("/").header("authorization", "ldap YW5uOnNlY3JldA==");
    let outcome = World::new().send(&*handler(&DEFINITION, least(json!({ "anonymous": "nobody" }))), request);
    assert_eq!(outcome.answer(), (500, None, r#"{"message":"An unexpected error occurred"}"#));
}
