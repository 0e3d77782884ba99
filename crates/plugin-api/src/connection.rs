//! What is known of the connection that a request came on.

use std::cell::Cell;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;

use http::HeaderValue;

use crate::stream::StreamTls;

/// How the client speaks to the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Plain HTTP.
    Http,
    /// HTTP over TLS.
    Https,
}

impl Scheme {
    /// The scheme as it is written in a URI and in `X-Forwarded-Proto`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// One client connection; shared by the requests on it.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The other end of the socket.
    pub peer: SocketAddr,
    /// The address of the other end, ready to be sent as a header.
    pub peer_ip: HeaderValue,
    /// The address that it arrived at.
    pub local_ip: IpAddr,
    /// The port that the connection arrived on.
    pub local_port: u16,
    /// Which of the worker's connections it is, counted from the start.
    pub serial: u64,
    /// How many requests have come on it, the present one among them.
    pub requests: Rc<Cell<u64>>,
    /// Plain or TLS.
    pub scheme: Scheme,
    /// The server name of the TLS handshake.
    pub sni: Option<Box<str>>,
    /// The terms of TLS, where it is spoken.
    pub tls: Option<Rc<StreamTls>>,
    /// Whether the other end is one of `trusted_ips`: only then are its `X-Forwarded-*` fields believed.
    pub trusted: bool,
}

impl Connection {
    /// The address of the other end.
    pub fn peer_address(&self) -> IpAddr {
        self.peer.ip()
    }
}
