//! An exchange that is over, as a plugin that logs sees it.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gibbon_entities::{Route, Service};

use crate::carried::Carried;
use crate::connection::Scheme;
use crate::head::{RequestHead, ResponseHead};
use crate::identity::Identity;
use crate::log_values::LogValues;
use crate::response::Source;
use crate::shared::Shared;
use crate::stream::StreamTls;
use crate::timeline::Step;

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
    /// The terms of TLS, where the client spoke it.
    pub tls: Option<&'r StreamTls>,
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
    /// What plugins want logs to say.
    pub log_values: &'r LogValues,
    /// When the gateway did what; empty unless an instance asks for it.
    pub timeline: &'r [Step],
    /// What the instance has kept.
    pub carried: &'r Carried,
    /// What all plugins of the request share.
    pub shared: &'r Shared,
}

/// What was asked of an upstream.
#[derive(Debug, Clone, Default)]
pub struct UpstreamLog {
    /// The path and the query that it was asked for; empty where none was asked.
    pub uri: Box<str>,
    /// What it has answered.
    pub status: Option<u16>,
    /// The host that was looked for, as the service or the target names it; empty where none was.
    pub host: Box<str>,
    /// Its port.
    pub port: u16,
    /// How the addresses of that name were found, where that took asking.
    pub lookup: Option<Lookup>,
    /// Where it was looked for, one attempt after the other.
    pub tries: Vec<Try>,
}

/// A name that has been looked for.
#[derive(Debug, Clone, Copy)]
pub struct Lookup {
    /// When, counted from when the request came.
    pub begun: Duration,
    /// How long it took.
    pub took: Duration,
}

/// One attempt.
#[derive(Debug, Clone, Copy)]
pub struct Try {
    /// Where.
    pub address: SocketAddr,
    /// When, in nanoseconds since 1970.
    pub started_at_ns: i64,
    /// How long it took, before, to choose the address.
    pub chosen_in: Duration,
    /// Until there was a connection, or none was to be had; `None` where the client has left before.
    pub took: Option<Duration>,
    /// What HTTP calls it where it came to nothing.
    pub failure: Option<u16>,
}

impl Try {
    /// One that begins now, with an address that was chosen in so much time.
    pub fn begin(address: SocketAddr, chosen_in: Duration) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let started_at_ns = i64::try_from(now.as_nanos()).unwrap_or(i64::MAX);
        Self { address, started_at_ns, chosen_in, took: None, failure: None }
    }

    /// When the choice of its address began, in nanoseconds since 1970.
    pub fn choice_began_at_ns(&self) -> i64 {
        self.started_at_ns.saturating_sub(i64::try_from(self.chosen_in.as_nanos()).unwrap_or(i64::MAX))
    }

    /// There is a connection.
    pub fn connected(&mut self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let begun = Duration::from_nanos(self.started_at_ns.unsigned_abs());
        self.took.get_or_insert(now.saturating_sub(begun));
    }

    /// It has come to nothing.
    pub fn failed(&mut self, status: u16) {
        self.connected();
        self.failure = Some(status);
    }
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
