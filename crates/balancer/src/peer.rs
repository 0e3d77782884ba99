//! A peer: one address that requests can be sent to, with all that is known of it. It outlives every change of the
//! configuration that leaves the address where it is.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::algorithm::latency::Latency;
use crate::hash;
use crate::health::{Health, Limits, Monitor, Report};

/// See the module.
#[derive(Debug)]
pub struct Peer {
    /// The host that the target was given by: a name, or the address itself.
    pub target: Box<str>,
    /// Where it is.
    pub address: SocketAddr,
    /// The host that it is asked for.
    pub host: Box<str>,
    /// What it has answered so far.
    pub latency: Latency,
    monitor: Monitor,
    under_way: AtomicU32,
    seed: u64,
}

impl Peer {
    /// A peer that nothing is known of.
    pub fn new(target: &str, address: SocketAddr, host: &str) -> Self {
        Self {
            target: target.into(),
            address,
            host: host.into(),
            latency: Latency::default(),
            monitor: Monitor::default(),
            under_way: AtomicU32::new(0),
            seed: hash::of(format!("{target} {address}").as_bytes()),
        }
    }

    /// Whether this is the peer of these.
    pub fn is(&self, target: &str, address: SocketAddr, host: &str) -> bool {
        self.address == address && *self.target == *target && *self.host == *host
    }

    /// Whether it may be sent requests.
    pub fn health(&self) -> Health {
        self.monitor.health()
    }

    /// Takes a report of what it did; see [`Monitor::report`].
    pub fn report(&self, report: Report, limits: Limits) -> Option<Health> {
        self.monitor.report(report, limits)
    }

    /// Sets the verdict; see [`Monitor::force`].
    pub fn force(&self, health: Health) -> Option<Health> {
        self.monitor.force(health)
    }

    /// How many requests it has not yet answered.
    pub fn under_way(&self) -> u32 {
        self.under_way.load(Ordering::Relaxed)
    }

    /// What tells it from others where all have to agree about an order.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }
}

/// A request that is under way at a peer, until this is dropped.
#[derive(Debug)]
pub struct UnderWay(Arc<Peer>);

impl UnderWay {
    /// Begins.
    pub fn begin(peer: &Arc<Peer>) -> Self {
        peer.under_way.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(peer))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_under_way_until_it_is_let_go_of() {
        let peer = Arc::new(Peer::new("a.test", ([192, 0, 2, 1], 80).into(), "a.test"));
        let requests = [UnderWay::begin(&peer), UnderWay::begin(&peer)];
        assert_eq!(peer.under_way(), 2);
        drop(requests);
        assert_eq!(peer.under_way(), 0);
    }
}
