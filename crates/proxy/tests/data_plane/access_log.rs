//! The line that each request leaves behind.

use gibbon_testkit::{Action, Gateway, Origin};

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
