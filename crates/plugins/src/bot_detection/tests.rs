//! What the plugin promises.

use serde_json::{Value, json};

use super::DEFINITION;
use crate::fixture::{Outcome, Request, World, handler, violations};

fn agent(agent: &str, config: Value) -> Outcome {
    World::new().send(&*handler(&DEFINITION, config), Request::get("/").header("User-Agent", agent))
}

#[test]
fn a_known_bot_is_forbidden_and_a_browser_is_not() {
    assert_eq!(agent("AdsBot-Google", json!({})).answer(), (403, None, "Forbidden"));
    assert!(agent("Mozilla/5.0", json!({})).reply.is_none());
}

#[test]
fn a_client_without_a_name_passes() {
    let outcome = World::new().send(&*handler(&DEFINITION, json!({})), Request::get("/"));
    assert!(outcome.reply.is_none());
}

#[test]
fn own_expressions_come_before_the_known_ones() {
    assert_eq!(agent("Mozilla/5.0 evil", json!({ "deny": ["ev.l$"] })).answer().0, 403);
    assert!(agent("Googlebot/2.1", json!({ "allow": ["^Google"] })).reply.is_none());
    let both = json!({ "allow": ["good"], "deny": ["evil"] });
    assert!(agent("good and evil", both).reply.is_none());
}

#[test]
fn two_names_are_one_too_many() {
    let request = Request::get("/").header("user-agent", "a").header("user-agent", "a");
    let outcome = World::new().send(&*handler(&DEFINITION, json!({})), request);
    assert_eq!(outcome.answer(), (400, None, "Only one User-Agent header allowed"));
}

#[test]
fn what_is_no_expression_is_refused() {
    let expected = json!({ "deny": ["not a valid regex: ("] });
    assert_eq!(violations(&DEFINITION, json!({ "deny": ["("] })), expected);
}
