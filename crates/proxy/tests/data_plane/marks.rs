//! The fields that the gateway adds to answers and requests.

use gibbon_testkit::{Action, Gateway, Origin, Response};

const MARKS: [&str; 7] = [
    "via",
    "server",
    "x-kong-proxy-latency",
    "x-kong-upstream-latency",
    "x-kong-response-latency",
    "x-kong-upstream-status",
    "x-kong-request-id",
];

fn present(answer: &Response) -> Vec<&'static str> {
    MARKS.into_iter().filter(|name| answer.field(name).is_some()).collect()
}

fn gateway(headers: Option<&str>) -> (Gateway, Origin) {
    let origin = Origin::echoing_targets();
    let gateway = headers.map_or_else(Gateway::start, |value| Gateway::with(&[("headers", value)]));
    gateway.proxy_to(&origin);
    (gateway, origin)
}

#[test]
fn a_proxied_answer_carries_the_gateways_marks() {
    let (gateway, _origin) = gateway(None);
    let answer = gateway.connect().get("/");
    let expected = ["via", "server", "x-kong-proxy-latency", "x-kong-upstream-latency", "x-kong-request-id"];
    assert_eq!(present(&answer), expected);
    assert_eq!((answer.field("via"), answer.field("server")), (Some("1.1 gibbon/test"), Some("gibbon/test")));
    for latency in ["x-kong-proxy-latency", "x-kong-upstream-latency"] {
        assert!(answer.field(latency).unwrap().parse::<u64>().is_ok());
    }
}

#[test]
fn an_answer_of_the_gateways_own_carries_others() {
    let gateway = Gateway::start();
    let answer = gateway.connect().get("/");
    assert_eq!(present(&answer), ["server", "x-kong-response-latency", "x-kong-request-id"]);
}

#[test]
fn a_request_id_has_32_hexadecimal_digits_and_the_upstream_sees_the_same() {
    let (gateway, origin) = gateway(None);
    let mut client = gateway.connect();
    let ids: Vec<String> = (0..3)
        .map(|_| {
            let answer = client.get_with("/", &["X-Kong-Request-Id: mine"]);
            let id = answer.field("x-kong-request-id").unwrap().to_owned();
            assert_eq!(origin.last_request().all("x-kong-request-id"), [&id]);
            id
        })
        .collect();
    for id in &ids {
        assert!(id.len() == 32 && id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)), "{id}");
        assert_eq!(ids.iter().filter(|other| *other == id).count(), 1);
    }
}

#[test]
fn the_upstreams_own_server_and_via_are_kept() {
    let origin = Origin::start(|_| Action::answer("200 OK", &["Server: ours", "Via: 1.1 inner"], ""));
    let gateway = Gateway::start();
    gateway.proxy_to(&origin);
    let answer = gateway.connect().get("/");
    assert_eq!(answer.field("server"), Some("ours"));
    assert_eq!(answer.all("via"), ["1.1 inner", "1.1 gibbon/test"]);
}

#[test]
fn the_marks_are_the_ones_that_are_configured() {
    for (configured, expected) in [
        ("off", &[][..]),
        ("via", &["via"]),
        ("X-Kong-Upstream-Status", &["x-kong-upstream-status"]),
        ("latency_tokens", &["x-kong-proxy-latency", "x-kong-upstream-latency"]),
        ("server_tokens, X-Kong-Request-Id", &["via", "server", "x-kong-request-id"]),
    ] {
        let (gateway, _origin) = gateway(Some(configured));
        assert_eq!(present(&gateway.connect().get("/")), expected, "{configured}");
    }
    let (gateway, _origin) = gateway(Some("X-Kong-Upstream-Status"));
    assert_eq!(gateway.connect().get("/").field("x-kong-upstream-status"), Some("200"));
}

#[test]
fn the_upstream_is_not_told_the_id_where_that_is_off() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::with(&[("headers_upstream", "off")]);
    gateway.proxy_to(&origin);
    gateway.connect().get("/");
    assert_eq!(origin.only_request().field("x-kong-request-id"), None);
}

#[test]
fn what_the_upstream_says_of_the_gateway_is_replaced() {
    let marks = ["X-Kong-Request-Id: theirs", "X-Kong-Proxy-Latency: -1", "X-Kong-Upstream-Latency: -1"];
    let origin = Origin::start(move |_| Action::answer("200 OK", &marks, ""));
    let gateway = Gateway::start();
    gateway.proxy_to(&origin);
    let answer = gateway.connect().get("/");
    assert_eq!(answer.field("x-kong-request-id").map(str::len), Some(32));
    assert!(answer.field("x-kong-proxy-latency").unwrap().parse::<u64>().is_ok());
    assert!(answer.field("x-kong-upstream-latency").unwrap().parse::<u64>().is_ok());
}
