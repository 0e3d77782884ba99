//! What the plugin promises.

use gibbon_plugin_api::Handler;
use serde_json::{Value, json};

use super::DEFINITION;
use crate::fixture::{Request, World, answer, handler, violations};

fn transformer(config: Value) -> Box<dyn Handler> {
    handler(&DEFINITION, config)
}

/// The body that the client gets; `None` where it is left alone.
fn body(config: Value, content_type: &'static str, body: &str) -> Option<Value> {
    let (outcome, _) =
        World::new().exchange(&*transformer(config), Request::get("/"), answer(200, &[("content-type", content_type)]));
    let [rewrite] = <[_; 1]>::try_from(outcome.rewrites).ok()?;
    rewrite(body.as_bytes()).map(|bytes| serde_json::from_slice(&bytes).unwrap())
}

#[test]
fn headers_are_removed_renamed_replaced_added_and_appended() {
    let config = json!({
        "remove": { "headers": ["x-gone"] },
        "rename": { "headers": ["x-old:x-new"] },
        "replace": { "headers": ["x-rep:new", "x-nothing:1"] },
        "add": { "headers": ["x-add:1", "x-there:2", "x-gone:3"] },
        "append": { "headers": ["x-app:b"] },
    });
    let upstream = answer(
        200,
        &[("X-Gone", "1"), ("X-Old", "a"), ("X-Old", "b"), ("X-Rep", "old"), ("X-There", "1"), ("X-App", "a")],
    );
    let (_, head) = World::new().exchange(&*transformer(config), Request::get("/"), upstream);
    let all = |name: &'static str| {
        head.headers.all(name).map(|value| String::from_utf8(value.to_vec()).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(
        (all("x-gone"), all("x-old").len(), all("x-new")),
        (vec!["3".to_owned()], 0, vec!["a".into(), "b".into()])
    );
    assert_eq!((all("x-rep"), all("x-nothing").len()), (vec!["new".to_owned()], 0));
    assert_eq!((all("x-add"), all("x-there")), (vec!["1".to_owned()], vec!["1".to_owned()]));
    assert_eq!(all("x-app"), ["a", "b"]);
}

#[test]
fn members_of_json_are_edited_with_types() {
    let config = json!({
        "remove": { "json": ["gone"] },
        "rename": { "json": ["old:new"] },
        "replace": { "json": ["rep:7", "no:1"], "json_types": ["number"] },
        "add": { "json": ["add:true", "text:5", "bad:x"], "json_types": ["boolean", "string", "number"] },
        "append": { "json": ["list:2", "text2:b"], "json_types": ["number"] },
    });
    let before = r#"{"gone":1,"old":2,"rep":"a","list":[1],"text2":"a"}"#;
    let expected = json!({ "rep": 7, "list": [1, 2], "text2": ["a", "b"], "new": 2, "add": true, "text": "5" });
    assert_eq!(body(config, "application/json; charset=utf-8", before), Some(expected));
}

#[test]
fn only_objects_of_json_are_edited() {
    let config = || json!({ "add": { "json": ["a:1"] } });
    assert_eq!(body(config(), "text/plain", "{}"), None);
    assert_eq!(body(config(), "application/json", "[1]"), None);
    assert_eq!(body(config(), "application/json", "rubbish"), None);
    assert_eq!(body(config(), "Application/JSON", "{}"), Some(json!({ "a": "1" })));
}

#[test]
fn a_body_that_is_compressed_is_left_alone() {
    let plugin = transformer(json!({ "add": { "json": ["a:1"] } }));
    let upstream = answer(200, &[("content-type", "application/json"), ("content-encoding", "gzip")]);
    assert!(World::new().exchange(&*plugin, Request::get("/"), upstream).0.rewrites.is_empty());
}

#[test]
fn what_no_header_can_be_is_refused() {
    let message =
        |entry: &str| violations(&DEFINITION, json!({ "add": { "headers": [entry] } }))["add"]["headers"][0].clone();
    assert_eq!(message("a b:1"), "'a b' is not a valid header");
    assert_eq!(message("a"), "invalid value: a");
}
