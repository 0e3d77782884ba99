//! The client at the other end of a connection.

use std::net::SocketAddr;
use std::rc::Rc;

use gibbon_plugin_api::{Connection, Scheme};
use http::HeaderValue;

use crate::engine::progress::Progress;
use crate::settings::Settings;

/// A connection as its requests share it.
pub(crate) struct Client {
    pub(crate) connection: Connection,
    /// The port as the client knows it, for `X-Forwarded-Port`.
    pub(crate) port: HeaderValue,
    pub(crate) progress: Rc<Progress>,
}

impl Client {
    pub(crate) fn new(settings: &Settings, peer: SocketAddr, local_port: u16, progress: Rc<Progress>) -> Self {
        let address = peer.ip().to_canonical();
        let seen = settings.proxy.port_maps.seen_by_clients(local_port);
        let connection = Connection {
            peer: SocketAddr::new(address, peer.port()),
            peer_ip: ascii(&address.to_string()),
            local_port: seen,
            scheme: Scheme::Http,
            sni: None,
            trusted: settings.real_ip.trusted.contains(address),
        };
        Self { connection, port: HeaderValue::from(seen), progress }
    }
}

/// An address is always a valid value.
pub(crate) fn ascii(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}
