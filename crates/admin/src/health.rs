//! What this node knows of the health of upstreams.

use std::collections::HashMap;

use uuid::Uuid;

/// Whether something can be sent requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It can.
    Healthy,
    /// Checks say that it cannot.
    Unhealthy,
    /// Its name has no address.
    DnsError,
    /// Nothing checks it.
    Unchecked,
}

impl Health {
    /// The word that clients read.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "HEALTHY",
            Self::Unhealthy => "UNHEALTHY",
            Self::DnsError => "DNS_ERROR",
            Self::Unchecked => "HEALTHCHECKS_OFF",
        }
    }
}

/// The health of an upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamHealth {
    /// That of the whole.
    pub whole: Health,
    /// That of its targets, by their ids. What is not in it is not checked.
    pub targets: HashMap<Uuid, Health>,
}

/// Whoever balances over upstreams, and therefore knows how they are.
pub trait HealthSource: Send + Sync {
    /// The health of the upstream with this id; none if nothing checks it.
    fn health(&self, upstream: Uuid) -> Option<UpstreamHealth>;
}

/// A node on which nothing checks upstreams.
pub(crate) struct NothingChecks;

impl HealthSource for NothingChecks {
    fn health(&self, _upstream: Uuid) -> Option<UpstreamHealth> {
        None
    }
}
