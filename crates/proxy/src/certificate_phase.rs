//! What plugins do in a handshake of TLS with a client that has said whom it wants to speak to, before it is shown a
//! certificate: Kong's phase `certificate`. Where no plugin takes part, that is all that is asked here.

use std::net::SocketAddr;
use std::sync::Arc;

use gibbon_plugin_api::{Carries, Handshake, HandshakeCx, Shared, Wishes};
use gibbon_tls::server::{self, ServerTls};
use rustls::ServerConfig;
use rustls::server::Accepted;

use crate::worker::Worker;

/// A connection on which a client has begun a handshake.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begun {
    pub(crate) carries: Carries,
    /// The other end of the socket.
    pub(crate) peer: SocketAddr,
    /// Where the connection comes from, if a trusted peer has said so.
    pub(crate) announced: Option<SocketAddr>,
    pub(crate) trusted: bool,
    /// The port as clients know it.
    pub(crate) local_port: u16,
}

/// Runs them; `None` where the handshake is to end.
pub(crate) fn run(worker: &Worker, begun: Begun, accepted: &Accepted) -> Option<Wishes> {
    let snapshot = worker.snapshot();
    let plan = snapshot.routes.unrouted();
    if !plan.has_handshake {
        return Some(Wishes::default());
    }
    let server_name = accepted.client_hello().server_name().map(str::to_ascii_lowercase);
    let peer = SocketAddr::new(begun.peer.ip().to_canonical(), begun.peer.port());
    let mut cx = HandshakeCx {
        carries: begun.carries,
        peer,
        client: begun.announced.unwrap_or(peer),
        trusted: begun.trusted,
        local_port: begun.local_port,
        server_name: server_name.as_deref(),
        wishes: Wishes::default(),
        shared: &Shared::default(),
    };
    match plan.handshake(&mut cx) {
        Handshake::Continue => Some(cx.wishes),
        Handshake::Abort => None,
    }
}

/// `usual`, which is one of `tls`, as a handshake has it with such wishes.
pub(crate) fn config(tls: &ServerTls, usual: &Arc<ServerConfig>, wishes: Wishes) -> Arc<ServerConfig> {
    let config = if wishes.client_certificate { tls.asking(usual) } else { Arc::clone(usual) };
    without_sessions(config, wishes)
}

/// The same where no client is asked for a certificate.
pub(crate) fn config_of_streams(usual: &Arc<ServerConfig>, wishes: Wishes) -> Arc<ServerConfig> {
    without_sessions(Arc::clone(usual), wishes)
}

fn without_sessions(config: Arc<ServerConfig>, wishes: Wishes) -> Arc<ServerConfig> {
    if wishes.fresh_session { server::without_sessions(&config) } else { config }
}
