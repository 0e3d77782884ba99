//! A port of the Admin API, and what is spoken on it.

use std::net::TcpListener;
use std::sync::Arc;

use rustls::ServerConfig;

/// A socket that listens.
#[derive(Debug)]
pub struct Port {
    /// The socket.
    pub socket: TcpListener,
    pub(super) door: Door,
}

/// What is spoken behind a port.
#[derive(Debug, Clone)]
pub(super) struct Door {
    pub(super) tls: Option<Arc<ServerConfig>>,
    pub(super) versions: Versions,
}

/// Which versions of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Versions {
    Http1,
    Http1And2,
}

impl Door {
    /// How an address of a page behind it begins.
    pub(super) fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }
}

impl Port {
    /// Plain HTTP/1.
    pub fn plain(socket: TcpListener) -> Self {
        Self { socket, door: Door { tls: None, versions: Versions::Http1 } }
    }

    /// The same over TLS.
    #[must_use]
    pub fn over_tls(mut self, tls: Arc<ServerConfig>) -> Self {
        self.door.tls = Some(tls);
        self
    }

    /// The same with HTTP/2 beside HTTP/1.
    #[must_use]
    pub fn with_http2(mut self) -> Self {
        self.door.versions = Versions::Http1And2;
        self
    }
}
