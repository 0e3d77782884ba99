//! Clients of HTTP/2 that break its rules, frame by frame; sections are those of RFC 9113. The order and the choice are
//! those of h2spec.

pub(crate) mod wire;

use gibbon_testkit::{Action, Gateway, Origin};

use wire::{
    ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, End, GOAWAY, HEADERS, PADDED, PING, PRIORITY, PRIORITY_GIVEN,
    PUSH_PROMISE, Peer, RST_STREAM, SETTINGS, WINDOW_UPDATE, fields, frame, get, post, request,
};

const NO_ERROR: u32 = 0x0;
const PROTOCOL_ERROR: u32 = 0x1;
const FLOW_CONTROL_ERROR: u32 = 0x3;
const STREAM_CLOSED: u32 = 0x5;
const FRAME_SIZE_ERROR: u32 = 0x6;
const REFUSED_STREAM: u32 = 0x7;
const COMPRESSION_ERROR: u32 = 0x9;

fn gateway(origin: &Origin) -> Gateway {
    let gateway = Gateway::with(&[("proxy_listen", "127.0.0.1:0 http2")]);
    gateway.proxy_to(origin);
    gateway
}

/// How each of these exchanges ends, beginning behind the preface and the settings of both sides.
fn assert_ends(cases: &[(&str, Vec<u8>, End)]) {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin);
    let mut failures = Vec::new();
    for (what, frames, expected) in cases {
        let mut peer = Peer::connect(gateway.address());
        peer.send(frames);
        let end = peer.end();
        if !end.serves_for(*expected) {
            failures.push(format!("{what}: {end:?}, not {expected:?}\n"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.concat());
    assert_eq!(gateway.connect().get("/fine").status, 200);
}

#[test]
fn what_is_no_preface_is_no_http2() {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin);
    assert_eq!(gateway.connect().ask("PRI * HTTP/2.0\r\n\r\nSM\r\r\r\n").status, 400);
}

#[test]
fn what_must_be_borne_is_borne() {
    assert_ends(&[
        ("a request", get(1), End::Answer("200")),
        (
            "a frame of a kind that nobody knows (5.5)",
            [frame(0x16, 0xff, 0, b"12345678"), get(1)].concat(),
            End::Answer("200"),
        ),
        ("flags that mean nothing (4.1)", [frame(PING, 0x16, 0, b"12345678"), get(1)].concat(), End::Answer("200")),
        ("the reserved bit (4.1)", [frame(PING, 0, 1 << 31, b"12345678"), get(1)].concat(), End::Answer("200")),
        (
            "a setting that nobody knows (6.5.2)",
            [frame(SETTINGS, 0, 0, b"\0\xff\0\0\0\x01"), get(1)].concat(),
            End::Answer("200"),
        ),
        (
            "a priority for a stream that is idle (5.1)",
            [frame(PRIORITY, 0, 3, b"\0\0\0\0\x10"), get(1)].concat(),
            End::Answer("200"),
        ),
        (
            "padding (6.1)",
            frame(HEADERS, PADDED | END_HEADERS | END_STREAM, 1, &[&[4], &*fields("GET"), &[0; 4]].concat()),
            End::Answer("200"),
        ),
        (
            "a head in three frames (6.10)",
            [
                frame(HEADERS, END_STREAM, 1, &fields("GET")[..5]),
                frame(CONTINUATION, 0, 1, &fields("GET")[5..9]),
                frame(CONTINUATION, END_HEADERS, 1, &fields("GET")[9..]),
            ]
            .concat(),
            End::Answer("200"),
        ),
        (
            "`te: trailers` (8.2.2)",
            request(
                1,
                &[(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "h"), ("te", "trailers")],
            ),
            End::Answer("200"),
        ),
        (
            "trailers (8.1)",
            [post(1, &[]), frame(DATA, 0, 1, b"x"), frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\0\x01x\x01y")]
                .concat(),
            End::Answer("200"),
        ),
        (
            "a length that is right (8.1.1)",
            [post(1, &[("content-length", "2")]), frame(DATA, END_STREAM, 1, b"hi")].concat(),
            End::Answer("200"),
        ),
    ]);
}

#[test]
fn a_ping_is_answered_with_what_is_in_it_and_settings_are_acknowledged() {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin);
    let mut peer = Peer::connect(gateway.address());
    peer.send(&frame(PING, 0, 0, b"12345678"));
    assert_eq!(peer.next_of(PING), Some((ACK, b"12345678".to_vec())));
    let mut peer = Peer::connect(gateway.address());
    peer.send(&frame(SETTINGS, 0, 0, b""));
    // The first acknowledges those that came with the preface.
    for _ in 0..2 {
        assert_eq!(peer.next_acknowledgement(), Some((ACK, Vec::new())));
    }
}

#[test]
fn frames_on_streams_where_they_have_no_place_end_the_connection() {
    let wrong = |what, frames| (what, frames, End::Connection(PROTOCOL_ERROR));
    assert_ends(&[
        wrong("DATA on the connection (6.1)", frame(DATA, 0, 0, b"x")),
        wrong("HEADERS on the connection (6.2)", frame(HEADERS, END_HEADERS | END_STREAM, 0, &fields("GET"))),
        wrong("PRIORITY on the connection (6.3)", frame(PRIORITY, 0, 0, b"\0\0\0\x01\x10")),
        wrong("RST_STREAM on the connection (6.4)", frame(RST_STREAM, 0, 0, &[0; 4])),
        wrong("SETTINGS on a stream (6.5)", frame(SETTINGS, 0, 1, b"")),
        wrong("PING on a stream (6.7)", frame(PING, 0, 1, &[0; 8])),
        wrong("GOAWAY on a stream (6.8)", frame(GOAWAY, 0, 1, &[0; 8])),
        wrong("CONTINUATION on the connection (6.10)", frame(CONTINUATION, END_HEADERS, 0, &fields("GET"))),
        wrong(
            "PUSH_PROMISE of a client (8.4)",
            frame(PUSH_PROMISE, END_HEADERS, 1, &[&[0, 0, 0, 2], &*fields("GET")].concat()),
        ),
        wrong("DATA on an idle stream (5.1)", frame(DATA, END_STREAM, 1, b"x")),
        wrong("RST_STREAM on an idle stream (5.1)", frame(RST_STREAM, 0, 1, &[0; 4])),
        wrong("WINDOW_UPDATE on an idle stream (5.1)", frame(WINDOW_UPDATE, 0, 1, &[0, 0, 0, 1])),
        wrong("CONTINUATION on an idle stream (5.1)", frame(CONTINUATION, END_HEADERS, 1, &fields("GET"))),
        wrong("a stream with an even number (5.1.1)", get(2)),
        wrong("HEADERS within a head (6.2)", [frame(HEADERS, END_STREAM, 1, &fields("GET")), get(3)].concat()),
        wrong(
            "DATA within a head (6.2)",
            [frame(HEADERS, 0, 1, &fields("GET")), frame(DATA, END_STREAM, 1, b"x")].concat(),
        ),
        wrong(
            "PING within a head (6.2)",
            [frame(HEADERS, END_STREAM, 1, &fields("GET")), frame(PING, 0, 0, &[0; 8])].concat(),
        ),
        wrong(
            "a frame that nobody knows within a head (5.5)",
            [frame(HEADERS, END_STREAM, 1, &fields("GET")), frame(0x16, 0, 0, b"x")].concat(),
        ),
        wrong(
            "CONTINUATION of another stream (6.10)",
            [
                frame(HEADERS, END_STREAM, 1, &fields("GET")[..5]),
                frame(CONTINUATION, END_HEADERS, 3, &fields("GET")[5..]),
            ]
            .concat(),
        ),
        wrong(
            "CONTINUATION behind the end of a head (6.10)",
            [post(1, &[]), frame(CONTINUATION, END_HEADERS, 1, b"")].concat(),
        ),
        wrong(
            "padding as long as the frame, DATA (6.1)",
            [post(1, &[]), frame(DATA, PADDED | END_STREAM, 1, b"\x04xyz")].concat(),
        ),
        wrong(
            "padding as long as the frame, HEADERS (6.2)",
            frame(HEADERS, PADDED | END_HEADERS | END_STREAM, 1, b"\x04xyz"),
        ),
        wrong("a window that grows by nothing (6.9)", frame(WINDOW_UPDATE, 0, 0, &[0; 4])),
    ]);
}

#[test]
fn frames_of_a_wrong_length_end_the_connection() {
    let wrong = |what, frames| (what, frames, End::Connection(FRAME_SIZE_ERROR));
    assert_ends(&[
        wrong("DATA (4.2)", [post(1, &[]), frame(DATA, END_STREAM, 1, &[0; 16_385])].concat()),
        wrong("HEADERS (4.2)", frame(HEADERS, END_HEADERS | END_STREAM, 1, &[0; 16_385])),
        wrong("RST_STREAM (6.4)", [post(1, &[]), frame(RST_STREAM, 0, 1, &[0; 3])].concat()),
        wrong("SETTINGS (6.5)", frame(SETTINGS, 0, 0, &[0; 3])),
        wrong("SETTINGS that acknowledge and set (6.5)", frame(SETTINGS, ACK, 0, &[0; 6])),
        wrong("PING (6.7)", frame(PING, 0, 0, &[0; 7])),
        wrong("WINDOW_UPDATE (6.9)", frame(WINDOW_UPDATE, 0, 0, &[0; 3])),
    ]);
}

#[test]
fn settings_out_of_range_end_the_connection() {
    assert_ends(&[
        ("ENABLE_PUSH (6.5.2)", frame(SETTINGS, 0, 0, b"\0\x02\0\0\0\x02"), End::Connection(PROTOCOL_ERROR)),
        (
            "INITIAL_WINDOW_SIZE (6.5.2)",
            frame(SETTINGS, 0, 0, b"\0\x04\x80\0\0\0"),
            End::Connection(FLOW_CONTROL_ERROR),
        ),
        (
            "MAX_FRAME_SIZE, too small (6.5.2)",
            frame(SETTINGS, 0, 0, b"\0\x05\0\0\x3f\xff"),
            End::Connection(PROTOCOL_ERROR),
        ),
        (
            "MAX_FRAME_SIZE, too large (6.5.2)",
            frame(SETTINGS, 0, 0, b"\0\x05\x01\0\0\0"),
            End::Connection(PROTOCOL_ERROR),
        ),
    ]);
}

#[test]
fn a_window_that_grows_too_far_ends_what_it_belongs_to() {
    let most = 0x7fff_ffff_u32.to_be_bytes();
    assert_ends(&[
        ("the connection's (6.9.1)", frame(WINDOW_UPDATE, 0, 0, &most), End::Connection(FLOW_CONTROL_ERROR)),
        (
            "a stream's (6.9.1)",
            [post(1, &[]), frame(WINDOW_UPDATE, 0, 1, &most)].concat(),
            End::Stream(FLOW_CONTROL_ERROR),
        ),
        ("by nothing (6.9)", [post(1, &[]), frame(WINDOW_UPDATE, 0, 1, &[0; 4])].concat(), End::Stream(PROTOCOL_ERROR)),
    ]);
}

#[test]
fn a_stream_that_depends_on_itself_is_ended() {
    // RFC 7540 section 5.3.1; RFC 9113 knows no priorities any more, and leaves it to the gateway.
    assert_ends(&[(
        "by HEADERS",
        frame(HEADERS, PRIORITY_GIVEN | END_HEADERS | END_STREAM, 1, &[b"\0\0\0\x01\x10", &*fields("GET")].concat()),
        End::Stream(PROTOCOL_ERROR),
    )]);
}

#[test]
fn what_comes_behind_the_end_of_a_stream_is_refused() {
    let origin = Origin::start(|_| Action::hang());
    let gateway = gateway(&origin);
    let cases = [
        ("DATA (5.1)", [get(1), frame(DATA, END_STREAM, 1, b"x")].concat()),
        ("HEADERS (5.1)", [get(1), get(1)].concat()),
        (
            "DATA on one that was taken back (5.1)",
            [post(1, &[]), frame(RST_STREAM, 0, 1, &[0, 0, 0, 8]), frame(DATA, END_STREAM, 1, b"x")].concat(),
        ),
    ];
    for (what, frames) in cases {
        let mut peer = Peer::connect(gateway.address());
        peer.send(&frames);
        // A ping shows that all has been read.
        peer.send(&frame(PING, 0, 0, &[0; 8]));
        let end = peer.end();
        let refused = matches!(end, End::Stream(STREAM_CLOSED) | End::Connection(STREAM_CLOSED | PROTOCOL_ERROR));
        // What comes late on a stream that was taken back may be passed over.
        assert!(refused || (what.contains("taken back") && end == End::Pong), "{what}: {end:?}");
    }
    let mut peer = Peer::connect(gateway.address());
    peer.send(&[get(5), get(3)].concat());
    assert_eq!(peer.end(), End::Connection(PROTOCOL_ERROR), "a stream with a lower number (5.1.1)");
}

#[test]
fn heads_that_are_malformed_end_the_stream() {
    let usual = [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "h")];
    let with = |more: &[(&str, &str)]| request(1, &[&usual, more].concat());
    let without = |name: &str| request(1, &usual.into_iter().filter(|field| field.0 != name).collect::<Vec<_>>());
    let wrong = |what, frames| (what, frames, End::Stream(PROTOCOL_ERROR));
    assert_ends(&[
        wrong("a name in upper case (8.2.1)", with(&[("X-A", "1")])),
        wrong("a name with a space (8.2.1)", with(&[("x a", "1")])),
        wrong("a value with a line break (8.2.1)", with(&[("x", "a\r\nb: c")])),
        wrong("a value with NUL (8.2.1)", with(&[("x", "a\0b")])),
        wrong("connection (8.2.2)", with(&[("connection", "keep-alive")])),
        wrong("proxy-connection (8.2.2)", with(&[("proxy-connection", "keep-alive")])),
        wrong("keep-alive (8.2.2)", with(&[("keep-alive", "5")])),
        wrong("transfer-encoding (8.2.2)", with(&[("transfer-encoding", "chunked")])),
        wrong("upgrade (8.2.2)", with(&[("upgrade", "h2c")])),
        wrong("te that is not trailers (8.2.2)", with(&[("te", "gzip")])),
        wrong("a pseudo field that nobody knows (8.3)", with(&[(":x", "1")])),
        wrong("the pseudo field of answers (8.3)", with(&[(":status", "200")])),
        wrong(
            "a pseudo field behind another field (8.3)",
            request(1, &[usual[0], usual[1], usual[2], ("x", "1"), usual[3]]),
        ),
        wrong("two methods (8.3.1)", with(&[(":method", "GET")])),
        wrong("two schemes (8.3.1)", with(&[(":scheme", "http")])),
        wrong("two paths (8.3.1)", with(&[(":path", "/b")])),
        wrong("two authorities (8.3.1)", with(&[(":authority", "g")])),
        wrong("no method (8.3.1)", without(":method")),
        wrong("no scheme (8.3.1)", without(":scheme")),
        wrong("no path (8.3.1)", without(":path")),
        wrong("an empty path (8.3.1)", request(1, &[usual[0], usual[1], (":path", ""), usual[3]])),
        wrong("a method with a space (8.3.1)", request(1, &[(":method", "GET /b"), usual[1], usual[2], usual[3]])),
        wrong(
            "a body shorter than its length (8.1.1)",
            [post(1, &[("content-length", "3")]), frame(DATA, END_STREAM, 1, b"x")].concat(),
        ),
        wrong(
            "a body longer than its length (8.1.1)",
            [post(1, &[("content-length", "1")]), frame(DATA, END_STREAM, 1, b"xyz")].concat(),
        ),
        wrong("no body where there is a length (8.1.1)", with(&[("content-length", "1")])),
        wrong(
            "trailers that do not end the stream (8.1)",
            [post(1, &[]), frame(HEADERS, END_HEADERS, 1, b"\0\x01x\x01y"), frame(DATA, END_STREAM, 1, b"x")].concat(),
        ),
    ]);
}

#[test]
fn a_pseudo_field_among_trailers_goes_no_further() {
    // Malformed by section 8.1, and passed over by the library: nothing of trailers is passed on.
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin);
    let mut peer = Peer::connect(gateway.address());
    let trailers = frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\0\x05:path\x07/hidden\0\x01x\x01y");
    peer.send(&[post(1, &[]), frame(DATA, 0, 1, b"x"), trailers].concat());
    assert_eq!(peer.end(), End::Answer("200"));
    let request = origin.only_request();
    assert_eq!((request.target.as_str(), request.text(), request.field("x")), ("/", "x".to_owned(), None));
}

#[test]
fn names_of_hosts_that_are_none_are_refused_as_in_http1() {
    let at =
        |authority| request(1, &[(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", authority)]);
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin);
    for authority in ["a b", "u@h", "a/b", "a\\b", "a,b", ""] {
        let mut peer = Peer::connect(gateway.address());
        peer.send(&at(authority));
        assert!(matches!(peer.end(), End::Answer("400") | End::Stream(PROTOCOL_ERROR)), "{authority:?}");
    }
    assert!(origin.requests().is_empty());
}

#[test]
fn fields_that_cannot_be_decompressed_end_the_connection() {
    let head = |block: &[u8]| frame(HEADERS, END_HEADERS | END_STREAM, 1, block);
    let wrong = |what, frames| (what, frames, End::Connection(COMPRESSION_ERROR));
    // RFC 7541.
    assert_ends(&[
        wrong("the index 0 (6.1)", head(b"\x80")),
        wrong("an index behind the table (2.3.3)", head(b"\xff\xff\x7f")),
        wrong("a name with an index behind the table", head(b"\x7f\xff\x7f\x01x")),
        wrong("a number without end (5.1)", head(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f")),
        wrong("a table larger than allowed (6.3)", head(b"\x3f\xff\xff\x7f\x82")),
        wrong("a change of the table behind a field (4.2)", head(b"\x82\x20\x86\x84")),
        wrong("Huffman padding longer than 7 bits (5.2)", head(b"\x00\x85\xf2\xb2\x4a\x84\xff\x84\x49\x50\x9f\xff")),
        wrong("Huffman padding of zeros (5.2)", head(b"\x00\x81\x00\x01x")),
        wrong("a text that breaks off", head(b"\x00\x0aabc")),
    ]);
}

#[test]
fn more_streams_than_allowed_are_refused_one_by_one() {
    let origin = Origin::start(|_| Action::hang());
    let gateway = gateway(&origin);
    let mut peer = Peer::connect(gateway.address());
    for stream in 0..129 {
        peer.send(&get(2 * stream + 1));
    }
    assert_eq!(peer.end(), End::Stream(REFUSED_STREAM));
}

#[test]
fn a_client_that_says_goodbye_gets_its_answers() {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin);
    let mut peer = Peer::connect(gateway.address());
    let goodbye = [[0; 4], NO_ERROR.to_be_bytes()].concat();
    peer.send(&[get(1), frame(GOAWAY, 0, 0, &goodbye)].concat());
    assert_eq!(peer.end(), End::Answer("200"));
}
