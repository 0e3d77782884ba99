use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A protocol that clients or upstreams speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Protocol {
    /// gRPC over HTTP/2 in the clear.
    Grpc,
    /// gRPC over HTTP/2 and TLS.
    Grpcs,
    /// HTTP in the clear.
    Http,
    /// HTTP over TLS.
    Https,
    /// A TCP stream.
    Tcp,
    /// A TCP stream within TLS that the gateway terminates.
    Tls,
    /// A TLS stream that is passed on as it is.
    TlsPassthrough,
    /// UDP datagrams.
    Udp,
}

impl Protocol {
    /// All protocols, in the order of their names.
    pub const ALL: [Self; 8] =
        [Self::Grpc, Self::Grpcs, Self::Http, Self::Https, Self::Tcp, Self::Tls, Self::TlsPassthrough, Self::Udp];

    /// The protocols of requests, which most plugins run for.
    pub const HTTP_FAMILY: [Self; 4] = [Self::Grpc, Self::Grpcs, Self::Http, Self::Https];

    /// Whether streams have it, and not requests.
    pub fn is_stream(self) -> bool {
        matches!(self, Self::Tcp | Self::Tls | Self::TlsPassthrough | Self::Udp)
    }

    /// Its name in configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::Grpcs => "grpcs",
            Self::Http => "http",
            Self::Https => "https",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::TlsPassthrough => "tls_passthrough",
            Self::Udp => "udp",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Protocol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A text that is the name of no protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such protocol")]
pub struct UnknownProtocol;

impl FromStr for Protocol {
    type Err = UnknownProtocol;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|protocol| protocol.as_str() == name).ok_or(UnknownProtocol)
    }
}

/// A set of protocols, in one byte.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Protocols(u8);

impl Protocols {
    /// Whether `protocol` is in the set.
    pub fn contains(self, protocol: Protocol) -> bool {
        self.0 & bit(protocol) != 0
    }

    /// Whether the set is empty.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The protocols of the set, in the order of their names.
    pub fn iter(self) -> impl Iterator<Item = Protocol> {
        Protocol::ALL.into_iter().filter(move |protocol| self.contains(*protocol))
    }
}

impl Serialize for Protocols {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl FromIterator<Protocol> for Protocols {
    fn from_iter<I: IntoIterator<Item = Protocol>>(protocols: I) -> Self {
        Self(protocols.into_iter().fold(0, |bits, protocol| bits | bit(protocol)))
    }
}

impl fmt::Debug for Protocols {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

fn bit(protocol: Protocol) -> u8 {
    1 << protocol as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_protocol_is_found_by_its_name() {
        for protocol in Protocol::ALL {
            assert_eq!(protocol.as_str().parse(), Ok(protocol));
        }
        assert_eq!("HTTP".parse::<Protocol>(), Err(UnknownProtocol));
    }

    #[test]
    fn a_set_has_what_was_put_into_it_and_nothing_else() {
        let protocols = Protocols::from_iter([Protocol::Udp, Protocol::Grpc]);
        assert!(protocols.iter().eq([Protocol::Grpc, Protocol::Udp]));
        assert!(!protocols.contains(Protocol::Http) && !protocols.is_empty());
        assert!(Protocols::default().is_empty());
    }
}
