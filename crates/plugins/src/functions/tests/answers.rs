//! What functions answer, and what they do to answers.

use super::*;
use crate::fixture::answer;

#[test]
fn an_exit_answers() {
    for (code, status, body) in [
        ("return kong.response.exit(401, 'Invalid Credentials')", 401, "Invalid Credentials"),
        ("kong.response.exit(403, { path = '/a' })", 403, r#"{"path":"\/a"}"#),
        ("kong.response.exit(204)", 204, ""),
        ("pcall(kong.response.exit, 418, 'tea') kong.response.exit(500)", 418, "tea"),
        ("(function() kong.response.exit(200, 'deep') end)() error('never')", 200, "deep"),
        ("kong.response.error(404)", 404, "Not found"),
        ("kong.response.error(403, 'Access Forbidden')", 403, "Access Forbidden"),
        ("kong.response.error(418)", 418, "I'm a teapot"),
        ("ngx.exit(204)", 204, ""),
        ("ngx.exit(404)", 404, "Not found"),
        ("ngx.status = 403 ngx.say('denied') ngx.exit(ngx.status)", 403, "denied\n"),
        ("ngx.status = 202 ngx.say('a', 1, true) return ngx.exit(ngx.HTTP_OK)", 202, "a1true\n"),
        ("ngx.print('x') ngx.print({ 'y', 'z' })", 200, "xyz"),
        ("return ngx.exit(ngx.ERROR) or kong.response.exit(500)", 0, ""),
    ] {
        let outcome = access(code, Request::get("/"));
        if status == 0 {
            assert!(outcome.reply.is_none(), "{code}");
            continue;
        }
        assert_eq!((outcome.answer().0, &*body_of(&outcome)), (status, body), "{code}");
    }
}

#[test]
fn an_exit_has_the_fields_that_it_is_given() {
    let code = "kong.response.exit(302, nil, { Location = 'https://a.example/', ['X-N'] = 1, ['Content-Length'] = 9 })";
    let outcome = access(code, Request::get("/"));
    assert_eq!(
        (outcome.reply_header("location"), outcome.reply_header("x-n")),
        (Some("https://a.example/"), Some("1"))
    );
    assert_eq!(outcome.reply_header("content-length"), None);
    let outcome = access("ngx.redirect('/login', 301)", Request::get("/"));
    assert_eq!((outcome.answer().0, outcome.reply_header("location")), (301, Some("/login")));
}

#[test]
fn maintenance_is_announced_with_json() {
    let code = r#"
        local allowed = { ["10.0.0.1"] = true }
        if not allowed[kong.client.get_forwarded_ip()] then
          return kong.response.exit(503, { status = "maintenance", retry = 30, hosts = { "a", "b" } }, { ["Retry-After"] = "30" })
        end
    "#;
    let outcome = access(code, Request::get("/"));
    assert_eq!(outcome.reply_header("retry-after"), Some("30"));
    let expected = json!({ "status": "maintenance", "retry": 30, "hosts": ["a", "b"] });
    assert_eq!((outcome.answer().0, parsed(&outcome)), (503, expected));
    assert!(access(code, Request::get("/").from("10.0.0.1")).reply.is_none());
}

/// The head of an upstream's answer after functions.
fn answered(config: Value) -> gibbon_plugin_api::ResponseHead {
    let upstream = answer(200, &[("server", "up"), ("x-powered-by", "php"), ("location", "http://internal/a")]);
    World::new().exchange(&*handler(&post_function::DEFINITION, config), Request::get("/"), upstream).1
}

#[test]
fn the_head_of_an_answer_is_changed() {
    let head = answered(json!({ "header_filter": [
        "kong.response.set_header('X-Status', kong.response.get_status() .. kong.response.get_source())",
        "kong.response.clear_header('X-Powered-By') kong.response.add_header('X-A', 1) kong.response.add_header('X-A', 2)",
        "ngx.header['Server'] = nil; ngx.header.x_under = 'v'",
        "local l = kong.response.get_header('Location') kong.response.set_header('Location', (l:gsub('internal', 'a.example')))",
        "if kong.service.response.get_status() == 200 then kong.response.set_status(201) end",
    ] }));
    let get = |name: &str| head.headers.get_str(name);
    assert_eq!((get("x-status"), get("x-powered-by"), get("server")), (Some("200service"), None, None));
    assert_eq!((get("x-under"), get("location")), (Some("v"), Some("http://a.example/a")));
    assert_eq!((head.status.as_u16(), head.headers.all("x-a").count()), (201, 2));
}

#[test]
fn when_the_request_came_is_known_when_there_is_an_answer() {
    let code = "local age = ngx.now() * 1000 - kong.request.get_start_time() \
                kong.response.set_header('X-Is-New', tostring(age > -1000 and age < 600000))";
    let head = answered(json!({ "header_filter": [code] }));
    assert_eq!(head.headers.get_str("x-is-new"), Some("true"));
}

#[test]
fn what_access_says_of_an_answer_holds_when_there_is_one() {
    let head =
        answered(json!({ "access": ["kong.response.set_header('X-Early', 'yes') ngx.header['X-Two'] = 'too'"] }));
    assert_eq!((head.headers.get_str("x-early"), head.headers.get_str("x-two")), (Some("yes"), Some("too")));
}

#[test]
fn an_error_in_later_phases_changes_nothing() {
    let head = answered(json!({ "header_filter": ["error('x')"] }));
    assert_eq!((head.status.as_u16(), head.headers.get_str("server")), (200, Some("up")));
}
