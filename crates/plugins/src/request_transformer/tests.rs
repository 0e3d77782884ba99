//! What the plugin promises.

use http::Method;
use serde_json::{Value, json};

use super::DEFINITION;
use crate::fixture::{Outcome, Request, SETTINGS, World, configured, handler, violations};

fn send(config: Value, request: Request) -> Outcome {
    World::new().send(&*handler(&DEFINITION, config), request)
}

fn all<'o>(outcome: &'o Outcome, name: &'static str) -> Vec<&'o str> {
    outcome.head.headers.all(name).map(|value| std::str::from_utf8(value).unwrap()).collect()
}

fn query(config: Value, query: &str) -> Option<String> {
    send(config, Request::get(&format!("/{query}"))).head.query().map(str::to_owned)
}

fn body(config: Value, content_type: &str, body: &'static str) -> String {
    let request = Request::new(Method::POST, "/").header("content-type", content_type).body(body);
    String::from_utf8(send(config, request).body.unwrap().to_vec()).unwrap()
}

#[test]
fn headers_are_removed_renamed_replaced_added_and_appended() {
    let config = json!({
        "remove": { "headers": ["X-Gone"] },
        "rename": { "headers": ["X-Old:X-New", "X-Absent:X-Never"] },
        "replace": { "headers": ["X-Rep:new", "X-Nothing:1"] },
        "add": { "headers": ["X-Add:1", "X-There:2"] },
        "append": { "headers": ["X-App:b"] },
    });
    let fields = [("x-gone", "1"), ("x-old", "a"), ("x-old", "b"), ("x-rep", "old"), ("x-there", "1"), ("x-app", "a")];
    let request = fields.into_iter().fold(Request::get("/"), |request, (name, value)| request.header(name, value));
    let outcome = send(config, request);
    assert_eq!((all(&outcome, "x-gone").len(), all(&outcome, "x-old").len()), (0, 0));
    assert_eq!((all(&outcome, "x-new"), all(&outcome, "x-never").len()), (vec!["a", "b"], 0));
    assert_eq!((all(&outcome, "x-rep"), all(&outcome, "x-nothing").len()), (vec!["new"], 0));
    assert_eq!((all(&outcome, "x-add"), all(&outcome, "x-there")), (vec!["1"], vec!["1"]));
    assert_eq!(all(&outcome, "x-app"), ["a", "b"]);
}

#[test]
fn the_host_can_only_be_replaced_and_framing_not_at_all() {
    let config = json!({
        "remove": { "headers": ["host", "content-length"] },
        "replace": { "headers": ["host:other.example"] },
        "append": { "headers": ["host:third.example", "transfer-encoding:chunked"] },
    });
    let outcome = send(config, Request::get("/").header("host", "a.example").header("content-length", "0"));
    assert_eq!(outcome.head.upstream_host().unwrap(), "other.example");
    assert_eq!((all(&outcome, "host"), all(&outcome, "content-length")), (vec!["a.example"], vec!["0"]));
    assert!(all(&outcome, "transfer-encoding").is_empty());
}

#[test]
fn arguments_are_edited_and_others_stay_as_they_were_written() {
    let removed = json!({ "remove": { "querystring": ["gone"] } });
    assert_eq!(query(removed.clone(), "?a=%7e&gone=1&b&gone"), Some("a=%7e&b".to_owned()));
    assert_eq!(query(removed, "?gone=1"), None);
    let renamed = json!({ "rename": { "querystring": ["old:new"] } });
    assert_eq!(query(renamed, "?new=0&old=1&old=2"), Some("new=1&new=2".to_owned()));
    let replaced = json!({ "replace": { "querystring": ["a:x y", "b:1"] } });
    assert_eq!(query(replaced, "?a=1&c=3&a=2"), Some("a=x%20y&c=3".to_owned()));
    let added = json!({ "add": { "querystring": ["a:1", "b:2"] }, "append": { "querystring": ["a:3"] } });
    assert_eq!(query(added, "?a=0"), Some("a=0&b=2&a=3".to_owned()));
}

#[test]
fn members_of_json_are_edited() {
    let config = json!({
        "remove": { "body": ["gone"] }, "rename": { "body": ["old:new"] }, "replace": { "body": ["rep:2", "no:1"] },
        "add": { "body": ["add:1", "there:2"] }, "append": { "body": ["app:b", "list:c", "fresh:d"] },
    });
    let before = r#"{"gone":1,"old":[true],"rep":null,"there":{"a":1},"app":"a","list":[1]}"#;
    let after = body(config, "application/json; charset=utf-8", before);
    let expected = json!({
        "rep": "2", "there": { "a": 1 }, "app": ["a", "b"], "list": [1, "c"], "new": [true], "add": "1", "fresh": ["d"],
    });
    assert_eq!(serde_json::from_str::<Value>(&after).unwrap(), expected);
}

#[test]
fn forms_and_parts_are_edited() {
    let config = || {
        json!({
            "remove": { "body": ["gone"] }, "rename": { "body": ["old:new"] },
            "replace": { "body": ["rep:2"] }, "add": { "body": ["add:1"] },
        })
    };
    let form = body(config(), "application/x-www-form-urlencoded", "gone=1&old=o&rep=1");
    assert_eq!(form, "new=o&rep=2&add=1");
    let part =
        |name: &str, value: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let before = [part("gone", "1"), part("old", "o"), part("rep", "1"), "--x--\r\n".to_owned()].concat();
    let after = body(config(), "multipart/form-data; boundary=x", String::leak(before));
    assert_eq!(after, [part("new", "o"), part("rep", "2"), part("add", "1"), "--x--\r\n".to_owned()].concat());
}

#[test]
fn a_body_that_is_not_what_its_type_says_stays() {
    let config = || json!({ "add": { "body": ["a:1"] } });
    for (content_type, text) in [("application/json", "[1]"), ("application/json", "rubbish"), ("text/plain", "a")] {
        assert_eq!(body(config(), content_type, text), text);
    }
}

#[test]
fn a_request_without_a_body_can_get_one() {
    let request = Request::new(Method::POST, "/").header("content-type", "application/json");
    let outcome = send(json!({ "add": { "body": ["a:1"] } }), request);
    assert_eq!(outcome.body.unwrap(), r#"{"a":"1"}"#);
}

#[test]
fn a_form_becomes_a_query_where_the_method_has_no_body() {
    let request = Request::new(Method::POST, "/?a=1").header("content-type", "application/x-www-form-urlencoded");
    let outcome = send(json!({ "http_method": "GET" }), request.body("b=2"));
    assert_eq!((outcome.head.method.as_str(), outcome.head.query()), ("GET", Some("a=1&b=2")));
}

#[test]
fn values_can_be_made_of_the_request() {
    let config = json!({
        "replace": { "uri": "/u/$(uri_captures.id)/$(uri_captures[1])/$(query_params.q or 'none')" },
        "add": { "headers": ["X-A:$(headers.x_user)-$(headers['X-Absent'] or query_params.q)", "X-B:$(headers.absent)"] },
        "remove": { "headers": ["x-user"] },
    });
    let request = Request::get("/?q=a%20b").header("x-user", "ann").capture("id", "42");
    let outcome = send(config, request);
    assert_eq!(outcome.head.upstream_path(), Some("/u/42/42/a%20b"));
    assert_eq!((all(&outcome, "x-a"), all(&outcome, "x-b")), (vec!["ann-a b"], vec![""]));
    assert!(all(&outcome, "x-user").is_empty());
}

#[test]
fn expressions_may_be_any_of_lua() {
    let told = |expression: &str| {
        let config = json!({ "add": { "headers": [format!("X-A:$({expression})")] } });
        let request = Request::get("/?q=a&n=3").header("x-user", "Ann").header("host", "h").capture("id", "42");
        all(&send(config, request), "x-a").join(",")
    };
    for (expression, expected) in [
        ("string.sub(headers.x_user, 1, 2)", "An"),
        ("headers['X-User']:lower() .. '-' .. query_params.q", "ann-a"),
        ("(function() return query_params.n * 2 end)()", "6"),
        ("shared.nothing or 'none'", "none"),
        ("uri_captures[1]:rep(2)", "4242"),
        ("kong.request.get_host()", "h"),
        ("headers.absent.x", ""),
        ("(function() while true do end end)()", ""),
    ] {
        assert_eq!(told(expression), expected, "{expression}");
    }
}

#[test]
fn lua_is_refused_where_none_may_run() {
    let settings = gibbon_plugin_api::Settings { lua: gibbon_plugin_api::LuaCode::IsRefused, ..Default::default() };
    let config = |value: &str| json!({ "add": { "headers": [format!("X-A:{value}")] } });
    assert!(configured(&DEFINITION, config("$(headers.a or 'b')"), &settings).is_ok());
    assert_eq!(configured(&DEFINITION, config("$(#headers.a)"), &settings).err().unwrap().field, "add");
}

#[test]
fn what_a_request_brings_cannot_end_a_header_or_a_path() {
    let config = json!({
        "add": { "headers": ["X-A:$(query_params.q)"] }, "replace": { "uri": "$(query_params.q)" },
    });
    let outcome = send(config, Request::get("/?q=a%0d%0aX-Evil:%201%3fb%23"));
    assert!(all(&outcome, "x-a").is_empty() && all(&outcome, "x-evil").is_empty());
    assert_eq!(outcome.head.upstream_path(), Some("/a%0D%0AX-Evil:%201%3Fb%23"));
}

#[test]
fn what_cannot_be_read_cannot_be_configured() {
    let config = json!({ "add": { "headers": ["X-A:$(or or)"] } });
    assert_eq!(configured(&DEFINITION, config, &SETTINGS).err().unwrap().field, "add");
    let expected = json!({ "add": { "headers": ["invalid value: no value"] } });
    assert_eq!(violations(&DEFINITION, json!({ "add": { "headers": ["no value"] } })), expected);
}
