//! One compiled route.

use std::net::{IpAddr, SocketAddr};

use super::spec::{Endpoint, Net, StreamSpec};
use super::{Spoken, StreamKey};

/// The conditions of a route; each list is met by one of its elements, or by being empty.
#[derive(Debug)]
pub(super) struct Rule {
    /// The place of the route among those that the router was built of.
    pub(super) index: usize,
    sources: Box<[End]>,
    destinations: Box<[End]>,
    snis: Box<[Name]>,
}

#[derive(Debug)]
struct End {
    range: Option<Range>,
    port: Option<u16>,
}

/// Addresses with the same bits where the mask has ones.
#[derive(Debug)]
enum Range {
    V4 { bits: u32, mask: u32 },
    V6 { bits: u128, mask: u128 },
}

/// A server name, in lower case.
#[derive(Debug)]
pub(super) enum Name {
    Plain(Box<str>),
    /// A star, then this.
    EndsWith(Box<str>),
    /// This, then a star.
    BeginsWith(Box<str>),
}

impl Rule {
    pub(super) fn new(index: usize, spec: &StreamSpec) -> Self {
        let ends = |endpoints: &[Endpoint]| endpoints.iter().map(End::new).collect();
        Self {
            index,
            sources: ends(&spec.sources),
            destinations: ends(&spec.destinations),
            snis: spec.snis.iter().map(|name| Name::new(name)).collect(),
        }
    }

    /// Whether all conditions hold.
    pub(super) fn fits(&self, key: &StreamKey<'_>) -> bool {
        let names_fit = || key.sni.is_some_and(|sni| self.snis.iter().any(|name| name.fits(sni)));
        (key.spoken != Spoken::Tls || self.snis.is_empty() || names_fit())
            && any_fits(&self.sources, key.source)
            && any_fits(&self.destinations, key.destination)
    }
}

fn any_fits(ends: &[End], socket: SocketAddr) -> bool {
    ends.is_empty() || ends.iter().any(|end| end.fits(socket))
}

impl End {
    fn new(endpoint: &Endpoint) -> Self {
        Self { range: endpoint.net.map(Range::new), port: endpoint.port }
    }

    fn fits(&self, socket: SocketAddr) -> bool {
        self.port.is_none_or(|port| port == socket.port())
            && self.range.as_ref().is_none_or(|range| range.contains(socket.ip()))
    }
}

impl Range {
    fn new(net: Net) -> Self {
        let prefix = u32::from(net.prefix);
        match net.address {
            IpAddr::V4(address) => {
                let mask = u32::MAX.checked_shl(32_u32.saturating_sub(prefix)).unwrap_or(0);
                Self::V4 { bits: address.to_bits() & mask, mask }
            }
            IpAddr::V6(address) => {
                let mask = u128::MAX.checked_shl(128_u32.saturating_sub(prefix)).unwrap_or(0);
                Self::V6 { bits: address.to_bits() & mask, mask }
            }
        }
    }

    fn contains(&self, address: IpAddr) -> bool {
        match (self, address) {
            (Self::V4 { bits, mask }, IpAddr::V4(address)) => address.to_bits() & mask == *bits,
            (Self::V6 { bits, mask }, IpAddr::V6(address)) => address.to_bits() & mask == *bits,
            _ => false,
        }
    }
}

impl Name {
    /// The dot that may end a name in full takes no part in routing.
    pub(super) fn new(written: &str) -> Self {
        let name = written.to_ascii_lowercase();
        let name = name.strip_suffix('.').filter(|rest| !rest.is_empty()).unwrap_or(&name);
        match (name.strip_prefix('*'), name.strip_suffix('*')) {
            (Some(end), _) => Self::EndsWith(end.into()),
            (_, Some(begin)) => Self::BeginsWith(begin.into()),
            _ => Self::Plain(name.into()),
        }
    }

    fn fits(&self, sni: &str) -> bool {
        match self {
            Self::Plain(name) => **name == *sni,
            Self::EndsWith(end) => sni.ends_with(&**end),
            Self::BeginsWith(begin) => sni.starts_with(&**begin),
        }
    }
}
