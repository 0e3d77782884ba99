//! Lua out of a configuration, from the request to the log.

use gibbon_testkit::{Origin, eventually};
use serde_json::{Value, json};

use crate::gateway_with;

#[test]
fn functions_see_a_request_from_its_beginning_to_its_answer() {
    let config = json!({
        "access": ["kong.ctx.shared.began = kong.request.get_method() kong.service.request.set_path('/changed')"],
        "header_filter": ["kong.response.set_header('X-Began', kong.ctx.shared.began .. kong.response.get_status())"],
        "body_filter": ["kong.response.set_raw_body('<' .. kong.response.get_raw_body() .. '>')"],
    });
    let (gateway, _origin) = gateway_with(&[("pre-function", config)]);
    let answer = gateway.connect().get("/a?b=1");
    assert_eq!((answer.status, answer.text()), (200, "</changed?b=1>".to_owned()));
    assert_eq!((answer.field("x-began"), answer.field("content-length")), (Some("GET200"), Some("14")));
}

#[test]
fn pieces_that_are_gathered_are_one_body() {
    let code = r#"
        local chunk, eof = ngx.arg[1], ngx.arg[2]
        ngx.ctx.buffered = (ngx.ctx.buffered or "") .. (chunk or "")
        if eof then
          ngx.arg[1] = require("cjson").encode({ wrapped = ngx.ctx.buffered })
        else
          ngx.arg[1] = nil
        end
    "#;
    let config = json!({ "header_filter": ["ngx.header.content_length = nil"], "body_filter": [code] });
    let (gateway, _origin) = gateway_with(&[("post-function", config)]);
    let mut client = gateway.connect();
    for _ in 0..2 {
        assert_eq!(client.get("/a").text(), r#"{"wrapped":"\/a"}"#);
    }
}

#[test]
fn an_answer_of_a_function_is_seen_by_later_phases() {
    let config = json!({
        "access": ["return kong.response.exit(401, 'Invalid Credentials')"],
        "header_filter": ["kong.response.set_header('X-Source', kong.response.get_source())"],
        "body_filter": ["ngx.arg[1] = ngx.arg[1]:upper()"],
    });
    let (gateway, origin) = gateway_with(&[("pre-function", config)]);
    let answer = gateway.connect().get("/");
    assert_eq!((answer.status, answer.text()), (401, "INVALID CREDENTIALS".to_owned()));
    assert_eq!((answer.field("x-source"), answer.field("content-type")), (Some("exit"), None));
    assert_eq!(origin.connections(), 0);
}

#[test]
fn a_function_may_put_another_body_in_the_place_of_an_answer() {
    let code = "if kong.response.get_status() == 200 then kong.response.exit(503, { message = 'later' }) end";
    let (gateway, _origin) = gateway_with(&[("post-function", json!({ "header_filter": [code] }))]);
    let answer = gateway.connect().get("/");
    assert_eq!((answer.status, answer.text()), (503, r#"{"message":"later"}"#.to_owned()));
}

#[test]
fn a_function_that_would_not_end_holds_up_nobody_for_good() {
    let code =
        "if kong.request.get_query_arg('loop') then while true do pcall(function() while true do end end) end end";
    let (gateway, _origin) = gateway_with(&[("pre-function", json!({ "access": [code] }))]);
    let mut client = gateway.connect();
    let answer = client.get("/?loop=1");
    assert_eq!((answer.status, answer.text()), (500, r#"{"message":"An unexpected error occurred"}"#.to_owned()));
    assert_eq!(client.get("/fine").text(), "/fine");
}

#[test]
fn templates_see_what_functions_share() {
    let transform = json!({ "replace": { "uri": "/$(shared.tenant)/$(string.upper(headers.x_user))" } });
    let plugins = [
        ("pre-function", json!({ "access": ["kong.ctx.shared.tenant = 'blue'"] })),
        ("request-transformer", transform),
    ];
    let (gateway, _origin) = gateway_with(&plugins);
    assert_eq!(gateway.connect().get_with("/", &["X-User: ann"]).text(), "/blue/ANN");
}

#[test]
fn functions_and_fields_in_lua_write_into_logs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("exchanges.log");
    let fields = json!({
        "status_class": "return math.floor(kong.response.get_status() / 100) .. 'xx'",
        "request.headers": "return nil",
        "broken": "return kong.nothing.here",
    });
    let config = json!({ "path": path.to_str().unwrap(), "custom_fields_by_lua": fields });
    let log = r#"
        kong.log.set_serialize_value("seen.path", kong.log.serialize().request.uri)
        kong.log.set_serialize_value("client_ip", nil)
        kong.log.set_serialize_value("started_at", 7, { mode = "add" })
        kong.log.set_serialize_value("absent", 7, { mode = "replace" })
    "#;
    let plugins = [("file-log", config), ("pre-function", json!({ "log": [log] }))];
    let (gateway, _origin) = gateway_with(&plugins);
    gateway.connect().get("/a");
    let text = || std::fs::read_to_string(&path).unwrap_or_default();
    eventually("a line in the log", || text().ends_with('\n'));
    let line: Value = serde_json::from_str(&text()).unwrap();
    assert_eq!((&line["status_class"], &line["seen"]["path"]), (&json!("2xx"), &json!("/a")));
    assert_eq!((line["request"].get("headers"), line.get("client_ip"), line.get("broken")), (None, None, None));
    assert_eq!((line["started_at"] == 7, line.get("absent")), (false, None));
}

#[test]
fn a_function_sends_requests_elsewhere() {
    let elsewhere = Origin::echoing_targets();
    let code =
        format!("kong.service.set_target('127.0.0.1', {}) kong.service.request.set_path('/moved')", elsewhere.port());
    let (gateway, origin) = gateway_with(&[("pre-function", json!({ "access": [code] }))]);
    assert_eq!(gateway.connect().get("/a").text(), "/moved");
    assert_eq!((origin.connections(), elsewhere.connections()), (0, 1));
}
