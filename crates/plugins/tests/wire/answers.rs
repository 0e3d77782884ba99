//! Plugins that look at answers, whoever has made them.

use serde_json::json;

use crate::gateway_with;

#[test]
fn an_answer_that_another_plugin_gives_is_marked_as_well() {
    let plugins =
        [("cors", json!({})), ("key-auth", json!({})), ("correlation-id", json!({ "echo_downstream": true }))];
    let (gateway, origin) = gateway_with(&plugins);
    let answer = gateway.connect().get_with("/", &["Kong-Request-ID: mine"]);
    assert_eq!(answer.status, 401);
    assert_eq!(answer.field("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.field("kong-request-id"), Some("mine"));
    assert_eq!(origin.connections(), 0);
}

#[test]
fn a_preflight_is_answered_before_anybody_asks_for_a_key() {
    let (gateway, origin) = gateway_with(&[("cors", json!({})), ("key-auth", json!({}))]);
    let answer = gateway
        .connect()
        .ask("OPTIONS / HTTP/1.1\r\nHost: h\r\nOrigin: http://a.example\r\nAccess-Control-Request-Method: PUT\r\n\r\n");
    assert_eq!((answer.status, answer.text()), (200, String::new()));
    assert_eq!(answer.field("content-length"), Some("0"));
    assert_eq!(answer.field("access-control-allow-origin"), Some("*"));
    assert_eq!(origin.connections(), 0);
}

#[test]
fn a_request_that_finds_no_route_is_seen_by_plugins_for_everything() {
    let (gateway, _origin) = gateway_with(&[("cors", json!({}))]);
    let answer = gateway.connect().ask("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 2\r\n\r\n");
    assert_eq!((answer.status, answer.field("access-control-allow-origin")), (400, Some("*")));
}

#[test]
fn a_page_of_the_configuration_is_sent_as_it_stands() {
    let config = json!({ "status_code": 200, "content_type": "text/html", "body": "<p>hi</p>" });
    let (gateway, _origin) = gateway_with(&[("request-termination", config)]);
    let answer = gateway.connect().get("/");
    assert_eq!((answer.status, answer.text()), (200, "<p>hi</p>".to_owned()));
    assert_eq!(answer.field("content-type"), Some("text/html; charset=UTF-8"));
}

#[test]
fn a_redirect_has_a_body_without_a_type() {
    let config = json!({ "location": "https://a.example", "keep_incoming_path": true });
    let (gateway, _origin) = gateway_with(&[("redirect", config)]);
    let answer = gateway.connect().get("/x?y=1");
    assert_eq!((answer.status, answer.text()), (301, "redirecting".to_owned()));
    assert_eq!((answer.field("location"), answer.field("content-type")), (Some("https://a.example/x?y=1"), None));
}

#[test]
fn a_tracker_names_connection_and_request() {
    let config = json!({ "generator": "tracker", "echo_downstream": true });
    let (gateway, _origin) = gateway_with(&[("correlation-id", config)]);
    let mut client = gateway.connect();
    let mut next = || {
        let answer = client.get("/");
        let id = answer.field("kong-request-id").unwrap().to_owned();
        id.split('-').map(str::to_owned).collect::<Vec<_>>()
    };
    let (first, second) = (next(), next());
    assert_eq!((&*first[0], &*first[1]), ("127.0.0.1", &*gateway.address().port().to_string()));
    assert_eq!(first[3], second[3]);
    assert_eq!((&*first[4], &*second[4]), ("1", "2"));
}
