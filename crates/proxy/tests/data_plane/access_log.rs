//! The line that each request leaves behind.

use gibbon_testkit::{Action, Gateway, Origin};
use serde_json::json;

use crate::plugins::ASKING;

fn gateway() -> (Gateway, Origin) {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    gateway.proxy_to(&origin);
    (gateway, origin)
}

#[test]
fn a_request_leaves_one_line_with_its_id() {
    let (gateway, _origin) = gateway();
    let fields = ["Referer: http://r.test/", "User-Agent: tests/1.0"];
    let answer = gateway.connect().get_with("/path?q=1", &fields);
    let lines = gateway.access_log(1);
    let id = answer.field("x-kong-request-id").unwrap();
    let end = format!(
        "] \"GET /path?q=1 HTTP/1.1\" 200 {} \"http://r.test/\" \"tests/1.0\" kong_request_id: \"{id}\"",
        answer.body.len()
    );
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("127.0.0.1 - - [") && lines[0].ends_with(&end), "{}", lines[0]);
}

#[test]
fn the_gateways_own_answers_leave_a_line_too() {
    let gateway = Gateway::start();
    let answer = gateway.connect().get("/nowhere");
    assert!(gateway.access_log(1)[0].contains(&format!("\"GET /nowhere HTTP/1.1\" 404 {} ", answer.body.len())));
}

#[test]
fn a_token_in_the_query_is_left_out() {
    let (gateway, origin) = gateway();
    let token = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.c2lnbmF0dXJl";
    gateway.connect().get(&format!("/p?a=1&jwt={token}&access_token={token}"));
    let line = &gateway.access_log(1)[0];
    assert!(line.contains("\"GET /p?a=1&jwt=<token>&access_token=<token> HTTP/1.1\""), "{line}");
    assert!(origin.only_request().target.contains(token), "the upstream gets it as it is");
}

#[test]
fn no_field_can_forge_a_line() {
    let (gateway, _origin) = gateway();
    gateway.connect().get_with("/", &["User-Agent: a\"b\\c\u{e9}\td"]);
    let lines = gateway.access_log(1);
    assert_eq!(lines.len(), 1);
    assert!(lines[0].contains("\"a\\x22b\\x5Cc\\xC3\\xA9\\x09d\""), "{}", lines[0]);
}

#[test]
fn the_bytes_of_a_body_are_counted_as_far_as_they_were_passed_on() {
    let origin = Origin::start(|request| match request.target.as_str() {
        "/chunked" => Action::send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
        _ => Action::send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf").then_close(),
    });
    let gateway = Gateway::start();
    gateway.proxy_to(&origin);
    let mut client = gateway.connect();
    client.get("/chunked");
    client.send("GET /broken HTTP/1.1\r\nHost: h\r\n\r\n");
    assert!(client.try_response().is_err());
    let lines = gateway.access_log(2);
    assert!(lines[0].contains("\"GET /chunked HTTP/1.1\" 200 5 "), "{}", lines[0]);
    assert!(lines[1].contains("\"GET /broken HTTP/1.1\" 200 4 "), "{}", lines[1]);
}

#[test]
fn every_request_of_a_pipeline_leaves_its_line() {
    let (gateway, _origin) = gateway();
    let mut client = gateway.connect();
    client.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n".repeat(3));
    (0..3).for_each(|_| drop(client.response()));
    assert_eq!(gateway.access_log(3).iter().filter(|line| line.contains("\"GET /1 HTTP/1.0\" 200 2 ")).count(), 3);
}

#[test]
fn what_is_no_request_leaves_its_line_too() {
    let (gateway, _origin) = gateway();
    assert_eq!(gateway.connect().ask("NONSENSE \"x\x01\r\n\r\n").status, 400);
    let line = &gateway.access_log(1)[0];
    assert!(line.contains("\"NONSENSE \\x22x\\x01\" 400 "), "{line}");
}

#[test]
fn what_a_plugin_takes_for_a_credential_is_left_out_whatever_route_is_met() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::builder().plugin(&ASKING).start();
    let service = gateway.service_at(&origin, json!({}));
    let route = gateway.route_to(service, json!({ "paths": ["/a"], "strip_path": false }));
    let mut client = gateway.connect();
    client.get("/a?word=before");
    gateway.plugin(json!({ "name": "asking", "route": { "id": route }, "config": {} }));
    client.get("/a?word=s3cret&x=1");
    client.get("/nowhere?w%6Frd=s3cret");
    let lines = gateway.access_log(3);
    assert!(lines[0].contains("\"GET /a?word=before HTTP/1.1\""), "{}", lines[0]);
    assert!(lines[1].contains("\"GET /a?word=<credential>&x=1 HTTP/1.1\" 200"), "{}", lines[1]);
    assert!(lines[2].contains("\"GET /nowhere?w%6Frd=<credential> HTTP/1.1\" 404"), "{}", lines[2]);
}

/// A gateway whose lines are of this format.
fn with_format(format: &str) -> (Gateway, Origin) {
    let origin = Origin::start(|_| Action::answer("201 Created", &["X-Part: a", "X-Part: b"], "hello"));
    let gateway = Gateway::with(&[
        ("proxy_access_log", "logs/access.log mine"),
        ("nginx_http_log_format", &format!("mine {format}")),
    ]);
    gateway.proxy_to(&origin);
    (gateway, origin)
}

#[test]
fn a_format_of_ones_own_says_what_was_asked_and_answered() {
    let format = "'$remote_addr $request_method $request_uri $args$is_args $host $scheme $server_protocol $status \
                  $body_bytes_sent [$http_x_one] [$http_x_none] [$sent_http_x_part] $upstream_status $request'";
    let (gateway, _origin) = with_format(format);
    let token = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.c2lnbmF0dXJl";
    let target = format!("/p?a=1&jwt={token}");
    gateway.connect().ask(format!("GET {target} HTTP/1.1\r\nHost: My.host:81\r\nX-One: 1\r\nX-One: \"2\r\n\r\n"));
    let expected = "127.0.0.1 GET /p?a=1&jwt=<token> a=1&jwt=<token>? my.host http HTTP/1.1 201 5 [1, \\x222] [-] \
                    [a, b] 201 GET /p?a=1&jwt=<token> HTTP/1.1";
    assert_eq!(gateway.access_log(1), [expected]);
}

#[test]
fn a_format_in_json_stays_json_whatever_a_client_sends() {
    let format = r#"escape=json '{"agent":"$http_user_agent","id":"$request_id","none":"$http_x_none","time":"$time_iso8601",'
                 '"times":[$request_time,$upstream_header_time,$upstream_response_time,$msec]}'"#;
    let (gateway, _origin) = with_format(&format.replace('\n', " "));
    let answer = gateway.connect().get_with("/", &["User-Agent: a\"b\\c\u{e9}\td"]);
    let line: serde_json::Value = serde_json::from_str(&gateway.access_log(1)[0]).unwrap();
    assert_eq!(line["agent"], "a\"b\\c\u{e9}\td");
    assert_eq!((line["id"].as_str(), &line["none"]), (answer.field("x-kong-request-id"), &json!("")));
    assert_eq!(line["time"].as_str().map(str::len), Some("2026-11-23T03:34:01+00:00".len()));
    assert!(line["times"].as_array().unwrap().iter().all(serde_json::Value::is_number), "{line}");
}

#[test]
fn what_is_not_known_of_a_request_is_a_dash() {
    let (gateway, _origin) = with_format("'$status $request_method $upstream_status $remote_user'");
    assert_eq!(gateway.connect().ask("NONSENSE\r\n\r\n").status, 400);
    assert_eq!(gateway.access_log(1), ["400 - - -"]);
}

#[test]
fn the_client_is_whom_trusted_proxies_name() {
    let gateway = Gateway::with(&[("trusted_ips", "127.0.0.1"), ("real_ip_header", "X-Forwarded-For")]);
    gateway.connect().get_with("/", &["X-Forwarded-For: 192.0.2.7, 192.0.2.9"]);
    assert!(gateway.access_log(1)[0].starts_with("192.0.2.9 - - ["), "{}", gateway.access_log(1)[0]);
}
