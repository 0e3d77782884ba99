//! How names of upstreams become addresses.

use crate::duration;
use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::list::parse_each;
use crate::reader::Reader;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Settings of the resolver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dns {
    /// The name servers to ask; those of the system when empty.
    pub resolvers: Vec<SocketAddr>,
    /// How long every answer is good for, in place of its own time to live.
    pub valid_ttl: Option<Duration>,
    /// How long an answer may be used past its time while a new one is being fetched.
    pub stale_ttl: Duration,
    /// How long a name that does not exist is remembered.
    pub not_found_ttl: Duration,
    /// How long a failure to ask is remembered.
    pub error_ttl: Duration,
}

const RESOLVER: Key<Vec<SocketAddr>> = Key::new(
    "dns_resolver",
    "",
    Kind::List,
    |text| parse_each(text, server),
    "The name servers to ask, as addresses with or without a port: `10.0.0.1, [::1]:5353`. When it is empty, those of the \
     system.",
);

const VALID_TTL: Key<Option<Duration>> = Key::new(
    "dns_valid_ttl",
    "",
    Kind::Time,
    |text| if text.is_empty() { Ok(None) } else { duration::parse(text).map(Some) },
    "How long an answer is good for, in place of the time that it says itself.",
);

const STALE_TTL: Key<Duration> = Key::new(
    "dns_stale_ttl",
    "3600",
    Kind::Time,
    duration::parse,
    "How long an answer that is too old is still used while a new one is being fetched.",
);

const NOT_FOUND_TTL: Key<Duration> = Key::new(
    "dns_not_found_ttl",
    "30",
    Kind::Time,
    duration::parse,
    "How long it is remembered that a name does not exist.",
);

const ERROR_TTL: Key<Duration> = Key::new(
    "dns_error_ttl",
    "1",
    Kind::Time,
    duration::parse,
    "How long it is remembered that a name could not be looked up.",
);

const KEYS: &[KeyDoc] = &[RESOLVER.doc, VALID_TTL.doc, STALE_TTL.doc, NOT_FOUND_TTL.doc, ERROR_TTL.doc];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Names of upstreams", keys: KEYS };

fn server(text: &str) -> Result<SocketAddr, String> {
    let alone = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = alone.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 53));
    address.or_else(|_| text.parse()).map_err(|_| "expected an IP address, with or without a port".to_owned())
}

impl Dns {
    pub(crate) fn read(reader: &mut Reader) -> Self {
        Self {
            resolvers: reader.read(&RESOLVER),
            valid_ttl: reader.read(&VALID_TTL),
            stale_ttl: reader.read(&STALE_TTL),
            not_found_ttl: reader.read(&NOT_FOUND_TTL),
            error_ttl: reader.read(&ERROR_TTL),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::server;

    #[test]
    fn name_servers_may_leave_out_their_port() {
        let cases = [("10.0.0.1", "10.0.0.1:53"), ("10.0.0.1:5353", "10.0.0.1:5353"), ("::1", "[::1]:53")];
        for (text, expected) in cases.into_iter().chain([("[::1]", "[::1]:53"), ("[::1]:54", "[::1]:54")]) {
            assert_eq!(server(text).unwrap().to_string(), expected);
        }
        assert!(server("dns.example.com").is_err());
    }
}
