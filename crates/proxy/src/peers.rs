//! Where the attempts of a request or a stream go: to the service's own host, or to the targets of the upstream that
//! the service names.

mod addresses;
pub(crate) mod balance;
pub(crate) mod tls_terms;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use gibbon_entities::Protocol;
use gibbon_runtime::{Origin, Pool};

use crate::http::error::ProxyError;
use crate::peers::addresses::Addresses;
use crate::peers::balance::Balance;
use crate::worker::Worker;

/// See the module.
pub(crate) enum Peers<'s> {
    /// An address of the service.
    One(SocketAddr),
    /// Several of them.
    Several(Addresses),
    /// Targets of an upstream.
    Balanced(Box<Balance<'s>>),
}

/// The host that an attempt is made with, where it is not the service's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PeerHost<'p> {
    /// The host, without a port.
    pub(crate) name: &'p str,
    /// The port.
    pub(crate) port: u16,
}

impl PeerHost<'_> {
    /// Writes the field `Host`. The port is there only if it is not the protocol's own, or if the host names one.
    pub(crate) fn write(self, out: &mut Vec<u8>, protocol: Protocol) {
        let own = match protocol {
            Protocol::Https | Protocol::Grpcs | Protocol::Tls => 443,
            _ => 80,
        };
        let is_v6 = self.name.starts_with('[') || self.name.bytes().filter(|byte| *byte == b':').count() > 1;
        let has_port = if is_v6 { self.name.contains("]:") } else { self.name.contains(':') };
        let (open, close) = if is_v6 && !self.name.starts_with('[') { ("[", "]") } else { ("", "") };
        for part in ["Host: ", open, self.name, close] {
            out.extend_from_slice(part.as_bytes());
        }
        if !has_port && self.port != own {
            out.push(b':');
            out.extend_from_slice(itoa::Buffer::new().format(self.port).as_bytes());
        }
        out.extend_from_slice(b"\r\n");
    }
}

impl<'s> Peers<'s> {
    /// Finds those of a service; `pool` is that of the upstream that its host names, and `hash` decides there.
    pub(crate) async fn of(
        worker: &Worker,
        origin: &Origin,
        pool: Option<&'s Pool>,
        hash: Option<u64>,
    ) -> Result<Self, ProxyError> {
        if let Some(pool) = pool {
            let balance = Balance::begin(pool, origin.service.connect_timeout, hash).await;
            return Ok(Self::Balanced(Box::new(balance)));
        }
        let port = origin.service.port;
        if let Some(address) = origin.literal {
            return Ok(Self::One(SocketAddr::new(address, port)));
        }
        let found = addresses(worker, origin).await?;
        Ok(match *found {
            [address] => Self::One(SocketAddr::new(address, port)),
            _ => Self::Several(Addresses { all: found, port }),
        })
    }

    /// The address of the next attempt: another one each time.
    pub(crate) fn next(&mut self, worker: &Worker) -> Result<SocketAddr, ProxyError> {
        Ok(match self {
            Self::One(address) => *address,
            Self::Several(addresses) => addresses.choose(worker.next_turn(), &worker.detours),
            Self::Balanced(balance) => balance.next()?,
        })
    }

    /// The host of the attempt that is being made.
    pub(crate) fn host(&self) -> Option<PeerHost<'_>> {
        match self {
            Self::One(_) | Self::Several(_) => None,
            Self::Balanced(balance) => balance.host(),
        }
    }

    /// Where a connection may lead as well, if nobody answers at `address`. A target is one address: whether it is there is
    /// for health checks to say.
    pub(crate) fn elsewhere(&self, address: SocketAddr) -> Vec<SocketAddr> {
        match self {
            Self::One(_) | Self::Balanced(_) => Vec::new(),
            Self::Several(addresses) => addresses.behind(address),
        }
    }

    /// The attempt that was made came to nothing.
    pub(crate) fn failed(&mut self, error: &ProxyError) {
        if let Self::Balanced(balance) = self {
            balance.failed(error);
        }
    }
}

async fn addresses(worker: &Worker, origin: &Origin) -> Result<Arc<[IpAddr]>, ProxyError> {
    let name = &origin.service.host;
    let resolver = &worker.shared.resolver;
    let failed = |reason: String| ProxyError::NameResolution { name: name.clone(), reason };
    let found = match resolver.cached(name) {
        Some(known) => known,
        None => resolver.lookup(name).await.map_err(|error| failed(error.to_string()))?,
    };
    if found.is_empty() { Err(failed("it has no address".into())) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(name: &str, port: u16, protocol: Protocol) -> String {
        let mut out = Vec::new();
        PeerHost { name, port }.write(&mut out, protocol);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_port_is_named_where_it_is_not_the_protocols_own() {
        assert_eq!(host("a.test", 80, Protocol::Http), "Host: a.test\r\n");
        assert_eq!(host("a.test", 80, Protocol::Https), "Host: a.test:80\r\n");
        assert_eq!(host("a.test", 443, Protocol::Https), "Host: a.test\r\n");
        assert_eq!(host("192.0.2.1", 8000, Protocol::Http), "Host: 192.0.2.1:8000\r\n");
    }

    #[test]
    fn a_host_that_names_a_port_keeps_it() {
        assert_eq!(host("a.test:81", 8000, Protocol::Http), "Host: a.test:81\r\n");
        assert_eq!(host("[::1]:81", 8000, Protocol::Http), "Host: [::1]:81\r\n");
    }

    #[test]
    fn an_ipv6_address_stands_in_brackets() {
        assert_eq!(host("::1", 80, Protocol::Http), "Host: [::1]\r\n");
        assert_eq!(host("::1", 81, Protocol::Http), "Host: [::1]:81\r\n");
    }
}
