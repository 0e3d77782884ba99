//! What the plugin promises.

use gibbon_plugin_api::{Flow, Handler, RequestCx};
use serde_json::{Value, json};

use super::DEFINITION;
use crate::fixture::{Outcome, Request, World, handler, plugin_record};
use crate::key_auth;

/// `ann` is in two groups, `bob` in none; both have keys, and there is a consumer for nobody who is in a group.
fn world() -> World {
    let (keys, groups) = (&key_auth::DEFINITION.credentials[0], &DEFINITION.credentials[0]);
    World::new()
        .consumer(1, "ann")
        .consumer(2, "bob")
        .consumer(9, "nobody")
        .credential(keys, 1, json!({ "key": "ann-key" }))
        .credential(keys, 2, json!({ "key": "bob-key" }))
        .credential(groups, 1, json!({ "group": "gold" }))
        .credential(groups, 1, json!({ "group": "beta" }))
        .credential(groups, 9, json!({ "group": "guests" }))
}

/// Sends a request of whoever has the key through key-auth and then through the plugin.
fn send(config: Value, key: &str) -> Outcome {
    let keys = handler(&key_auth::DEFINITION, json!({ "anonymous": "nobody" }));
    let acl = handler(&DEFINITION, config);
    world().send_through(&[&*keys, &*acl], Request::get("/").header("apikey", key).header("x-consumer-groups", "root"))
}

fn groups_of(outcome: &Outcome) -> Option<&str> {
    assert!(outcome.reply.is_none(), "{:?}", outcome.answer());
    outcome.head.headers.get_str("x-consumer-groups")
}

#[test]
fn a_consumer_in_an_allowed_group_passes_and_the_upstream_is_told_its_groups() {
    let outcome = send(json!({ "allow": ["gold", "silver"] }), "ann-key");
    assert_eq!(groups_of(&outcome), Some("beta, gold"));
}

#[test]
fn a_consumer_in_no_allowed_group_is_forbidden() {
    for key in ["ann-key", "bob-key"] {
        let outcome = send(json!({ "allow": ["silver"] }), key);
        assert_eq!(outcome.answer(), (403, None, "You cannot consume this service"));
    }
}

#[test]
fn a_consumer_in_a_denied_group_is_forbidden_and_others_pass() {
    assert_eq!(send(json!({ "deny": ["gold"] }), "ann-key").answer().0, 403);
    assert_eq!(groups_of(&send(json!({ "deny": ["gold"] }), "bob-key")), None);
}

#[test]
fn groups_can_be_hidden_from_the_upstream() {
    let outcome = send(json!({ "allow": ["gold"], "hide_groups_header": true }), "ann-key");
    assert_ne!(groups_of(&outcome), Some("beta, gold"));
}

#[test]
fn an_anonymous_consumer_can_be_in_groups() {
    assert_eq!(groups_of(&send(json!({ "allow": ["guests"] }), "wrong")), Some("guests"));
}

#[test]
fn a_request_of_nobody_is_unauthorized() {
    let outcome = world().send(&*handler(&DEFINITION, json!({ "allow": ["gold"] })), Request::get("/"));
    assert_eq!(outcome.answer(), (401, None, "Unauthorized"));
}

/// Finds groups for a request, as an authentication plugin of another kind would.
struct Knows(&'static [&'static str]);

impl Handler for Knows {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        cx.identity.groups = Some(self.0.iter().map(|group| (*group).into()).collect());
        Flow::Continue
    }
}

#[test]
fn groups_that_authentication_has_found_count_where_there_is_no_consumer() {
    let acl = handler(&DEFINITION, json!({ "allow": ["staff"] }));
    let outcome = world().send_through(&[&Knows(&["staff", "it"]), &*acl], Request::get("/"));
    assert_eq!(outcome.head.headers.get_str("x-authenticated-groups"), Some("staff, it"));
    assert!(outcome.reply.is_none());
    let outcome = world().send_through(&[&Knows(&["guests"]), &*acl], Request::get("/"));
    assert_eq!(outcome.answer().0, 403);
}

#[test]
fn such_groups_count_for_a_known_consumer_only_if_that_is_wanted() {
    let keys = handler(&key_auth::DEFINITION, json!({}));
    let through = |always: bool| {
        let config = json!({ "allow": ["staff"], "always_use_authenticated_groups": always });
        let acl = handler(&DEFINITION, config);
        let request = Request::get("/").header("apikey", "ann-key");
        world().send_through(&[&*keys, &Knows(&["staff"]), &*acl], request).reply.is_none()
    };
    assert!(through(true) && !through(false));
}

#[test]
fn exactly_one_list_is_needed() {
    let message = |config| plugin_record(&DEFINITION, config).unwrap_err().message().to_owned();
    let exactly = "exactly one of these fields must be non-empty: 'config.allow', 'config.deny'";
    let at_least = "at least one of these fields must be non-empty: 'config.allow', 'config.deny'";
    assert_eq!(message(json!({})), format!("2 schema violations ({exactly}; {at_least})"));
    assert_eq!(message(json!({ "allow": ["a"], "deny": ["b"] })), format!("schema violation ({exactly})"));
}
