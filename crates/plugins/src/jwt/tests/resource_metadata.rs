//! What clients are told of a resource.

use gibbon_plugin_api::{Handler, ReplyBody};
use http::Method;
use serde_json::{Value, json};

use super::{DEFINITION, bearer, good, jwt, world};
use crate::fixture::{Request, plugin_record};

const PATH: &str = "/.well-known/oauth-protected-resource/orders";

fn telling(more: Value) -> Box<dyn Handler> {
    let mut config = json!({ "resource_metadata": { "resource": "https://api.example/orders" } });
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    jwt(config)
}

fn document(plugin: &dyn Handler, path: &str) -> Value {
    let outcome = world().send(plugin, Request::get(path));
    let reply = outcome.reply.as_ref().expect("there is a document");
    let ReplyBody::Json(body) = &reply.body else { panic!("it is no JSON") };
    assert_eq!(reply.status, 200);
    serde_json::from_slice(body).unwrap()
}

#[test]
fn the_document_says_what_is_configured_and_nothing_else() {
    let expected = json!({ "resource": "https://api.example/orders", "bearer_methods_supported": ["header"] });
    assert_eq!(document(&*telling(json!({})), PATH), expected);
    let whole = telling(json!({
        "resource_metadata": {
            "resource": "https://api.example/orders", "name": "Orders", "documentation": "https://api.example/docs",
        },
        "issuers": [{ "issuer": "https://issuer.example", "key_set": "a" }, { "issuer": "no url", "key_set": "b" }],
        "allowed_issuers": ["https://issuer.example", "https://other.example/"],
        "scopes": { "any": ["read", "write"], "all": ["read", "orders"] },
        "bound_tokens": "accepted", "uri_param_names": ["access_token"],
    }));
    let expected = json!({
        "resource": "https://api.example/orders", "resource_name": "Orders",
        "resource_documentation": "https://api.example/docs",
        "authorization_servers": ["https://issuer.example", "https://other.example/"],
        "scopes_supported": ["read", "write", "orders"], "bearer_methods_supported": ["header", "query"],
        "tls_client_certificate_bound_access_tokens": true,
        "dpop_signing_alg_values_supported": ["ES256", "EdDSA", "PS256", "RS256"],
    });
    assert_eq!(document(&*whole, PATH), expected);
    let elsewhere =
        telling(json!({ "scopes": { "any": ["admin"], "claims": ["roles"] }, "header_names": ["x-token"] }));
    let expected = json!({ "resource": "https://api.example/orders", "bearer_methods_supported": [] });
    assert_eq!(document(&*elsewhere, PATH), expected);
}

#[test]
fn it_is_told_below_the_host_of_the_resource_and_only_there() {
    for (resource, path) in [
        ("https://api.example", "/.well-known/oauth-protected-resource"),
        ("https://api.example/", "/.well-known/oauth-protected-resource"),
        ("https://api.example:8443/a/b/", "/.well-known/oauth-protected-resource/a/b/"),
    ] {
        let plugin = telling(json!({ "resource_metadata": { "resource": resource } }));
        assert_eq!(document(&*plugin, path)["resource"], json!(resource));
    }
    for request in [
        Request::get("/orders"),
        Request::get("/.well-known/oauth-protected-resource"),
        Request::get(&format!("{PATH}/more")),
        Request::new(Method::POST, PATH),
    ] {
        assert_eq!(world().send(&*telling(json!({})), request).answer().0, 401);
    }
    let without = world().send(&*jwt(json!({})), Request::get(PATH));
    assert_eq!(without.answer().1, Some("Bearer"));
}

#[test]
fn whoever_is_refused_is_told_where_it_is() {
    let place = "resource_metadata=\"https://api.example/.well-known/oauth-protected-resource/orders\"";
    let plugin = telling(json!({ "scopes": { "any": ["read"] }, "bound_tokens": "accepted", "realm": "r" }));
    let challenge = |request| world().send(&*plugin, request).answer().1.unwrap().to_owned();
    assert_eq!(challenge(Request::get("/orders")), format!("Bearer realm=\"r\", {place}"));
    assert_eq!(challenge(bearer("a.b.c")), format!("Bearer realm=\"r\", error=\"invalid_token\", {place}"));
    let lacking = format!("Bearer realm=\"r\", error=\"insufficient_scope\", scope=\"read\", {place}");
    assert_eq!(challenge(bearer(&good())), lacking);
    let bound = super::hs256(r#"{"iss":"ann-key","scope":"read","cnf":{"jkt":"x"}}"#);
    let algorithms = "algs=\"ES256 EdDSA PS256 RS256\"";
    assert_eq!(challenge(bearer(&bound)), format!("DPoP error=\"invalid_dpop_proof\", {algorithms}, {place}"));
}

#[test]
fn an_explanation_says_that_it_needs_no_token() {
    let plugin = telling(json!({}));
    let (explanation, _) = world().meet(Request::get(PATH), |cx| plugin.explain(cx).unwrap());
    assert_eq!(explanation.steps[0]["step"], json!("`resource_metadata`"));
    assert_eq!(explanation.reply.unwrap().status, 200);
}

#[test]
fn a_resource_is_a_url_without_query_and_fragment() {
    let is_fit =
        |resource: Value| plugin_record(&DEFINITION, json!({ "resource_metadata": { "resource": resource } })).is_ok();
    assert!(is_fit(json!("https://api.example/orders")));
    for wrong in [json!(null), json!("orders"), json!("https://a/?b"), json!("https://a/#b"), json!("https://u@a/")] {
        assert!(!is_fit(wrong.clone()), "{wrong}");
    }
}
