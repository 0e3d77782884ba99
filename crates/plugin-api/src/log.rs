//! An exchange that is over, as a plugin that logs sees it.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use gibbon_entities::{Route, Service};

use crate::carried::Carried;
use crate::connection::Scheme;
use crate::head::{RequestHead, ResponseHead};
use crate::identity::Identity;
use crate::response::Source;

/// One exchange, from the first byte of the request to the last of the answer.
pub struct LogCx<'r> {
    /// The id that the request has everywhere.
    pub request_id: &'r str,
    /// The request as it has gone, or would have gone, upstream.
    pub request: &'r RequestHead,
    /// The answer as the client has got it.
    pub response: &'r ResponseHead,
    /// Who has made it.
    pub source: Source,
    /// How the client spoke to the gateway.
    pub scheme: Scheme,
    /// The port that it came to.
    pub local_port: u16,
    /// Where it came from.
    pub client_ip: IpAddr,
    /// The route that matched.
    pub route: Option<&'r Route>,
    /// The service of that route.
    pub service: Option<&'r Service>,
    /// Who it was from.
    pub identity: &'r Identity,
    /// What became of it upstream.
    pub upstream: &'r UpstreamLog,
    /// How much went over the wire, and when.
    pub measure: Measure,
    /// What the instance has kept.
    pub carried: &'r Carried,
}

/// What was asked of an upstream.
#[derive(Debug, Clone, Default)]
pub struct UpstreamLog {
    /// The path and the query that it was asked for; empty where none was asked.
    pub uri: Box<str>,
    /// What it has answered.
    pub status: Option<u16>,
    /// Where it was looked for, one attempt after the other.
    pub tries: Vec<Try>,
}

/// One attempt.
#[derive(Debug, Clone, Copy)]
pub struct Try {
    /// Where.
    pub address: SocketAddr,
    /// When, in milliseconds since 1970.
    pub started_at: i64,
}

/// Sizes and times of an exchange.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measure {
    /// Bytes of the request, head and body.
    pub request_bytes: u64,
    /// Bytes of the answer, head and body.
    pub response_bytes: u64,
    /// When the request came, in milliseconds since 1970.
    pub started_at: i64,
    /// From then on until the answer was over.
    pub total: Duration,
    /// From the first question to an upstream until the head of its answer was there.
    pub upstream: Option<Duration>,
    /// From then on until the answer was over.
    pub receive: Duration,
}
