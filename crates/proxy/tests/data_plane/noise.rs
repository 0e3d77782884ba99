//! Whatever bytes come, no worker dies of them and no client is answered with a failure of the gateway.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use gibbon_testkit::{Gateway, Origin};
use proptest::prelude::*;

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
            if std::thread::current().name().is_some_and(|name| name.starts_with("worker-")) {
                PANICS.fetch_add(1, Ordering::SeqCst);
            }
            usual(panic);
        }));
        let origin = Origin::echoing_targets();
        let gateway = Gateway::with(&[("client_head_timeout", "2s"), ("client_body_timeout", "2s")]);
        gateway.proxy_to(&origin);
        World { gateway, _origin: origin }
    })
}

/// Sends everything, says that it is all, and reads to the end.
fn outcome(bytes: &[u8]) -> Vec<u8> {
    let client = world().gateway.connect();
    // The gateway may have had enough before the end.
    let _ = client.try_send(bytes);
    client.finish_sending();
    client.read_to_end()
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
    (line, proptest::collection::vec(field, 0..6), body)
        .prop_map(|(line, fields, body)| format!("{line}\r\n{}\r\n\r\n{body}", fields.join("\r\n")).into_bytes())
}

/// A request with some of its bytes exchanged, taken out or doubled.
fn damaged_request() -> impl Strategy<Value = Vec<u8>> {
    let damage = proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>(), 0..3_u8), 0..6);
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

fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
    let answer = outcome(bytes);
    for status in statuses(&answer) {
        prop_assert!(!status.starts_with('5'), "{} for {:?}", status, String::from_utf8_lossy(bytes));
    }
    prop_assert_eq!(PANICS.load(Ordering::SeqCst), 0);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_of_any_kind_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes)?;
    }

    #[test]
    fn damaged_requests_do_no_harm(requests in proptest::collection::vec(damaged_request(), 1..4)) {
        check(&requests.concat())?;
        prop_assert_eq!(world().gateway.connect().get("/fine").status, 200);
    }
}
