//! How names of upstreams become addresses.

use crate::duration;
use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::list::parse_each;
use crate::reader::Reader;
use crate::size;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
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
    /// How many names are remembered.
    pub cache_size: usize,
    /// The file of names that need no name server.
    pub hosts_file: PathBuf,
    /// Which addresses of a name are used.
    pub order: AddressOrder,
    /// Whether names can be those of services.
    pub services: ServiceNames,
}

/// Whether names can be those of services (`SRV`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceNames {
    /// They are looked up as services first.
    LookedUp,
    /// They are addresses only.
    Ignored,
}

/// Which addresses of a name are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressOrder {
    /// Both, version 4 first.
    V4ThenV6,
    /// Both, version 6 first.
    V6ThenV4,
    /// Version 4 alone.
    V4,
    /// Version 6 alone.
    V6,
}

/// A kind of records in name servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Records {
    A,
    Aaaa,
    Srv,
    /// What is followed wherever it is met (`CNAME`), and what Kong found last time (`LAST`).
    Followed,
}

const RESOLVER: Key<Vec<SocketAddr>> = Key::new(
    "dns_resolver",
    "",
    Kind::List,
    |text| parse_each(text, server),
    "The name servers to ask, as addresses with or without a port: `10.0.0.1, [::1]:5353`. When it is empty, those of the \
     system.",
)
.also(&["resolver_address"]);

const VALID_TTL: Key<Option<Duration>> = Key::new(
    "dns_valid_ttl",
    "",
    Kind::Time,
    optional_time,
    "How long an answer is good for, in place of the time that it says itself.",
)
.also(&["resolver_valid_ttl"]);

const STALE_TTL: Key<Duration> = Key::new(
    "dns_stale_ttl",
    "3600",
    Kind::Time,
    duration::parse,
    "How long an answer that is too old is still used while a new one is being fetched.",
)
.also(&["resolver_stale_ttl"]);

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

const ERROR_TTL_OF_BOTH: Key<Option<Duration>> = Key::new(
    "resolver_error_ttl",
    "",
    Kind::Time,
    optional_time,
    "The same for both kinds of failure: what `dns_error_ttl` and `dns_not_found_ttl` are where they are not set.",
);

const CACHE_SIZE: Key<usize> =
    Key::new("dns_cache_size", "10000", Kind::Count, size::at_least_one, "How many names are remembered.")
        .also(&["resolver_lru_cache_size"]);

const HOSTS_FILE: Key<PathBuf> = Key::new(
    "dns_hostsfile",
    "/etc/hosts",
    Kind::Path,
    |text| Ok(text.into()),
    "The file of names that are known without a name server. It is read once, at start.",
)
.also(&["resolver_hosts_file"]);

const ORDER: Key<Vec<Records>> = Key::new(
    "dns_order",
    "LAST,SRV,A,AAAA,CNAME",
    Kind::List,
    |text| parse_each(text, records),
    "Which addresses of a name are used: `A` (version 4), `AAAA` (version 6) or both, the preferred ones first. A service is \
     connected to at those, and at the others beside them where nobody answers for 250 ms (RFC 8305); a target has those of the \
     first family that its name has. With `SRV`, wherever it stands, the name of a target is looked up as that of a service \
     first. `CNAME` and `LAST` may stand there and change nothing.",
)
.also(&["resolver_family"]);

const KEYS: &[KeyDoc] = &[
    RESOLVER.doc,
    HOSTS_FILE.doc,
    ORDER.doc,
    VALID_TTL.doc,
    STALE_TTL.doc,
    NOT_FOUND_TTL.doc,
    ERROR_TTL.doc,
    ERROR_TTL_OF_BOTH.doc,
    CACHE_SIZE.doc,
];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Names of upstreams", keys: KEYS };

fn server(text: &str) -> Result<SocketAddr, String> {
    let alone = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = alone.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 53));
    address.or_else(|_| text.parse()).map_err(|_| "expected an IP address, with or without a port".to_owned())
}

impl Dns {
    pub(crate) fn read(reader: &mut Reader) -> Self {
        let both = reader.read(&ERROR_TTL_OF_BOTH);
        let mut failure = |key| {
            let own = reader.read(key);
            both.filter(|_| !reader.is_given(key)).unwrap_or(own)
        };
        let (not_found_ttl, error_ttl) = (failure(&NOT_FOUND_TTL), failure(&ERROR_TTL));
        let order = reader.read(&ORDER);
        let services = if order.contains(&Records::Srv) { ServiceNames::LookedUp } else { ServiceNames::Ignored };
        Self {
            hosts_file: reader.read(&HOSTS_FILE),
            order: address_order(reader, &order),
            services,
            cache_size: reader.read(&CACHE_SIZE),
            resolvers: reader.read(&RESOLVER),
            valid_ttl: reader.read(&VALID_TTL),
            stale_ttl: reader.read(&STALE_TTL),
            not_found_ttl,
            error_ttl,
        }
    }
}

fn address_order(reader: &mut Reader, order: &[Records]) -> AddressOrder {
    let place = |records| order.iter().position(|other| *other == records);
    match (place(Records::A), place(Records::Aaaa)) {
        (Some(four), Some(six)) if six < four => AddressOrder::V6ThenV4,
        (Some(_), Some(_)) => AddressOrder::V4ThenV6,
        (Some(_), None) => AddressOrder::V4,
        (None, Some(_)) => AddressOrder::V6,
        (None, None) => {
            reader.refuse(&ORDER, "names neither `A` nor `AAAA`, so no name would have an address".to_owned());
            AddressOrder::V4ThenV6
        }
    }
}

/// Kong takes these in either case.
fn records(text: &str) -> Result<Records, String> {
    match text.to_ascii_uppercase().as_str() {
        "A" => Ok(Records::A),
        "AAAA" => Ok(Records::Aaaa),
        "SRV" => Ok(Records::Srv),
        "CNAME" | "LAST" => Ok(Records::Followed),
        _ => Err("expected any of: LAST, SRV, A, AAAA, CNAME".to_owned()),
    }
}

fn optional_time(text: &str) -> Result<Option<Duration>, String> {
    if text.is_empty() { Ok(None) } else { duration::parse(text).map(Some) }
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
