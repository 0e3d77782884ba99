//! A stream as a plugin sees it: a connection, or the datagrams of one client, that is proxied as it comes.
//!
//! A plugin takes part with [`crate::Handler::stream`], which decides whether the stream may go on, and with
//! [`crate::Handler::stream_log`], which is told how it has ended.

use std::net::SocketAddr;
use std::time::Duration;

use gibbon_entities::{Protocol, Route, Service};
use http::StatusCode;

use crate::log::Try;
use crate::scope::Scope;
use crate::worker::WorkerLocals;

/// What is known of a stream when it has come.
#[derive(Debug, Clone)]
pub struct Stream {
    /// What it is: `tcp`, `tls` (terminated here), `tls_passthrough` or `udp`.
    pub protocol: Protocol,
    /// Where it comes from: the other end of the socket, or whom a trusted one speaks for.
    pub source: SocketAddr,
    /// Where the client believes it to have arrived.
    pub destination: SocketAddr,
    /// The server name that TLS asks for.
    pub sni: Option<Box<str>>,
    /// The terms of TLS that is terminated here.
    pub tls: Option<StreamTls>,
}

/// What client and gateway have agreed upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamTls {
    /// Such as `TLSv1.3`.
    pub version: &'static str,
    /// The cipher suite, by the name that OpenSSL has for it.
    pub cipher: Box<str>,
    /// The certificate that the client has shown, as DER: it has the key, and the certificate was found good, or a plugin
    /// has asked for whichever the client has ([`crate::Wishes::client_certificate`]).
    pub client_certificate: Option<Box<[u8]>>,
    /// What it has shown with it, for those who want to see who vouches for it.
    pub client_chain: Box<[Box<[u8]>]>,
}

/// A stream that has found its route, before its upstream is asked.
pub struct StreamCx<'s> {
    /// The stream.
    pub stream: &'s Stream,
    /// The route that matched.
    pub route: &'s Route,
    /// The service of that route.
    pub service: Option<&'s Service>,
    /// What the instance whose turn it is runs for.
    pub scope: &'s Scope,
    /// What plugins keep for this worker.
    pub worker: &'s WorkerLocals,
}

/// Whether a stream goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Continue,
    /// It is closed. A stream has no answer to give: status and reason are for logs.
    Refuse {
        /// What HTTP would call the refusal.
        status: StatusCode,
        /// Why.
        reason: String,
    },
}

/// A stream that has ended, as a plugin that logs sees it.
pub struct StreamLogCx<'s> {
    /// The stream.
    pub stream: &'s Stream,
    /// How it has ended: 200, or what HTTP would call the failure.
    pub status: StatusCode,
    /// Bytes from and to the client.
    pub client: Carried,
    /// Bytes from and to the upstream.
    pub upstream: Carried,
    /// Where the upstream was looked for, one attempt after the other.
    pub tries: &'s [Try],
    /// The route that matched.
    pub route: Option<&'s Route>,
    /// The service of that route.
    pub service: Option<&'s Service>,
    /// When it came, in milliseconds since 1970.
    pub started_at: i64,
    /// From then on until its upstream was asked.
    pub until_upstream: Duration,
    /// From when it came until it was over.
    pub total: Duration,
    /// What plugins keep for this worker.
    pub worker: &'s WorkerLocals,
}

/// How much one side has exchanged with the gateway, in bytes of the stream itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Carried {
    /// What the gateway has received from it.
    pub received: u64,
    /// What the gateway has sent to it.
    pub sent: u64,
}
