//! What a client may cost. Each limit is a key of the configuration, set low here.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use gibbon_testkit::{Client, Gateway, Origin, PATIENCE, ReadError, eventually};

fn gateway(settings: &[(&str, &str)]) -> (Gateway, Origin) {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::with(settings);
    gateway.proxy_to(&origin);
    (gateway, origin)
}

fn get(target: &str, fields: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: h\r\n{fields}\r\n")
}

#[test]
fn a_head_above_the_default_limit_gets_400() {
    let (gateway, origin) = gateway(&[]);
    let below = get("/", &format!("X: {}\r\n", "x".repeat(31 * 1024)));
    assert_eq!(gateway.connect().ask(below).status, 200);
    let mut client = gateway.connect();
    let above = get("/", &format!("X: {}\r\n", "x".repeat(33 * 1024)));
    assert_eq!(client.ask(above).status, 400);
    assert!(client.is_closed_by_gateway());
    assert_eq!(origin.requests().len(), 1);
}

#[test]
fn the_limit_on_heads_is_the_configured_one() {
    let (gateway, origin) = gateway(&[("client_head_max_size", "1000"), ("client_uri_max_size", "500")]);
    assert_eq!(gateway.connect().ask(get("/", &format!("X: {}\r\n", "x".repeat(900)))).status, 200);
    assert_eq!(gateway.connect().ask(get("/", &format!("X: {}\r\n", "x".repeat(1000)))).status, 400);
    // A head that has not ended yet is over the limit all the same.
    let client = &mut gateway.connect();
    client.send(&get("/", &format!("X: {}\r\n", "x".repeat(70_000)))[..60_000]);
    assert_eq!(client.response().status, 400);
    assert_eq!(origin.requests().len(), 1);
}

#[test]
fn a_target_above_the_limit_gets_414() {
    let (gateway, origin) = gateway(&[]);
    let target = |length: usize| format!("/?{}", "x".repeat(length - 2));
    assert_eq!(gateway.connect().get(&target(8192)).status, 200);
    let answer = gateway.connect().get_with(&target(8193), &["Accept: application/json"]);
    assert_eq!(answer.status, 414);
    assert!(answer.text().contains("\"message\":\"URI too long\""), "{}", answer.text());
    assert_eq!(origin.requests().len(), 1);
}

#[test]
fn the_limit_on_targets_is_the_configured_one() {
    let (gateway, _origin) = gateway(&[("client_uri_max_size", "20")]);
    assert_eq!(gateway.connect().get("/2345678901234567890").status, 200);
    assert_eq!(gateway.connect().get("/23456789012345678901").status, 414);
    assert_eq!(gateway.connect().get("/23456789?12345678901").status, 414);
}

#[test]
fn more_fields_than_allowed_is_refused() {
    for (settings, limit) in [(&[][..], 200), (&[("client_head_max_fields", "5")], 5)] {
        let (gateway, _origin) = gateway(settings);
        // With the Host field.
        assert_eq!(gateway.connect().ask(get("/", &"X: y\r\n".repeat(limit - 1))).status, 200);
        let mut client = gateway.connect();
        assert_eq!(client.ask(get("/", &"X: y\r\n".repeat(limit))).status, 400);
        assert!(client.is_closed_by_gateway());
    }
}

/// How long the gateway bears a client that sends `trickle` again and again.
fn borne(mut client: Client, trickle: &str) -> Duration {
    let begun = Instant::now();
    let over = AtomicBool::new(false);
    let sending = client.second_handle();
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) && sending.try_send(trickle).is_ok() {
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        let outcome = client.try_response();
        over.store(true, Ordering::Relaxed);
        outcome
    });
    assert_eq!(outcome.unwrap_err(), ReadError::Closed);
    begun.elapsed()
}

#[test]
fn a_head_that_does_not_end_in_time_ends_the_connection() {
    let (gateway, _origin) = gateway(&[("client_head_timeout", "500ms")]);
    let at_least = Duration::from_millis(500);
    let silent = borne(gateway.connect(), "");
    let trickling = {
        let client = gateway.connect();
        client.send("GET / HTTP/1.1\r\nX: ");
        borne(client, "x")
    };
    let after_a_request = {
        let mut client = gateway.connect();
        assert_eq!(client.get("/").status, 200);
        client.send("GET / HT");
        borne(client, "")
    };
    for time in [silent, trickling, after_a_request] {
        // The clock of a worker is up to a tenth of a second behind.
        assert!(time >= at_least - Duration::from_millis(110) && time < PATIENCE, "{time:?}");
    }
}

#[test]
fn a_body_that_does_not_come_forward_gets_408() {
    let (gateway, origin) = gateway(&[("client_body_timeout", "500ms"), ("client_body_min_progress", "1k")]);
    for head in ["Content-Length: 10000\r\n\r\nsome", "Transfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n"] {
        let mut client = gateway.connect();
        client.send(format!("POST / HTTP/1.1\r\nHost: h\r\nAccept: application/json\r\n{head}"));
        let answer = client.response();
        assert_eq!(answer.status, 408, "{head}");
        assert!(answer.text().contains("\"message\":\"Request timeout\""), "{}", answer.text());
        assert!(client.is_closed_by_gateway(), "{head}");
    }
    assert!(origin.requests().is_empty());
}

#[test]
fn a_body_that_trickles_gets_408() {
    let (gateway, origin) = gateway(&[("client_body_timeout", "500ms"), ("client_body_min_progress", "1k")]);
    let mut client = gateway.connect();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10000\r\n\r\n");
    let status = std::thread::scope(|scope| {
        let sending = client.second_handle();
        scope.spawn(move || {
            let begun = Instant::now();
            while sending.try_send("x").is_ok() && begun.elapsed() < PATIENCE {
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        let status = client.response().status;
        drop(client);
        status
    });
    assert_eq!(status, 408);
    assert!(origin.requests().is_empty());
}

#[test]
fn a_body_that_comes_slowly_but_steadily_is_taken() {
    let (gateway, origin) = gateway(&[("client_body_timeout", "1500ms"), ("client_body_min_progress", "10")]);
    let mut client = gateway.connect();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 200\r\n\r\n");
    for _ in 0..20 {
        client.send("x".repeat(10));
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(client.response().status, 200);
    assert_eq!(origin.only_request().body.len(), 200);
}

#[test]
fn a_connection_that_is_idle_for_too_long_is_closed() {
    let (gateway, _origin) = gateway(&[("client_idle_timeout", "500ms")]);
    let mut client = gateway.connect();
    let begun = Instant::now();
    assert_eq!(client.get("/").status, 200);
    assert!(client.is_closed_by_gateway());
    assert!(begun.elapsed() >= Duration::from_millis(390) && begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
}

#[test]
fn no_connection_is_kept_where_idling_is_not_allowed() {
    let (gateway, _origin) = gateway(&[("client_idle_timeout", "0")]);
    let mut client = gateway.connect();
    let answer = client.get("/");
    assert_eq!((answer.status, answer.field("connection")), (200, Some("close")));
    assert!(client.is_closed_by_gateway());
}

#[test]
fn a_body_above_the_limit_gets_413() {
    let (gateway, origin) = gateway(&[("client_max_body_size", "10")]);
    let mut client = gateway.connect();
    assert_eq!(client.post("/", b"0123456789").status, 200);
    let chunked = |chunks: &str| {
        format!("POST / HTTP/1.1\r\nHost: h\r\nAccept: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}")
    };
    assert_eq!(client.ask(chunked("a\r\n0123456789\r\n0\r\n\r\n")).status, 200);
    let large = "POST / HTTP/1.1\r\nHost: h\r\nAccept: application/json\r\nContent-Length: 11\r\n\r\n01234567890";
    for request in
        [large, &chunked("b\r\n01234567890\r\n0\r\n\r\n"), &chunked("6\r\n012345\r\n6\r\n678901\r\n0\r\n\r\n")]
    {
        let mut client = gateway.connect();
        let answer = client.ask(request);
        assert_eq!(answer.status, 413, "{request}");
        assert!(answer.text().contains("\"message\":\"Payload too large\""), "{}", answer.text());
        assert!(client.is_closed_by_gateway(), "{request}");
    }
    assert_eq!(origin.requests().len(), 2);
}

#[test]
fn a_client_that_sends_on_can_finish_and_sees_the_refusal() {
    let (gateway, _origin) = gateway(&[("client_max_body_size", "10")]);
    for _ in 0..5 {
        let mut client = gateway.connect();
        client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 8000000\r\n\r\n");
        // A client that does not look for an answer before it has sent everything, and takes a reset for the answer.
        client.send(vec![b'x'; 8_000_000]);
        assert_eq!(client.response().status, 413);
    }
}

#[test]
fn a_client_that_goes_on_sending_what_nobody_wants_is_ended() {
    let (gateway, _origin) = gateway(&[("client_max_body_size", "10"), ("client_body_timeout", "500ms")]);
    let mut client = gateway.connect();
    assert_eq!(client.ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 8000000\r\n\r\n").status, 413);
    eventually("the connection is over", || {
        let _ = client.try_send("x");
        gateway.counters().connections_active() == 0
    });
}
