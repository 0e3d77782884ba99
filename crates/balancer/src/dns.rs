//! From names to addresses, without a request ever waiting for a name that is known.
//!
//! [`Resolver`] is a cache in front of something that really asks ([`Lookup`], in production [`SystemLookup`]):
//!
//! - [`Resolver::cached`] answers from any thread, without a lock and without waiting. An answer that is past its time is
//!   still given, for as long as [`Settings::stale_ttl`] allows, while a new one is fetched in the background.
//! - [`Resolver::lookup`] waits where there is nothing to give. However many ask, each name is asked for once.
//! - [`Resolver::services`] asks for names of services, which have ports and weights of their own.
//! - Failures are remembered too, for a short time.
//!
//! Whatever asks runs on the runtime that the resolver is given; a worker only reads, or waits for a message.
//!
//! Start reading at `resolver.rs`; what is remembered about a name, and for how long, is in `answer.rs`.

mod answer;
mod cache;
mod families;
mod lookup;
mod resolver;
mod services;
mod system;

use std::time::{Duration, Instant};

use thiserror::Error;

pub use families::leading_family;
pub use lookup::{Lookup, LookupFuture, Resolved, ResolvedServices, Service, ServicesFuture};
pub use resolver::Resolver;
pub use system::{Family, ServiceNames, SystemLookup};

/// Why a name has no addresses. Kong answers requests that meet it with 503 `name resolution failed`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DnsError {
    /// The name does not exist, or has no addresses. The name servers said so.
    #[error("no addresses for `{name}`")]
    NotFound {
        /// The name.
        name: String,
    },
    /// Nobody could be asked, or nobody gave an answer.
    #[error("cannot resolve `{name}`: {reason}")]
    Unavailable {
        /// The name.
        name: String,
        /// What went wrong.
        reason: String,
    },
}

/// How long answers are kept. The defaults are Kong's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How long an answer is good, instead of the time that it says itself (`dns_valid_ttl`).
    pub valid_ttl: Option<Duration>,
    /// For how long after that it is still used while a better one is not to be had (`dns_stale_ttl`).
    pub stale_ttl: Duration,
    /// How long it is remembered that a name does not exist (`dns_not_found_ttl`).
    pub not_found_ttl: Duration,
    /// How long it is remembered that nobody could be asked (`dns_error_ttl`).
    pub error_ttl: Duration,
    /// How many names are remembered (`dns_cache_size`).
    pub capacity: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            valid_ttl: None,
            stale_ttl: Duration::from_secs(3600),
            not_found_ttl: Duration::from_secs(30),
            error_ttl: Duration::from_secs(1),
            capacity: 10_000,
        }
    }
}

/// What time it is.
pub trait Clock: Send + Sync + 'static {
    /// The time since some moment before the clock was first asked.
    fn now(&self) -> Duration;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    origin: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { origin: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.origin.elapsed()
    }
}

#[cfg(test)]
mod tests;
