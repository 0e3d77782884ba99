//! One request, as it may be shown: nothing of it is a secret.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, SystemTime};

use crate::reason::Reason;

/// A request whose answer has a head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// When the answer had its head.
    pub at: SystemTime,
    /// The id that the request has everywhere.
    pub id: String,
    /// The address that it is from.
    pub client: IpAddr,
    /// The method.
    pub method: String,
    /// The host that was asked for.
    pub host: String,
    /// The path, and of a query the names alone.
    pub target: String,
    /// The status of the answer.
    pub status: u16,
    /// The name or the id of the route that matched.
    pub route: Option<String>,
    /// The same of its service.
    pub service: Option<String>,
    /// The same of the consumer that it is from.
    pub consumer: Option<String>,
    /// Until there was the head of the answer.
    pub took: Duration,
    /// How much of that the upstream took.
    pub upstream: Option<Duration>,
    /// Where it was sent, one attempt after the other.
    pub tries: Vec<Tried>,
    /// Why it was refused, if it was.
    pub reason: Option<Reason>,
}

/// An attempt to ask an upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// Where.
    pub address: SocketAddr,
    /// Until there was a connection, or none was to be had.
    pub took: Option<Duration>,
    /// What HTTP calls it where it came to nothing.
    pub failure: Option<u16>,
}

impl Default for Seen {
    /// Nothing in particular.
    fn default() -> Self {
        Self {
            at: SystemTime::UNIX_EPOCH,
            id: String::new(),
            client: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            method: String::new(),
            host: String::new(),
            target: String::new(),
            status: 0,
            route: None,
            service: None,
            consumer: None,
            took: Duration::ZERO,
            upstream: None,
            tries: Vec::new(),
            reason: None,
        }
    }
}
