//! The seam between the cache and what really asks.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::time::Duration;

use super::DnsError;

/// What really asks for the addresses of a name.
pub trait Lookup: Send + Sync + 'static {
    /// Asks. It is called on the runtime of the resolver, at most once at a time for each name.
    fn lookup<'a>(&'a self, name: &'a str) -> LookupFuture<'a>;

    /// Asks where the service of a name is (RFC 2782). Whoever does not know services says that there is none.
    fn services<'a>(&'a self, name: &'a str) -> ServicesFuture<'a> {
        Box::pin(std::future::ready(Err(DnsError::NotFound { name: name.to_owned() })))
    }
}

/// The answer of [`Lookup::services`], when it comes.
pub type ServicesFuture<'a> = Pin<Box<dyn Future<Output = Result<ResolvedServices, DnsError>> + Send + 'a>>;

/// Where a service is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedServices {
    /// All places of it.
    pub places: Vec<Service>,
    /// How long they are good, by their own account.
    pub ttl: Duration,
}

/// One place where a service is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Service {
    /// Places of the lowest priority come first; the others are for when these are gone.
    pub priority: u16,
    /// The share among those of one priority.
    pub weight: u16,
    /// The port.
    pub port: u16,
    /// The name of the host, without a dot at its end.
    pub host: Box<str>,
}

/// The answer of a [`Lookup`], when it comes.
pub type LookupFuture<'a> = Pin<Box<dyn Future<Output = Result<Resolved, DnsError>> + Send + 'a>>;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The addresses, the preferred ones first.
    pub addresses: Vec<IpAddr>,
    /// How long they are good, by their own account.
    pub ttl: Duration,
}
