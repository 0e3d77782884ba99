//! The plugin as it is configured. What it does is tested through sockets, since it keeps records.

use serde_json::{Value, json};

use super::DEFINITION;
use crate::fixture::{Request, SETTINGS, World, configured, handler, plugin_record, violations};

fn config(mut fields: Value) -> Value {
    fields["enable_client_credentials"] = json!(true);
    fields
}

#[test]
fn the_defaults_are_these() {
    let record = plugin_record(&DEFINITION, config(json!({}))).unwrap();
    let expected = json!({
        "scopes": null, "mandatory_scope": false, "provision_key": "r".repeat(32), "token_expiration": 7200,
        "enable_authorization_code": false, "enable_implicit_grant": false, "enable_client_credentials": true,
        "enable_password_grant": false, "hide_credentials": false, "accept_http_if_already_terminated": false,
        "anonymous": null, "global_credentials": false, "auth_header_name": "authorization",
        "refresh_token_ttl": 1_209_600, "reuse_refresh_token": false, "pkce": "lax", "realm": null,
    });
    assert_eq!(record["config"], expected);
}

#[test]
fn there_is_a_way_to_a_token() {
    let text = "at least one of these fields must be true: enable_authorization_code, enable_implicit_grant, \
        enable_client_credentials, enable_password_grant";
    assert_eq!(violations(&DEFINITION, json!({})), json!(text));
}

#[test]
fn a_mandatory_scope_is_one_of_some() {
    let violations = violations(&DEFINITION, config(json!({ "mandatory_scope": true })));
    assert_eq!(violations["scopes"], "required field missing");
}

#[test]
fn a_header_that_cannot_be_called_so_is_named() {
    let broken = configured(&DEFINITION, config(json!({ "auth_header_name": "a b" })), &SETTINGS);
    assert_eq!(broken.err().map(|error| error.field), Some("auth_header_name"));
}

#[test]
fn what_only_the_plugin_may_say_is_not_the_clients_word() {
    let plugin = handler(&DEFINITION, config(json!({ "anonymous": "nobody" })));
    let request = Request::get("/").header("x-authenticated-userid", "root").header("x-authenticated-scope", "all");
    let outcome = World::new().consumer(1, "nobody").send(&*plugin, request);
    assert_eq!(outcome.upstream().0, Some("nobody"));
    let headers = &outcome.head.headers;
    assert!(!headers.contains("x-authenticated-userid") && !headers.contains("x-authenticated-scope"));
}
