//! What a route says about the streams that belong to it.

use std::net::IpAddr;

use uuid::Uuid;

/// A route as the router sees it. An empty list sets no condition; within a list one element that fits is enough.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StreamSpec {
    /// The route's id. Of two routes with the same weight the one with the larger id wins.
    pub id: Uuid,
    /// Which streams it takes.
    pub kinds: StreamKinds,
    /// Where they come from.
    pub sources: Vec<Endpoint>,
    /// Where they have arrived.
    pub destinations: Vec<Endpoint>,
    /// Server names, considered only for TLS: `a.example`, `*.example`, `a.*`.
    pub snis: Vec<String>,
}

/// The kinds of streams that a route takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StreamKinds {
    /// TCP on ports without TLS.
    pub tcp: bool,
    /// TLS.
    pub tls: bool,
    /// Datagrams.
    pub udp: bool,
}

/// One end of streams: addresses, a port, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint {
    /// The addresses; any where there is none.
    pub net: Option<Net>,
    /// The port; any where there is none.
    pub port: Option<u16>,
}

/// The addresses that share their first `prefix` bits with `address`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Net {
    /// An address of the range.
    pub address: IpAddr,
    /// How many leading bits count; at most as many as an address has.
    pub prefix: u8,
}

impl Net {
    /// Whether it is a single address.
    pub(super) fn is_one(self) -> bool {
        self.prefix == if self.address.is_ipv4() { 32 } else { 128 }
    }
}
