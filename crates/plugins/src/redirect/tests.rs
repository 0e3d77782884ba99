//! What the plugin promises.

use serde_json::{Value, json};

use super::DEFINITION;
use crate::fixture::{Request, World, handler, plugin_record};

/// The status and the location.
fn send(config: Value, target: &str) -> (u16, String) {
    let outcome = World::new().send(&*handler(&DEFINITION, config), Request::get(target));
    assert_eq!(outcome.answer().2, "redirecting");
    (outcome.answer().0, outcome.reply_header("location").unwrap().to_owned())
}

#[test]
fn clients_are_sent_to_the_location() {
    let config = json!({ "location": "https://a.example/b?c=1", "status_code": 302 });
    assert_eq!(send(config, "/x?y"), (302, "https://a.example/b?c=1".to_owned()));
    assert_eq!(send(json!({ "location": "https://a.example" }), "/x").0, 301);
}

#[test]
fn path_and_query_can_be_kept() {
    let config = json!({ "location": "https://a.example:8443/b?c=1", "keep_incoming_path": true });
    assert_eq!(send(config, "/x%20y?z=1&z"), (301, "https://a.example:8443/x%20y?z=1&z".to_owned()));
}

#[test]
fn a_location_is_needed_and_has_a_scheme_and_a_host() {
    let message = |config| plugin_record(&DEFINITION, config).unwrap_err().message().to_owned();
    assert_eq!(message(json!({})), "schema violation (config.location: required field missing)");
    assert_eq!(message(json!({ "location": "/x" })), "schema violation (config.location: missing host in url)");
}
