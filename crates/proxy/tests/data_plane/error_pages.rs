//! The form of the gateway's own error pages.

use gibbon_testkit::{Action, Gateway, Origin, Response};
use serde_json::json;

/// No route matches: an answer that the gateway decides upon.
fn not_found(fields: &[&str]) -> Response {
    let answer = Gateway::start().connect().get_with("/", fields);
    assert_eq!(answer.status, 404);
    answer
}

/// The upstream breaks off: an answer to a failure.
fn bad_gateway(settings: &[(&str, &str)], fields: &[&str]) -> Response {
    let origin = Origin::start(|_| Action::close());
    let gateway = Gateway::with(settings);
    let service = gateway.service_at(&origin, json!({ "retries": 0 }));
    gateway.route_to(service, json!({ "paths": ["/"] }));
    let answer = gateway.connect().get_with("/", fields);
    assert_eq!(answer.status, 502);
    answer
}

fn form(answer: &Response) -> &str {
    answer.field("content-type").unwrap().split(';').next().unwrap()
}

#[test]
fn a_page_has_the_form_that_the_client_accepts_most() {
    for (accept, expected) in [
        ("application/json", "application/json"),
        ("text/html", "text/html"),
        ("text/plain", "text/plain"),
        ("application/xml", "application/xml"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("text/*", "text/plain"),
        ("text/html;q=0.3, application/xml;q=0.7", "application/xml"),
        ("image/png", "application/json"),
        ("nonsense", "application/json"),
    ] {
        let accept = format!("Accept: {accept}");
        assert_eq!(form(&not_found(&[&accept])), expected, "404, {accept}");
        assert_eq!(form(&bad_gateway(&[], &[&accept])), expected, "502, {accept}");
    }
}

#[test]
fn without_accept_what_the_gateway_decides_is_json() {
    assert_eq!(form(&not_found(&[])), "application/json");
    assert_eq!(form(&not_found(&["Content-Type: text/html"])), "application/json");
}

#[test]
fn without_accept_a_failure_has_the_form_of_the_request_or_the_configured_one() {
    assert_eq!(form(&bad_gateway(&[], &[])), "text/plain");
    assert_eq!(form(&bad_gateway(&[], &["Content-Type: application/json; charset=utf-8"])), "application/json");
    for form_configured in ["application/json", "application/xml", "text/html", "text/plain"] {
        let settings = [("error_default_type", form_configured)];
        assert_eq!(form(&bad_gateway(&settings, &[])), form_configured);
    }
}

#[test]
fn every_form_holds_the_message_and_the_id_of_the_request() {
    for (accept, begin) in [
        ("application/json", "{\n  \"message\":\"no Route matched with those values\",\n  \"request_id\":\""),
        ("text/plain", "no Route matched with those values\nrequest_id: "),
        ("text/html", "<!doctype html>"),
        ("application/xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<error>\n  <message>no Route matched"),
    ] {
        let answer = not_found(&[&format!("Accept: {accept}")]);
        let text = answer.text();
        assert!(text.starts_with(begin), "{text}");
        assert!(text.contains("no Route matched with those values"), "{text}");
        assert!(text.contains(answer.field("x-kong-request-id").unwrap()), "{text}");
        assert_eq!(answer.field("content-length"), Some(text.len().to_string().as_str()));
    }
}

#[test]
fn a_page_is_as_the_client_asked_for_it_also_when_plugins_and_upstream_have_seen_the_request() {
    let answer = bad_gateway(&[], &["Accept: text/html", "Connection: Accept"]);
    // A field that the client has named in `Connection` was for the gateway, which has taken it off.
    assert_eq!(form(&answer), "text/plain");
    assert_eq!(form(&bad_gateway(&[], &["Accept: text/html"])), "text/html");
}

#[test]
fn pages_of_ones_own_stand_in_the_place_of_the_usual_ones() {
    let folder = tempfile::tempdir().unwrap();
    let page = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (json, html) = (page("e.json", r#"{"error":{"text":"%s","id":"%s"}}"#), page("e.html", "<b>%s</b>"));
    let gateway = Gateway::with(&[("error_template_json", &json), ("error_template_html", &html)]);
    let get = |accept: &str| gateway.connect().get_with("/", &[&format!("Accept: {accept}")]);
    let answer = get("application/json");
    let id = answer.field("x-kong-request-id").unwrap();
    let expected = json!({ "error": { "text": "no Route matched with those values", "id": id } });
    assert_eq!(serde_json::from_str::<serde_json::Value>(&answer.text()).unwrap(), expected);
    assert_eq!((form(&answer), answer.status), ("application/json", 404));
    assert_eq!(get("text/html").text(), "<b>no Route matched with those values</b>");
    assert!(get("text/plain").text().starts_with("no Route matched with those values\nrequest_id: "));
}
