//! What the plugin promises.

use serde_json::{Value, json};
use uuid::Uuid;

use super::DEFINITION;
use crate::fixture::{Request, World, answer, handler, plugin_record};

/// What the upstream and the client see.
fn send(world: &World, config: Value, request: Request) -> (Option<String>, Option<String>) {
    let (outcome, head) = world.exchange(&*handler(&DEFINITION, config), request, answer(200, &[]));
    let name = "x-id";
    let text = |value: Option<&str>| value.map(str::to_owned);
    (text(outcome.head.headers.get_str(name)), text(head.headers.get_str(name)))
}

#[test]
fn a_request_without_an_id_gets_one() {
    let (upstream, client) =
        send(&World::new(), json!({ "header_name": "X-Id", "generator": "uuid" }), Request::get("/"));
    assert!(Uuid::try_parse(&upstream.unwrap()).is_ok());
    assert_eq!(client, None);
}

#[test]
fn an_id_that_is_there_stays() {
    let config = json!({ "header_name": "x-id", "echo_downstream": true });
    let both = Some("mine".to_owned());
    assert_eq!(send(&World::new(), config, Request::get("/").header("X-Id", "mine")), (both.clone(), both));
}

#[test]
fn an_empty_id_is_none() {
    let config = json!({ "header_name": "x-id" });
    assert_ne!(send(&World::new(), config, Request::get("/").header("x-id", "")).0.as_deref(), Some(""));
}

#[test]
fn the_client_is_told_where_it_is_wanted() {
    let config = json!({ "header_name": "x-id", "echo_downstream": true });
    let (upstream, client) = send(&World::new(), config, Request::get("/"));
    assert!(client.is_some());
    assert_eq!(upstream, client);
}

#[test]
fn a_counter_goes_on_from_request_to_request() {
    let world = World::new();
    let next = || send(&world, json!({ "header_name": "x-id" }), Request::get("/")).0.unwrap();
    let (first, second) = (next(), next());
    let (worker, number) = first.split_once('#').unwrap();
    assert!(Uuid::try_parse(worker).is_ok());
    assert_eq!((number, second), ("1", format!("{worker}#2")));
}

#[test]
fn a_tracker_says_where_and_when() {
    let id = send(&World::new(), json!({ "header_name": "x-id", "generator": "tracker" }), Request::get("/")).0;
    let id = id.unwrap();
    let parts: Vec<_> = id.split('-').collect();
    assert_eq!((parts[0], parts[1], parts.len()), ("127.0.0.1", "8000", 6), "{id}");
    assert_eq!(parts[2], std::process::id().to_string());
    assert_eq!(parts[5].split_once('.').unwrap().1.len(), 3);
}

#[test]
fn what_no_header_can_be_called_is_refused() {
    let violations = plugin_record(&DEFINITION, json!({ "header_name": "a b" })).unwrap_err();
    assert_eq!(violations.message(), "schema violation (config.header_name: bad header name 'a b')");
}

#[test]
fn logs_are_told_the_id() {
    let handler = handler(&DEFINITION, json!({}));
    let outcome = World::new().send(&*handler, Request::get("/").header("Kong-Request-ID", "c-1"));
    assert_eq!(outcome.log_values.iter().collect::<Vec<_>>(), [("correlation_id", &json!("c-1"))]);
}
