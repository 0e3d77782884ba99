//! Bodies of requests.

use super::*;

fn posted(kind: &str, body: &'static str) -> Request {
    Request::new(http::Method::POST, "/").header("content-type", kind).body(body)
}

#[test]
fn a_body_is_read_as_what_it_is() {
    let json = || posted("application/json", r#"{"user":{"name":"ann"},"n":3}"#);
    assert_eq!(told("kong.request.get_body().user.name", json()), "ann");
    assert_eq!(told("#kong.request.get_raw_body()", json()), "29");
    assert_eq!(told("require('cjson').decode(ngx.req.get_body_data()).n", json()), "3");
    let form = || posted("application/x-www-form-urlencoded", "a=1&b=x%20y");
    assert_eq!(told("kong.request.get_body().b", form()), "x y");
    assert_eq!(told("ngx.req.get_post_args().a", form()), "1");
    assert_eq!(
        told("select(2, kong.request.get_body())", posted("text/plain", "x")),
        "unsupported content type 'text/plain'"
    );
    assert_eq!(told("select(2, kong.request.get_body())", posted("application/json", "{")), "invalid json body");
    assert_eq!(told("kong.request.get_raw_body() == ''", Request::get("/")), "true");
}

#[test]
fn a_body_is_changed() {
    let code = r#"
        local body = kong.request.get_body("application/json")
        body.password = nil
        body.stamp = "gateway"
        kong.service.request.set_body(body, "application/json")
    "#;
    let outcome = access(code, posted("application/json", r#"{"user":"ann","password":"p"}"#));
    let body: Value = serde_json::from_slice(&outcome.body.unwrap()).unwrap();
    assert_eq!(body, json!({ "user": "ann", "stamp": "gateway" }));
}

#[test]
fn what_is_missing_is_asked_for() {
    let code = r#"
        local body, err = kong.request.get_body()
        if err or not body.email or not body.email:find("^[%w.]+@[%w.]+$") then
          return kong.response.exit(400, { error = "email is required" })
        end
    "#;
    assert!(access(code, posted("application/json", r#"{"email":"a.b@c.example"}"#)).reply.is_none());
    assert_eq!(access(code, posted("application/json", r#"{"email":7}"#)).answer().0, 500);
    assert_eq!(access(code, posted("application/json", r#"{"email":"x"}"#)).answer().0, 400);
}
