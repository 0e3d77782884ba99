//! What the plugin can be told.

use gibbon_plugin_api::{Keeping, Settings};
use serde_json::{Value, json};

use super::DEFINITION;
use crate::fixture::{configured, plugin_record, violations};

fn config(fields: Value) -> Value {
    let mut config = json!({ "account_email": "owner@a.example" });
    fields.as_object().unwrap().iter().for_each(|(name, value)| config[name] = value.clone());
    config
}

fn refusal(fields: Value, keeping: Keeping) -> Option<String> {
    let settings = Settings { keeping, ..Settings::default() };
    configured(&DEFINITION, config(fields), &settings).err().map(|error| error.to_string())
}

#[test]
fn a_storage_that_is_not_supported_is_refused_by_name() {
    for storage in ["consul", "vault"] {
        let refused = plugin_record(&DEFINITION, config(json!({ "storage": storage }))).unwrap_err();
        let expected = format!("the storage `{storage}` is not supported: use `kong`, `shm` or `redis`");
        assert_eq!(refused.fields()["@entity"], json!([expected]));
    }
}

#[test]
fn records_that_do_not_last_are_no_storage() {
    assert_eq!(refusal(json!({ "storage": "kong" }), Keeping::Lasting), None);
    let expected = "config.storage: \"kong\" storage can't be used with dbless mode";
    assert_eq!(refusal(json!({ "storage": "kong" }), Keeping::Declared).as_deref(), Some(expected));
    assert_eq!(refusal(json!({ "storage": "shm" }), Keeping::Declared), None);
}

#[test]
fn a_redis_has_a_host() {
    let found = violations(&DEFINITION, config(json!({ "storage": "redis" })));
    assert_eq!(found["storage_config"]["redis"]["host"], "required field missing");
}

#[test]
fn former_names_of_a_redis_are_taken() {
    let redis = json!({ "host": "r", "auth": "p", "ssl_server_name": "s", "namespace": "n:", "scan_count": 5 });
    let record = plugin_record(&DEFINITION, config(json!({ "storage_config": { "redis": redis } }))).unwrap();
    let redis = &record["config"]["storage_config"]["redis"];
    assert_eq!((&redis["password"], &redis["server_name"]), (&json!("p"), &json!("s")));
    assert_eq!(redis["extra_options"], json!({ "namespace": "n:", "scan_count": 5 }));
}

#[test]
fn the_terms_of_lets_encrypt_have_to_be_agreed_to() {
    let api = "https://acme-v02.api.letsencrypt.org";
    let refused = plugin_record(&DEFINITION, config(json!({ "api_uri": api }))).unwrap_err();
    let expected = "terms of service must be accepted, see https://letsencrypt.org/repository/";
    assert_eq!(refused.fields()["@entity"], json!([expected]));
    assert!(plugin_record(&DEFINITION, config(json!({ "api_uri": api, "tos_accepted": true }))).is_ok());
}

#[test]
fn a_domain_has_one_star_at_most_and_at_one_end() {
    let found = |domain: &str| violations(&DEFINITION, config(json!({ "domains": [domain] })))["domains"][0].clone();
    assert_eq!(found("*.a.*"), "invalid wildcard: must have at most one wildcard");
    for domain in ["a.*.example", "*a.example", "*"] {
        assert_eq!(found(domain), "invalid wildcard: must be placed at leftmost or rightmost label", "{domain}");
    }
    assert!(plugin_record(&DEFINITION, config(json!({ "domains": ["a.example", "*.a.example", "a.*"] }))).is_ok());
}

#[test]
fn it_is_configured_for_everything_only() {
    let document = (DEFINITION.schema)().to_json();
    let fields = document["fields"].as_array().unwrap();
    for scope in ["consumer", "service", "route"] {
        let field = fields.iter().find_map(|field| field.get(scope)).unwrap();
        assert_eq!(field["eq"], json!(null), "{scope}");
    }
}
