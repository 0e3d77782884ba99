//! Clients of HTTP/2 that cost more than they pay: what they may take is bounded, in memory and in time, and others are
//! served meanwhile.

use std::time::Duration;

use gibbon_testkit::{Action, Gateway, Origin, eventually};

use crate::http2_frames::wire::{
    CONTINUATION, DATA, END_HEADERS, END_STREAM, End, HEADERS, PING, Peer, RST_STREAM, SETTINGS, block, fields, frame,
    get, post,
};

/// What all that is bounded may take, with what other tests of this process take meanwhile.
const LITTLE: u64 = 64 * 1024 * 1024;

const ENHANCE_YOUR_CALM: u32 = 0xb;

/// The most memory that this process has ever had at once, in bytes.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

fn gateway(origin: &Origin) -> Gateway {
    let short = ["client_body_timeout", "client_idle_timeout", "nginx_http_send_timeout"].map(|key| (key, "1s"));
    let settings = [&[("proxy_listen", "127.0.0.1:0 http2")][..], &short].concat();
    let gateway = Gateway::with(&settings);
    gateway.proxy_to(origin);
    gateway
}

/// Sends `flood` again and again until the gateway takes no more, or `times` have been taken.
fn flood(peer: &mut Peer, flood: &[u8], times: usize) {
    peer.wait_at_most(Duration::from_secs(3));
    for _ in 0..times {
        if peer.try_send(flood).is_err() {
            return;
        }
    }
}

/// A client that has sent what `prepare` gives, and then floods and reads nothing, takes little, and is gone when it goes.
fn assert_bounded(prepare: &[u8], frames: &[u8], times: usize) {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin);
    assert_eq!(gateway.connect().get("/before").status, 200);
    let before = peak_memory();
    let mut peer = Peer::connect(gateway.address());
    peer.send(prepare);
    flood(&mut peer, frames, times);
    assert!(peak_memory() - before < LITTLE, "{} more bytes", peak_memory() - before);
    assert_eq!(gateway.connect().get("/meanwhile").status, 200);
    drop(peer);
    eventually("nothing is left of it", || gateway.counters().connections_active() <= 1);
}

#[test]
fn pings_whose_answers_nobody_reads_take_little() {
    assert_bounded(b"", &frame(PING, 0, 0, &[0; 8]).repeat(1000), 2000);
}

#[test]
fn settings_whose_acknowledgements_nobody_reads_take_little() {
    assert_bounded(b"", &frame(SETTINGS, 0, 0, b"\0\x03\0\0\0\x64").repeat(1000), 2000);
}

#[test]
fn empty_frames_of_a_body_take_little() {
    assert_bounded(&post(1, &[]), &frame(DATA, 0, 1, b"").repeat(1000), 1000);
}

#[test]
fn a_body_of_empty_frames_ends_with_the_time_for_bodies() {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin);
    let mut peer = Peer::connect(gateway.address());
    peer.send(&post(1, &[]));
    let empty = frame(DATA, 0, 1, b"");
    // It goes on until the gateway has had enough; an answer or the end of stream or connection comes all the same.
    eventually("the request is ended", || {
        let _ = peer.try_send(&empty);
        peer.has_answered()
    });
    assert_ne!(peer.end(), End::Pong);
    assert!(origin.requests().is_empty());
}

#[test]
fn a_head_without_end_ends_the_connection() {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin);
    let before = peak_memory();
    let mut peer = Peer::connect(gateway.address());
    peer.send(&frame(HEADERS, END_STREAM, 1, &fields("GET")));
    let field = block(&[("x", &"y".repeat(16_000))]);
    flood(&mut peer, &frame(CONTINUATION, 0, 1, &field), 10_000);
    assert!(matches!(peer.end(), End::Connection(ENHANCE_YOUR_CALM | 1) | End::Closed));
    assert!(peak_memory() - before < LITTLE, "{} more bytes", peak_memory() - before);
    assert!(origin.requests().is_empty());
}

#[test]
fn a_head_without_end_in_empty_frames_ends_the_connection() {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin);
    let mut peer = Peer::connect(gateway.address());
    peer.send(&frame(HEADERS, END_STREAM, 1, &fields("GET")));
    flood(&mut peer, &frame(CONTINUATION, 0, 1, b""), 100_000);
    assert!(matches!(peer.end(), End::Connection(ENHANCE_YOUR_CALM | 1) | End::Closed));
}

#[test]
fn a_large_field_that_is_repeated_by_its_index_is_too_large_a_head() {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin);
    let before = peak_memory();
    let mut peer = Peer::connect(gateway.address());
    // A literal that is indexed (RFC 7541 section 6.2.1), 4,000 bytes long, and 16,000 times the index that it has got.
    let literal = [&[0x40][..], &block(&[("x", &"y".repeat(4_000))])[1..]].concat();
    peer.send(&frame(HEADERS, END_STREAM, 1, &[fields("GET"), literal].concat()));
    peer.send(&frame(CONTINUATION, END_HEADERS, 1, &[0xbe; 16_000]));
    let end = peer.end();
    assert!(matches!(end, End::Answer("431" | "400") | End::Connection(_) | End::Stream(_)), "{end:?}");
    assert!(peak_memory() - before < LITTLE, "{} more bytes", peak_memory() - before);
    assert!(origin.requests().is_empty());
}

#[test]
fn answers_for_which_there_is_no_window_end_with_the_time_to_take_them() {
    const LARGE: usize = 1_000_000;
    let origin = Origin::start(|_| {
        Action::send(format!("HTTP/1.1 200 OK\r\nContent-Length: {LARGE}\r\n\r\n")).then_send(vec![b'x'; LARGE])
    });
    let gateway = gateway(&origin);
    assert_eq!(gateway.connect().get("/before").status, 200);
    let before = peak_memory();
    // INITIAL_WINDOW_SIZE 0
    let mut peer = Peer::connect_with(gateway.address(), b"\0\x04\0\0\0\0");
    for number in 0..100 {
        peer.send(&get(2 * number + 1));
    }
    eventually("each has got its upstream", || origin.requests().len() == 101);
    assert!(peak_memory() - before < 100 * (LARGE as u64) + LITTLE, "the origin's own answers are in this process");
    assert_eq!(gateway.connect().get("/meanwhile").status, 200);
    eventually("the gateway gives them up", || origin.open_connections() <= 1);
}

#[test]
fn streams_that_are_begun_and_taken_back_end_the_connection() {
    let origin = Origin::start(|_| Action::hang());
    let gateway = gateway(&origin);
    let mut peer = Peer::connect(gateway.address());
    // CVE-2023-44487
    let both =
        (0..1000).map(|number| [get(2 * number + 1), frame(RST_STREAM, 0, 2 * number + 1, &[0, 0, 0, 8])].concat());
    peer.send(&both.collect::<Vec<_>>().concat());
    assert_eq!(peer.end(), End::Connection(ENHANCE_YOUR_CALM));
    eventually("nothing is left of it", || gateway.counters().connections_active() == 0);
}
