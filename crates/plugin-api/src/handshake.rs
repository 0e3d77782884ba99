//! A handshake of TLS as a plugin sees it, when a client has said whom it wants to speak to and has not been shown a
//! certificate yet. Kong calls it the phase `certificate`.
//!
//! A plugin takes part with [`crate::Handler::handshake`]. No request has come, so that there is no route and no consumer:
//! only instances run that are configured for everything.

use std::net::SocketAddr;

use crate::shared::Shared;

/// A handshake that has begun.
pub struct HandshakeCx<'h> {
    /// What will be carried.
    pub carries: Carries,
    /// The other end of the socket.
    pub peer: SocketAddr,
    /// Where the connection comes from: the other end of the socket, or whom a trusted one speaks for.
    pub client: SocketAddr,
    /// Whether the other end is one of `trusted_ips`.
    pub trusted: bool,
    /// The port that the connection arrived on, as clients know it.
    pub local_port: u16,
    /// The name of the server that the client asks for, in lower case.
    pub server_name: Option<&'h str>,
    /// What the handshake is to have otherwise than those of its port.
    pub wishes: Wishes,
    /// What the plugins of this handshake share. No request of the connection sees it.
    pub shared: &'h Shared,
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carries {
    /// Requests.
    Requests,
    /// A stream.
    Stream,
}

/// What one handshake is to have otherwise than those of its port.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The client is asked for a certificate. It need not show one, and whoever has issued it will do: whether it is good is
    /// for whoever looks at it later.
    pub client_certificate: bool,
    /// The session is neither resumed nor remembered.
    pub fresh_session: bool,
}

/// Whether a handshake goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handshake {
    /// It does.
    Continue,
    /// It ends, and the client is told of an internal error, as by Kong (alert 80, RFC 8446 section 6).
    Abort,
}
