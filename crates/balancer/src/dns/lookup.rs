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
