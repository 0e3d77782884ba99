//! What configurations may say.

use serde_json::{Value, json};

use super::DEFINITION;
use crate::fixture::{SETTINGS, configured, plugin_record};

fn accepted(config: Value) -> Value {
    Value::from(plugin_record(&DEFINITION, config).unwrap())
}

fn refused(config: Value) -> Value {
    plugin_record(&DEFINITION, config).unwrap_err().fields().clone().into()
}

#[test]
fn the_defaults_are_these() {
    let record = accepted(json!({}));
    assert_eq!(
        record["config"],
        json!({
            "uri_param_names": ["jwt"], "cookie_names": [], "key_claim_name": "iss", "secret_is_base64": false,
            "claims_to_verify": null, "anonymous": null, "run_on_preflight": true, "maximum_expiration": 0,
            "header_names": ["authorization"], "realm": null,
        })
    );
    assert_eq!(record["protocols"], json!(["grpc", "grpcs", "http", "https"]));
}

#[test]
fn a_bounded_life_needs_exp_among_the_claims_to_verify_if_there_are_any() {
    let lacking = refused(json!({ "maximum_expiration": 300, "claims_to_verify": ["nbf"] }));
    assert_eq!(lacking["config"], json!({ "claims_to_verify": "expected to contain: exp" }));
    accepted(json!({ "maximum_expiration": 300, "claims_to_verify": ["nbf", "exp"] }));
    accepted(json!({ "maximum_expiration": 300 }));
    accepted(json!({ "maximum_expiration": 0, "claims_to_verify": ["nbf"] }));
}

#[test]
fn wrong_values_are_all_named() {
    let config = json!({ "claims_to_verify": ["aud"], "maximum_expiration": -5, "secret_is_base64": "perhaps" });
    assert_eq!(
        refused(config),
        json!({ "config": {
            "claims_to_verify": ["expected one of: exp, nbf"],
            "maximum_expiration": "value should be between 0 and 31536000",
            "secret_is_base64": "expected a boolean",
        } })
    );
}

#[test]
fn what_no_header_can_be_called_is_refused() {
    let found = refused(json!({ "header_names": ["Authorization:"] }));
    assert_eq!(found, json!({ "config": { "header_names": ["bad header name 'Authorization:'"] } }));
}

#[test]
fn a_realm_that_no_header_can_carry_is_refused_when_it_is_configured() {
    let error = configured(&DEFINITION, json!({ "realm": "a\nb" }), &SETTINGS).err().unwrap();
    let text = "config.realm: has characters that cannot stand in the header `WWW-Authenticate`";
    assert_eq!(error.to_string(), text);
}

#[test]
fn a_damaged_configuration_names_its_field() {
    for (field, value) in [
        ("uri_param_names", json!("jwt")),
        ("run_on_preflight", json!("yes")),
        ("maximum_expiration", json!("long")),
        ("header_names", json!(["a b"])),
    ] {
        let mut config = accepted(json!({}))["config"].clone();
        config[field] = value;
        let error = (DEFINITION.configure)(&config, &SETTINGS).err().unwrap();
        assert_eq!(error.field, field);
    }
}
