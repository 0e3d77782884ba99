//! Which route a stream belongs to: by where it comes from, where it goes to, and the server name of TLS.
//!
//! It follows Kong's flavour `traditional_compatible`. A route sets up to three conditions, and the best route all of
//! whose conditions hold wins; the order is in `weight.rs`. Routes are compiled once ([`StreamRouter::build`]): each is
//! filed under the rarest thing that it asks for, so that a stream is compared with few of them. Finding one neither
//! allocates nor waits.
//!
//! ```
//! use gibbon_router::stream::{Endpoint, Spoken, StreamKey, StreamKinds, StreamRouter, StreamSpec};
//!
//! let database = StreamSpec {
//!     kinds: StreamKinds { tcp: true, ..StreamKinds::default() },
//!     destinations: vec![Endpoint { net: None, port: Some(5432) }],
//!     ..StreamSpec::default()
//! };
//! let router = StreamRouter::build(&[database]);
//! let key = StreamKey {
//!     spoken: Spoken::Tcp,
//!     source: "192.0.2.7:50000".parse()?,
//!     destination: "192.0.2.1:5432".parse()?,
//!     sni: None,
//! };
//! assert_eq!(router.find(&key), Some(0));
//! # Ok::<(), std::net::AddrParseError>(())
//! ```

mod build;
mod rule;
mod spec;
#[cfg(test)]
mod tests;
mod weight;

use std::net::SocketAddr;

use ahash::AHashMap;

use rule::Rule;
pub use spec::{Endpoint, Net, StreamKinds, StreamSpec};

/// What is spoken on a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Spoken {
    /// Anything over TCP, on a port without TLS.
    Tcp,
    /// TLS.
    Tls,
    /// Datagrams.
    Udp,
}

/// A stream as the router sees it. Addresses are in their own family: no IPv4 address is written as one of IPv6.
#[derive(Debug, Clone, Copy)]
pub struct StreamKey<'k> {
    /// What is spoken.
    pub spoken: Spoken,
    /// Where it comes from.
    pub source: SocketAddr,
    /// Where it has arrived.
    pub destination: SocketAddr,
    /// The server name that the client asks for, in lower case and without a dot at its end.
    pub sni: Option<&'k str>,
}

/// The compiled routes.
#[derive(Debug, Default)]
pub struct StreamRouter {
    tcp: Table,
    tls: Table,
    udp: Table,
}

/// The routes of one kind of streams. The lists hold places in `rules`, the best first.
#[derive(Debug, Default)]
struct Table {
    rules: Box<[Rule]>,
    /// Those that ask for one of a few plain server names, under each of them.
    by_sni: AHashMap<Box<str>, Box<[usize]>>,
    /// Others that ask for one of a few ports of destination, under each of them.
    by_port: AHashMap<u16, Box<[usize]>>,
    rest: Box<[usize]>,
}

impl StreamRouter {
    /// The route of a stream: its place among those that the router was built of.
    pub fn find(&self, key: &StreamKey<'_>) -> Option<usize> {
        let table = match key.spoken {
            Spoken::Tcp => &self.tcp,
            Spoken::Tls => &self.tls,
            Spoken::Udp => &self.udp,
        };
        table.find(key)
    }
}

impl Table {
    fn find(&self, key: &StreamKey<'_>) -> Option<usize> {
        let named = key.sni.and_then(|sni| self.by_sni.get(sni));
        let at_port = self.by_port.get(&key.destination.port());
        let lists = [named, at_port, Some(&self.rest)];
        let first_of = |list: &[usize]| list.iter().copied().find(|place| self.rules[*place].fits(key));
        let best = lists.into_iter().flatten().filter_map(|list| first_of(list)).min()?;
        Some(self.rules[best].index)
    }
}
