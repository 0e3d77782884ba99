//! Whatever bytes come, no worker dies of them and no client is answered with a failure of the gateway.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use gibbon_testkit::{Client, Gateway, Origin};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// How often a worker has panicked.
static PANICS: AtomicUsize = AtomicUsize::new(0);

struct World {
    gateway: Gateway,
    _origin: Origin,
}

/// One gateway for all cases, since it has to live through all of them.
fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            // A plugin of another test may panic on purpose.
            let on_purpose = panic.location().is_some_and(|place| place.file().contains("tests/data_plane"));
            if !on_purpose && std::thread::current().name().is_some_and(|name| name.starts_with("worker-")) {
                PANICS.fetch_add(1, Ordering::SeqCst);
            }
            usual(panic);
        }));
        let origin = Origin::echoing_targets();
        // The gateway has to end the connections by itself, since a client that says that it is done counts as gone.
        let short = ["client_head_timeout", "client_body_timeout", "client_idle_timeout"].map(|key| (key, "200ms"));
        let gateway = Gateway::with(&short);
        gateway.proxy_to(&origin);
        World { gateway, _origin: origin }
    })
}

/// What comes back, to the end, when each of these is sent on a connection of its own.
fn outcomes(inputs: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let send = |input: &Vec<u8>| {
        let client = world().gateway.connect();
        // The gateway may have had enough before the end.
        let _ = client.try_send(input);
        client
    };
    let clients: Vec<Client> = inputs.iter().map(send).collect();
    clients.into_iter().map(Client::read_to_end).collect()
}

/// The statuses of what looks like answers.
fn statuses(answer: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(answer);
    text.match_indices("HTTP/1.").filter_map(|(at, _)| text.get(at + 9..at + 12)).map(str::to_owned).collect()
}

fn request() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        Just("GET / HTTP/1.1"),
        Just("POST /a%20b?c HTTP/1.1"),
        Just("PUT http://h/x HTTP/1.1"),
        Just("GET / HTTP/1.0"),
        Just("OPTIONS * HTTP/1.1"),
        Just("CONNECT h:1 HTTP/1.1"),
    ];
    let field = prop_oneof![
        Just("Host: h".to_owned()),
        Just("Content-Length: 5".to_owned()),
        Just("Transfer-Encoding: chunked".to_owned()),
        Just("Connection: close, Upgrade".to_owned()),
        Just("Upgrade: websocket".to_owned()),
        Just("Expect: 100-continue".to_owned()),
        Just("X-Forwarded-For: \u{e9}".to_owned()),
        "[A-Za-z-]{1,8}: ?[ -~]{0,20}",
    ];
    let body = prop_oneof![Just(""), Just("hello"), Just("5\r\nhello\r\n0\r\n\r\n"), Just("zz\r\n")];
    (line, vec(field, 0..6), body)
        .prop_map(|(line, fields, body)| format!("{line}\r\n{}\r\n\r\n{body}", fields.join("\r\n")).into_bytes())
}

/// A request with some of its bytes exchanged, taken out or doubled.
fn damaged_request() -> impl Strategy<Value = Vec<u8>> {
    let damage = vec((any::<Index>(), any::<u8>(), 0..3_u8), 0..4);
    (request(), damage).prop_map(|(mut bytes, damage)| {
        for (place, byte, kind) in damage {
            let at = place.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 if bytes.len() > 1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, bytes[at]),
            }
        }
        bytes
    })
}

fn damaged_requests() -> impl Strategy<Value = Vec<u8>> {
    vec(damaged_request(), 1..4).prop_map(|requests| requests.concat())
}

/// Sends everything at once and tells how many answers were successes.
fn check(inputs: &[Vec<u8>]) -> Result<usize, TestCaseError> {
    let mut successes = 0;
    for (input, answer) in inputs.iter().zip(outcomes(inputs)) {
        for status in statuses(&answer) {
            prop_assert!(!status.starts_with('5'), "{} for {:?}", status, String::from_utf8_lossy(input));
            successes += usize::from(status == "200");
        }
    }
    prop_assert_eq!(PANICS.load(Ordering::SeqCst), 0);
    prop_assert_eq!(world().gateway.connect().get("/fine").status, 200);
    Ok(successes)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_of_any_kind_do_no_harm(inputs in vec(vec(any::<u8>(), 0..400), 100)) {
        check(&inputs)?;
    }

    #[test]
    fn damaged_requests_do_no_harm(inputs in vec(damaged_requests(), 100)) {
        let successes = check(&inputs)?;
        prop_assert!(successes > 0, "requests that are damaged so much that none gets through test nothing");
    }
}
