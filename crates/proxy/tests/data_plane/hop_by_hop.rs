//! Fields of one connection go no further, and `Connection` cannot take away what frames, routes or authenticates.

use gibbon_testkit::{Action, Gateway, Origin};
use serde_json::json;

fn gateway() -> (Gateway, Origin) {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    gateway.proxy_to(&origin);
    (gateway, origin)
}

#[test]
fn fields_of_the_clients_connection_do_not_reach_the_upstream() {
    let (gateway, origin) = gateway();
    let fields = [
        "Connection: keep-alive, X-Hop",
        "Connection: X-Other",
        "X-Hop: 1",
        "X-Other: 1",
        "Keep-Alive: timeout=3",
        "Proxy-Connection: keep-alive",
        "Proxy: http://evil.test",
        "TE: gzip",
        "X-Stays: 1",
    ];
    assert_eq!(gateway.connect().get_with("/", &fields).status, 200);
    let request = origin.only_request();
    for name in ["x-hop", "x-other", "keep-alive", "proxy-connection", "proxy", "te", "upgrade"] {
        assert_eq!(request.field(name), None, "{name}");
    }
    assert_eq!(request.field("x-stays"), Some("1"));
    assert!(request.all("connection").iter().all(|value| value.eq_ignore_ascii_case("keep-alive")));
}

#[test]
fn of_te_only_trailers_is_passed_on() {
    let (gateway, origin) = gateway();
    gateway.connect().get_with("/", &["TE: trailers, deflate;q=0.5", "Connection: TE"]);
    assert_eq!(origin.only_request().field("te"), Some("trailers"));
}

#[test]
fn naming_content_length_in_connection_does_not_make_a_body_into_a_request() {
    let (gateway, origin) = gateway();
    let hidden = "GET /admin HTTP/1.1\r\nHost: internal\r\n\r\n";
    for spelling in ["Content-Length", "content-length", "close, CONTENT-LENGTH", "Content-Length, Transfer-Encoding"] {
        let before = origin.requests().len();
        let mut client = gateway.connect();
        let answer = client.ask(format!(
            "POST /first HTTP/1.1\r\nHost: h\r\nConnection: {spelling}\r\nContent-Length: {}\r\n\r\n{hidden}",
            hidden.len()
        ));
        assert_eq!((answer.status, answer.text()), (200, "/first".to_owned()), "{spelling}");
        assert_eq!(gateway.connect().get("/second").text(), "/second");
        let requests = origin.requests().split_off(before);
        let targets: Vec<_> = requests.iter().map(|request| request.target.as_str()).collect();
        assert_eq!(targets, ["/first", "/second"], "{spelling}");
        assert_eq!(requests[0].text(), hidden);
        assert_eq!(requests[0].field("content-length"), Some(hidden.len().to_string().as_str()));
    }
}

#[test]
fn naming_transfer_encoding_in_connection_does_not_unframe_a_body() {
    let (gateway, origin) = gateway();
    let hidden = "GET /admin HTTP/1.1\r\nHost: internal\r\n\r\n";
    let answer = gateway.connect().ask(format!(
        "POST /first HTTP/1.1\r\nHost: h\r\nConnection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n\
         {:x}\r\n{hidden}\r\n0\r\n\r\n",
        hidden.len()
    ));
    assert_eq!(answer.status, 200);
    let request = origin.only_request();
    assert_eq!((request.target.as_str(), request.text()), ("/first", hidden.to_owned()));
}

#[test]
fn naming_host_in_connection_leaves_the_host() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::start();
    let service = gateway.service_at(&origin, json!({}));
    gateway.route_to(service, json!({ "hosts": ["one.test"], "preserve_host": true }));
    let answer = gateway.connect().ask("GET / HTTP/1.1\r\nHost: one.test\r\nConnection: Host\r\n\r\n");
    assert_eq!(answer.status, 200);
    assert_eq!(origin.only_request().all("host"), ["one.test"]);
}

#[test]
fn naming_what_authenticates_in_connection_leaves_it() {
    for field in ["Authorization: Bearer x", "Proxy-Authorization: Basic x", "Cookie: session=1"] {
        let (gateway, origin) = gateway();
        let (name, value) = field.split_once(": ").unwrap();
        let answer = gateway.connect().get_with("/", &[field, &format!("Connection: close, {name}")]);
        assert_eq!(answer.status, 200);
        assert_eq!(origin.only_request().all(name), [value]);
    }
}

#[test]
fn naming_what_the_gateway_tells_the_upstream_does_not_hide_it() {
    let (gateway, origin) = gateway();
    let names = "X-Forwarded-For, X-Forwarded-Host, X-Forwarded-Proto, X-Real-IP, X-Kong-Request-Id, Via";
    gateway.connect().get_with("/", &[&format!("Connection: {names}"), "X-Forwarded-For: 10.1.1.1"]);
    let request = origin.only_request();
    for name in names.split(", ") {
        assert_eq!(request.all(name).len(), 1, "{name}");
    }
    assert_eq!(request.field("x-forwarded-for"), Some("10.1.1.1, 127.0.0.1"));
}

#[test]
fn fields_of_the_upstreams_connection_do_not_reach_the_client() {
    let fields = [
        "Connection: X-Internal, Content-Length, Content-Type",
        "X-Internal: 1",
        "Content-Type: text/plain",
        "Keep-Alive: timeout=5",
        "Proxy-Connection: keep-alive",
        "Upgrade: h2c",
        "X-Stays: 1",
    ];
    let origin = Origin::start(move |_| Action::answer("200 OK", &fields, "hello"));
    let gateway = Gateway::start();
    gateway.proxy_to(&origin);
    let mut client = gateway.connect();
    for _ in 0..2 {
        let answer = client.get("/");
        for name in ["x-internal", "keep-alive", "proxy-connection", "upgrade"] {
            assert_eq!(answer.field(name), None, "{name}");
        }
        assert_eq!((answer.field("x-stays"), answer.field("content-type")), (Some("1"), Some("text/plain")));
        assert_eq!((answer.field("content-length"), answer.text()), (Some("5"), "hello".to_owned()));
    }
}

#[test]
fn an_upstream_that_closes_its_connection_does_not_close_the_clients() {
    let origin = Origin::start(|request| {
        let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n";
        Action::send(format!("{head}{:02}", request.connection)).then_close()
    });
    let gateway = Gateway::start();
    gateway.proxy_to(&origin);
    let mut client = gateway.connect();
    for number in ["00", "01"] {
        let answer = client.get("/");
        assert_eq!((answer.text().as_str(), answer.field("connection")), (number, None));
    }
}
