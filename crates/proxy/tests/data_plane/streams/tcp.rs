//! Connections without TLS.

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use gibbon_testkit::{Client, StreamOrigin, eventually};
use serde_json::json;

use super::{connect, gateway, outcome, proxy_to, proxy_with};

const HERE: &str = "127.0.0.1:0";

#[test]
fn what_a_client_says_comes_to_the_upstream_and_back() {
    let (gateway, origin) = (gateway(HERE), StreamOrigin::echoing());
    proxy_to(&gateway, "tcp", origin.port());
    let mut client = connect(&gateway);
    for text in ["hello", "\0\u{1}\u{2}", "again"] {
        client.send(text);
        assert_eq!(client.read_raw(text.len()), text.as_bytes());
    }
    drop(client);
    let line = gateway.stream_log(1).remove(0);
    assert!(line.starts_with("127.0.0.1 ["), "{line}");
    assert_eq!(outcome(&line), ["TCP", "200", "13", "13"]);
}

#[test]
fn an_upstream_may_speak_first_and_end_first() {
    let (gateway, origin) = (gateway(HERE), StreamOrigin::saying("220 ready\r\n"));
    proxy_to(&gateway, "tcp", origin.port());
    let mut client = connect(&gateway);
    assert_eq!(client.read_raw(11), b"220 ready\r\n");
    assert!(client.is_closed_by_gateway());
}

#[test]
fn a_client_that_has_said_everything_still_gets_its_answer() {
    let origin = StreamOrigin::start(|mut stream| {
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        stream.write_all(format!("{} bytes", all.len()).as_bytes()).unwrap();
    });
    let gateway = gateway(HERE);
    proxy_to(&gateway, "tcp", origin.port());
    let mut client = connect(&gateway);
    client.send(vec![7; 300_000]);
    client.finish_sending();
    assert_eq!(client.read_raw(12), b"300000 bytes");
    assert!(client.is_closed_by_gateway());
}

#[test]
fn an_upstream_can_send_no_more_than_its_client_reads() {
    const PIECE: usize = 64 * 1024;
    const PIECES: usize = 1024;
    let written = Arc::<AtomicUsize>::default();
    let count = Arc::clone(&written);
    let origin = StreamOrigin::start(move |mut stream| {
        for number in 0..PIECES {
            stream.write_all(&[number as u8; PIECE]).unwrap();
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    let gateway = gateway(HERE);
    proxy_to(&gateway, "tcp", origin.port());
    let mut client = connect(&gateway);
    // It stops where the buffers of the system are full.
    let (mut seen, mut since) = (0, Instant::now());
    eventually("the upstream waits", || {
        let now = written.load(Ordering::SeqCst);
        if now != seen {
            (seen, since) = (now, Instant::now());
        }
        seen > 0 && since.elapsed() > Duration::from_millis(500)
    });
    assert!(seen < PIECES, "the gateway has taken all of it");
    for number in 0..PIECES {
        assert!(client.read_raw(PIECE).iter().all(|byte| *byte == number as u8), "{number}");
    }
    assert!(client.is_closed_by_gateway());
}

#[test]
fn a_large_upload_arrives_whole() {
    let origin = StreamOrigin::start(|mut stream| {
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        let sum: u64 = all.iter().map(|byte| u64::from(*byte)).sum();
        stream.write_all(&sum.to_be_bytes()).unwrap();
    });
    let gateway = gateway(HERE);
    proxy_to(&gateway, "tcp", origin.port());
    let mut client = connect(&gateway);
    let body: Vec<u8> = (0..20_000_000_u32).map(|number| (number % 251) as u8).collect();
    client.send(&body);
    client.finish_sending();
    let sum: u64 = body.iter().map(|byte| u64::from(*byte)).sum();
    assert_eq!(client.read_raw(8), sum.to_be_bytes());
}

#[test]
fn a_stream_without_a_route_or_a_service_is_closed() {
    let gateway = gateway(HERE);
    assert!(connect(&gateway).is_closed_by_gateway());
    gateway.route(json!({ "protocols": ["tcp"], "destinations": [{ "port": gateway.stream_addresses()[0].port() }] }));
    assert!(connect(&gateway).is_closed_by_gateway());
    let lines = gateway.stream_log(2);
    assert!(lines.iter().all(|line| outcome(line) == ["TCP", "500", "0", "0"]), "{lines:?}");
}

#[test]
fn routes_of_requests_take_no_streams_and_those_of_streams_no_requests() {
    let (gateway, origin) = (gateway(HERE), StreamOrigin::echoing());
    let service = gateway.service(json!({ "host": "127.0.0.1", "port": origin.port() }));
    gateway.route_to(service, json!({ "paths": ["/"] }));
    assert!(connect(&gateway).is_closed_by_gateway());
    proxy_to(&gateway, "tcp", origin.port());
    let mut client = connect(&gateway);
    client.send("x");
    assert_eq!(client.read_raw(1), b"x");
}

#[test]
fn a_change_of_the_configuration_concerns_new_streams_only() {
    let (gateway, first, second) = (gateway(HERE), StreamOrigin::echoing(), StreamOrigin::saying("second"));
    let route = proxy_to(&gateway, "tcp", first.port());
    let mut old = connect(&gateway);
    old.send("a");
    assert_eq!(old.read_raw(1), b"a");
    gateway.delete("routes", route);
    proxy_to(&gateway, "tcp", second.port());
    assert_eq!(connect(&gateway).read_raw(6), b"second");
    old.send("b");
    assert_eq!(old.read_raw(1), b"b");
}

#[test]
fn a_stream_that_is_silent_for_the_read_timeout_ends() {
    let (gateway, origin) = (gateway(HERE), StreamOrigin::echoing());
    let service = json!({ "protocol": "tcp", "port": origin.port(), "read_timeout": 300 });
    proxy_with(&gateway, service, json!({ "protocols": ["tcp"] }));
    let begun = Instant::now();
    let mut client = connect(&gateway);
    client.send("x");
    assert_eq!(client.read_raw(1), b"x");
    assert!(client.is_closed_by_gateway());
    assert!(begun.elapsed() >= Duration::from_millis(300));
    assert_eq!(outcome(&gateway.stream_log(1)[0]), ["TCP", "200", "1", "1"]);
}

#[test]
fn a_reader_that_takes_nothing_for_the_write_timeout_is_cut_off() {
    let origin = StreamOrigin::start(|mut stream| {
        let mut wrote = Ok(());
        while wrote.is_ok() {
            wrote = stream.write_all(&[1; 64 * 1024]);
        }
    });
    let gateway = gateway(HERE);
    let service = json!({ "protocol": "tcp", "port": origin.port(), "write_timeout": 300 });
    proxy_with(&gateway, service, json!({ "protocols": ["tcp"] }));
    let _client = connect(&gateway);
    assert_eq!(outcome(&gateway.stream_log(1)[0])[1], "200");
}

#[test]
fn streams_count_as_no_requests_and_no_connections_of_http() {
    let (gateway, origin) = (gateway(HERE), StreamOrigin::echoing());
    proxy_to(&gateway, "tcp", origin.port());
    let mut client = connect(&gateway);
    client.send("x");
    assert_eq!(client.read_raw(1), b"x");
    assert_eq!((gateway.counters().connections_accepted(), gateway.counters().requests_total()), (0, 0));
}

#[test]
fn many_streams_share_a_worker() {
    let (gateway, origin) = (gateway(HERE), StreamOrigin::echoing());
    proxy_to(&gateway, "tcp", origin.port());
    let mut clients: Vec<Client> = (0..200).map(|_| connect(&gateway)).collect();
    for round in 0..3_u8 {
        clients.iter().for_each(|client| client.send([round]));
        clients.iter_mut().for_each(|client| assert_eq!(client.read_raw(1), [round]));
    }
}
