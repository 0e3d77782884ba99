//! Bodies are passed on while they come; none is held.

use gibbon_testkit::{Action, Gate, Gateway, Origin};
use serde_json::json;

/// More than any buffer on the way could hold.
const LARGE: usize = 256 * 1024 * 1024;

/// What all buffers on the way may take, and what other tests of this process take meanwhile.
const LITTLE: u64 = LARGE as u64 / 2;

const PIECE: usize = 64 * 1024;

/// The most memory that this process has ever had at once, in bytes.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

#[test]
fn the_beginning_of_an_answer_arrives_before_its_end_is_sent() {
    for framing in ["Content-Length: 10", "Transfer-Encoding: chunked", "Connection: close"] {
        let chunked = framing.starts_with('T');
        let (first, last) = if chunked { ("5\r\nfirst\r\n", "5\r\nlast!\r\n0\r\n\r\n") } else { ("first", "last!") };
        let gate = Gate::new();
        let waiting = gate.clone();
        let origin = Origin::start(move |_| {
            let begun = Action::send(format!("HTTP/1.1 200 OK\r\n{framing}\r\n\r\n{first}"));
            begun.then_wait_for(&waiting).then_send(last).then_close()
        });
        let gateway = Gateway::start();
        gateway.proxy_to(&origin);
        let mut client = gateway.connect();
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_eq!(client.head_of_response().status, 200);
        let mut seen = Vec::new();
        while !seen.ends_with(b"first") {
            seen.extend(client.read_raw(1));
        }
        gate.open();
        while !seen.ends_with(b"last!") {
            seen.extend(client.read_raw(1));
        }
    }
}

#[test]
fn an_event_of_the_server_arrives_before_the_next_one_is_sent() {
    const EVENTS: usize = 3;
    let gates: [Gate; EVENTS] = std::array::from_fn(|_| Gate::new());
    let waiting = gates.clone();
    let origin = Origin::start(move |_| {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n\r\n";
        let events = waiting.iter().enumerate();
        events
            .fold(Action::send(head), |action, (number, gate)| {
                action.then_send(format!("id: {number}\ndata: x\n\n")).then_wait_for(gate)
            })
            .then_close()
    });
    let gateway = Gateway::start();
    gateway.proxy_to(&origin);
    let mut client = gateway.connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n\r\n");
    assert_eq!(client.head_of_response().field("content-type"), Some("text/event-stream"));
    let mut seen = Vec::new();
    for (number, gate) in gates.iter().enumerate() {
        let event = format!("id: {number}\ndata: x\n\n");
        while !seen.windows(event.len()).any(|part| part == event.as_bytes()) {
            seen.extend(client.read_raw(1));
        }
        gate.open();
    }
}

#[test]
fn the_beginning_of_a_request_arrives_before_its_end_is_sent() {
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nseen";
    let origin = Origin::answering_heads(move |_| Action::default().then_discard(5).then_send(answer).then_hang());
    let gateway = Gateway::start();
    let service = gateway.service_at(&origin, json!({}));
    gateway.route_to(service, json!({ "paths": ["/"], "request_buffering": false }));
    for head in ["Content-Length: 10\r\n\r\nfirst", "Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n"] {
        let mut client = gateway.connect();
        assert_eq!(client.ask(format!("POST / HTTP/1.1\r\nHost: h\r\n{head}")).text(), "seen");
    }
}

#[test]
fn an_answer_of_any_length_takes_little_memory() {
    let origin = Origin::start(|_| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {LARGE}\r\n\r\n");
        Action::send(head).then_send_times([b'x'; PIECE], LARGE / PIECE)
    });
    let gateway = Gateway::start();
    gateway.proxy_to(&origin);
    let mut client = gateway.connect();
    let before = peak_memory();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(client.head_of_response().status, 200);
    // Whatever is held while nobody reads is held now.
    client.skip(LARGE);
    // The kernel counts pages in batches, so that a peak may shrink a little.
    let more = peak_memory().saturating_sub(before);
    assert!(more < LITTLE, "{more} more bytes");
    assert_eq!(client.get("/").status, 200);
}

#[test]
fn a_request_of_any_length_takes_little_memory() {
    let origin = Origin::answering_heads(|_| {
        Action::default().then_discard(LARGE).then_send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").then_hang()
    });
    let gateway = Gateway::start();
    gateway.proxy_to(&origin);
    let mut client = gateway.connect();
    let before = peak_memory();
    client.send(format!("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: {LARGE}\r\n\r\n"));
    for _ in 0..LARGE / PIECE {
        client.send([b'x'; PIECE]);
    }
    assert_eq!(client.response().text(), "ok");
    // The kernel counts pages in batches, so that a peak may shrink a little.
    let more = peak_memory().saturating_sub(before);
    assert!(more < LITTLE, "{more} more bytes");
}

#[test]
fn an_answer_that_comes_before_the_body_was_read_reaches_the_client() {
    let origin = Origin::answering_heads(|_| {
        Action::send("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno").then_close()
    });
    let gateway = Gateway::start();
    gateway.proxy_to(&origin);
    for _ in 0..10 {
        let mut client = gateway.connect();
        let answer = client.ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nthe beginning");
        assert_eq!((answer.status, answer.text()), (401, "no".to_owned()));
    }
}
