//! What the kit tells of a request, and what it does to one.

use http::Method;

use super::*;

fn request() -> Request {
    Request::new(Method::POST, "/orders/a%20b?x=1&x=2&flag&y=c%20d")
        .header("host", "Shop.example:8000")
        .header("X-Custom", "one")
        .header("X-Custom", "two")
        .header("Cookie", "sid=abc; other=1")
        .header("Authorization", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiI0MiIsInJvbGUiOiJhZG1pbiJ9.")
}

#[test]
fn the_kit_tells_of_a_request() {
    for (expression, expected) in [
        ("kong.request.get_method()", "POST"),
        ("math.abs(ngx.now() * 1000 - kong.request.get_start_time()) < 600000", "true"),
        ("kong.request.get_scheme()", "http"),
        ("kong.request.get_host()", "shop.example"),
        ("kong.request.get_port()", "8000"),
        ("kong.request.get_path()", "/orders/a b"),
        ("kong.request.get_raw_path()", "/orders/a%20b"),
        ("kong.request.get_raw_query()", "x=1&x=2&flag&y=c%20d"),
        ("kong.request.get_path_with_query()", "/orders/a%20b?x=1&x=2&flag&y=c%20d"),
        ("kong.request.get_query_arg('x')", "1"),
        ("kong.request.get_query_arg('flag')", "true"),
        ("kong.request.get_query_arg('none')", "nil"),
        ("kong.request.get_query().x[2]", "2"),
        ("kong.request.get_query().y", "c d"),
        ("kong.request.get_header('x-custom')", "one"),
        ("kong.request.get_header('x_custom')", "one"),
        ("kong.request.get_header('none')", "nil"),
        ("kong.request.get_headers()['x-custom'][2]", "two"),
        ("kong.request.get_headers()['X_Custom'][1]", "one"),
        ("kong.request.get_http_version()", "1.1"),
        ("kong.request.get_forwarded_host()", "shop.example"),
        ("kong.request.get_forwarded_scheme()", "http"),
        ("kong.client.get_ip()", "127.0.0.1"),
        ("kong.client.get_port()", "50000"),
        ("kong.client.get_consumer()", "nil"),
        ("kong.client.get_credential()", "nil"),
        ("kong.router.get_route()", "nil"),
        ("kong.ip.is_trusted('127.0.0.1')", "false"),
        ("kong.version", "3.10.0"),
        ("kong.version_num", "3010000"),
        ("kong.table.merge({ a = 1, b = 1 }, { b = 2 }).b", "2"),
        ("ngx.var.request_uri", "/orders/a%20b?x=1&x=2&flag&y=c%20d"),
        ("ngx.var.uri", "/orders/a b"),
        ("ngx.var.args", "x=1&x=2&flag&y=c%20d"),
        ("ngx.var.arg_y", "c d"),
        ("ngx.var.http_x_custom", "one"),
        ("ngx.var.cookie_sid", "abc"),
        ("ngx.var.host", "shop.example"),
        ("ngx.var.remote_addr", "127.0.0.1"),
        ("ngx.var.scheme", "http"),
        ("ngx.var.request_method", "POST"),
        ("ngx.var.request_id", "00112233445566778899aabbccddeeff"),
        ("ngx.var.nothing", "nil"),
        ("ngx.req.get_method()", "POST"),
        ("ngx.req.get_headers()['x_custom'][1]", "one"),
        ("ngx.req.get_uri_args().y", "c d"),
        ("ngx.get_phase()", "access"),
    ] {
        assert_eq!(told(expression, request()), expected, "{expression}");
    }
}

#[test]
fn the_kit_changes_a_request() {
    let outcome = access(
        "kong.service.request.set_method('PUT')
         kong.service.request.set_path('/new path')
         kong.service.request.set_query({ b = { 1, 2 }, a = 'x y', c = true })
         kong.service.request.set_header('X-Set', 'v')
         kong.service.request.add_header('X-Custom', 'three')
         kong.service.request.clear_header('Cookie')
         kong.service.request.set_headers({ ['X-Many'] = { 'm', 'n' }, Host = 'up.example' })
         kong.service.request.set_raw_body('body')",
        request(),
    );
    assert!(outcome.reply.is_none(), "{:?}", outcome.reply);
    let all = |name: &str| {
        outcome.head.headers.all(name).map(|v| String::from_utf8_lossy(v).into_owned()).collect::<Vec<_>>()
    };
    assert_eq!(outcome.head.method, Method::PUT);
    assert_eq!(outcome.head.upstream_path(), Some("/new%20path"));
    assert_eq!(outcome.head.query(), Some("a=x%20y&b=1&b=2&c"));
    assert_eq!((all("x-set"), all("x-custom")), (vec!["v".into()], vec!["one".into(), "two".into(), "three".into()]));
    assert_eq!((all("cookie").len(), all("x-many")), (0, vec!["m".to_owned(), "n".into()]));
    assert_eq!(outcome.head.upstream_host().unwrap(), "up.example");
    assert_eq!(outcome.body.as_deref(), Some(&b"body"[..]));
}

#[test]
fn a_field_can_neither_end_a_line_nor_say_where_a_body_ends() {
    let outcome = access(
        "kong.service.request.set_header('X-A', 'a\\r\\nX-B: b')
         kong.service.request.add_header('Content-Length', '5')
         kong.service.request.set_raw_query('a b\\r\\nX: 1')",
        Request::get("/"),
    );
    assert_eq!(outcome.head.headers.get_str("x-a"), Some("aX-B: b"));
    assert_eq!(outcome.head.headers.get("content-length"), None);
    assert_eq!(outcome.head.query(), Some("a%20b%0D%0AX:%201"));
}

#[test]
fn a_token_is_taken_apart() {
    let code = r#"
        local cjson = require "cjson.safe"
        local auth = kong.request.get_header("Authorization")
        local token = auth and auth:match("^[Bb]earer%s+(.+)$")
        if not token then
          return kong.response.exit(401, { message = "no token" })
        end
        local payload = token:match("^[^.]+%.([^.]+)%.")
        payload = payload:gsub("-", "+"):gsub("_", "/")
        local pad = #payload % 4
        if pad > 0 then payload = payload .. string.rep("=", 4 - pad) end
        local claims = cjson.decode(ngx.decode_base64(payload))
        kong.service.request.set_header("X-User-Id", claims.sub)
        kong.service.request.set_header("X-Role", claims.role)
    "#;
    let outcome = access(code, request());
    let told = |name: &str| outcome.head.headers.get_str(name);
    assert_eq!((told("x-user-id"), told("x-role")), (Some("42"), Some("admin")), "{:?}", outcome.reply);
    assert_eq!(access(code, Request::get("/")).answer(), (401, None, r#"{"message":"no token"}"#));
}

#[test]
fn a_consumer_is_made_known() {
    let code = "local consumer = kong.client.load_consumer('alice')
        kong.client.authenticate(consumer, { id = '7c9e6679-7425-40de-944b-e07fc1f90ae7' })
        kong.service.request.set_header('X-Told', kong.client.get_consumer().username)";
    let handler = handler(&pre_function::DEFINITION, json!({ "access": [code] }));
    let outcome = World::new().consumer(1, "alice").send(&*handler, Request::get("/"));
    assert!(outcome.is_from("alice"), "{:?}", outcome.reply);
    assert_eq!(outcome.head.headers.get_str("x-told"), Some("alice"));
}

#[test]
fn wrong_arguments_are_told_in_the_words_of_the_kit() {
    for (call, expected) in [
        ("kong.request.get_header(1)", "header name must be a string"),
        ("kong.service.request.set_path('x')", "path must start with /"),
        ("kong.service.request.set_query('x')", "args must be a table"),
        ("kong.response.exit('x')", "code must be a number between 100 and 599"),
        ("kong.service.set_timeouts('1', 1, 1)", "connect_timeout must be an integer"),
        ("kong.service.set_timeouts(1, 1.5, 1)", "write_timeout must be an integer"),
        ("kong.service.set_timeouts(1, 1)", "read_timeout must be an integer"),
        ("kong.service.set_timeouts(0, 1, 1)", "connect_timeout must be an integer between 1 and 2147483646: given 0"),
        (
            "kong.service.set_timeouts(1, 1, 2147483647)",
            "read_timeout must be an integer between 1 and 2147483646: given 2147483647",
        ),
        ("kong.service.set_retries(false)", "retries must be an integer"),
        ("kong.service.set_retries(-1)", "port must be an integer between 0 and 32767: given -1"),
        ("kong.service.set_retries(32768)", "port must be an integer between 0 and 32767: given 32768"),
        ("kong.service.set_tls_verify('on')", "argument must be a boolean"),
        ("kong.service.set_tls_verify_depth('1')", "argument must be a number"),
        ("kong.service.set_tls_verify_depth(-1)", "depth expects a non-negative integer but found -1"),
    ] {
        let error = told(&format!("select(2, pcall(function() {call} end))"), Request::get("/"));
        assert!(error.ends_with(expected), "{call}: {error}");
    }
}

#[test]
fn a_service_is_asked_otherwise_than_it_says() {
    use std::time::Duration;

    let code = "kong.service.set_timeouts(1, 20, 300) kong.service.set_retries(4)
        kong.service.set_tls_verify(true) kong.service.set_tls_verify_depth(300)";
    let outcome = access(code, request());
    let overrides = outcome.head.overrides().unwrap();
    let timeouts = overrides.timeouts.unwrap();
    assert_eq!([timeouts.connect, timeouts.write, timeouts.read], [1, 20, 300].map(Duration::from_millis));
    assert_eq!((overrides.retries, overrides.tls_verify, overrides.tls_verify_depth), (Some(4), Some(true), Some(255)));
    assert_eq!((&overrides.host, overrides.port), (&None, None));
}

#[test]
fn a_service_is_asked_otherwise_only_while_there_is_time_for_it() {
    for (config, expected) in [
        (json!({ "rewrite": ["kong.service.set_timeouts(1, 1, 1)"] }), Some(500)),
        (json!({ "rewrite": ["kong.service.set_retries(1)"] }), Some(500)),
        (json!({ "rewrite": ["kong.service.set_tls_verify(true) kong.service.set_tls_verify_depth(1)"] }), None),
    ] {
        let outcome = World::new().send(&*handler(&pre_function::DEFINITION, config.clone()), request());
        assert_eq!(outcome.reply.map(|reply| reply.status.as_u16()), expected, "{config}");
    }
    let code = "local _, message = pcall(kong.service.set_retries, 1) kong.response.exit(200, message)";
    let outcome = World::new().send(&*handler(&pre_function::DEFINITION, json!({ "rewrite": [code] })), request());
    assert!(body_of(&outcome).ends_with("function cannot be called in rewrite phase (only in: access)"));
}

#[test]
fn a_request_is_sent_elsewhere_by_its_path() {
    for (code, path) in [
        ("kong.service.request.set_path(kong.request.get_path():lower())", "/orders/a%20b"),
        ("kong.service.request.set_path((string.gsub(kong.request.get_path(), '^/orders', '/v2')))", "/v2/a%20b"),
        ("ngx.req.set_uri('/x')", "/x"),
        ("ngx.var.upstream_uri = '/y'", "/y"),
        (
            "local p = ngx.re.sub(ngx.var.uri, '^/orders/(.*)', '/items/$1', 'jo') kong.service.request.set_path(p)",
            "/items/a%20b",
        ),
        (
            "local m = ngx.re.match(kong.request.get_raw_path(), [[^/(?<kind>\\w+)/]], 'jo') kong.service.request.set_path('/' .. m.kind)",
            "/orders",
        ),
    ] {
        let outcome = access(code, request());
        assert_eq!(outcome.head.upstream_path(), Some(path), "{code}: {:?}", outcome.reply);
    }
}
