//! Any bytes as an expression, asked about requests of any bytes: no panic, the same answer twice, and never true of a
//! request that is out of the reach that it says it has.

use std::net::IpAddr;

use gibbon_expression::{AddressFact, Expression, Facts, Host, NumberFact, Subsystem, TextFact};

use crate::{Inputs, mutation};

/// A request whose texts are all the same.
struct Request<'t>(&'t str);

impl Facts for Request<'_> {
    fn text(&self, _: TextFact) -> Option<&str> {
        Some(self.0)
    }

    fn any_header(&self, _: &str, accept: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        accept(self.0.as_bytes())
    }

    fn query(&self) -> &str {
        self.0
    }

    fn number(&self, _: NumberFact) -> Option<i64> {
        i64::try_from(self.0.len()).ok()
    }

    fn address(&self, _: AddressFact) -> Option<IpAddr> {
        self.0.parse().ok()
    }
}

/// The expression stands before the first NUL, what the request says behind it.
///
/// Panics where that does not hold.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (expression, said) = text.split_once('\0').unwrap_or((text, "/a"));
    for subsystem in [Subsystem::Http, Subsystem::Stream] {
        let Ok(parsed) = Expression::parse(expression, subsystem) else { continue };
        let request = Request(said);
        let holds = parsed.evaluate(&request).is_some();
        assert_eq!(holds, parsed.evaluate(&request).is_some());
        if !holds {
            continue;
        }
        let reach = parsed.reach();
        let begins = |all: Vec<Box<str>>| all.iter().any(|beginning| said.starts_with(&**beginning));
        assert!(reach.beginnings.is_none_or(begins), "{expression}");
        let is_of = |host: &Host| match host {
            Host::Is(host) => said == &**host,
            Host::BeginsWith(beginning) => said.starts_with(&**beginning),
            Host::EndsWith(end) => said.ends_with(&**end),
        };
        assert!(reach.hosts.is_none_or(|all| all.iter().any(is_of)), "{expression}");
    }
}

const WORDS: &[&[u8]] = &[
    b" && ",
    b" || ",
    b"!(",
    b")",
    b"http.host == ",
    b"http.path ^= ",
    b"http.path ~ ",
    b"\"",
    b"r#\"",
    b"\"#",
    b"lower(",
    b"http.headers.a",
    b"http.queries.a",
    b"net.src.ip in 10.0.0.0/8",
    b" contains ",
    b" =^ ",
    b"\0",
];

/// Expressions, right but for some changes.
pub fn inputs() -> Inputs {
    let examples = [
        "http.host == \"a\" && http.path ^= \"/a\"\0/a",
        "http.path ~ r#\"^/v(?<n>[0-9]+)\"# || !(http.method == \"GET\")\0/v1",
        "(net.src.ip in 10.0.0.0/8 || net.dst.port >= 80) && any(http.headers.a) contains \"b\"\x0010.0.0.1",
        "lower(http.path) =^ \"a\" && http.queries.a != \"1\"\0a=1",
        "tls.sni =^ \".example\" && net.protocol == \"tls\"\0a.example",
    ];
    mutation::of(examples.map(|text| text.as_bytes().to_vec()).to_vec(), WORDS)
}
