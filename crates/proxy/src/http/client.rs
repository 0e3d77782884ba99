//! The client at the other end of a connection.

use std::cell::Cell;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;

use gibbon_conf::RealIpSource;
use gibbon_plugin_api::{Connection, Scheme, StreamTls};
use http::HeaderValue;

use crate::engine::progress::Progress;
use crate::http::forwarded;
use crate::settings::Settings;

/// A connection as its requests share it.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) connection: Connection,
    /// The port as the client knows it, for `X-Forwarded-Port`.
    pub(crate) port: HeaderValue,
    /// What upstreams are told about every request of it, where nobody else has a say.
    pub(crate) forwarded: Rc<[u8]>,
    pub(crate) progress: Rc<Progress>,
    /// Whom something in front, which is trusted, says that the connection comes from.
    pub(crate) announced: Option<IpAddr>,
}

/// What is known of a connection when its first request comes.
pub(crate) struct ConnectionOrigin {
    pub(crate) peer: SocketAddr,
    pub(crate) announced: Option<SocketAddr>,
    pub(crate) local: SocketAddr,
    pub(crate) serial: u64,
    pub(crate) sni: Option<Box<str>>,
    pub(crate) tls: Option<StreamTls>,
}

impl Client {
    pub(crate) fn new(settings: &Settings, origin: ConnectionOrigin, progress: Rc<Progress>) -> Self {
        let ConnectionOrigin { peer, announced, local, serial, sni, tls } = origin;
        let address = peer.ip().to_canonical();
        let seen = settings.proxy.port_maps.seen_by_clients(local.port());
        let trusted = settings.real_ip.trusted.contains(address);
        let announced = believed(announced, trusted, settings);
        let connection = Connection {
            peer: SocketAddr::new(address, peer.port()),
            peer_ip: ascii(&address.to_string()),
            local_ip: local.ip().to_canonical(),
            local_port: seen,
            serial,
            requests: Rc::new(Cell::new(0)),
            scheme: if tls.is_some() { Scheme::Https } else { Scheme::Http },
            sni,
            tls: tls.map(Rc::new),
            trusted,
        };
        let announced = announced.map(|address| address.ip());
        let port = HeaderValue::from(seen);
        let forwarded = forwarded::lines_of(&connection, &port).into();
        Self { connection, port, forwarded, progress, announced }
    }
}

impl Client {
    /// The same client with a progress of its own for one of several requests at the same time.
    pub(crate) fn with_progress(&self, progress: Rc<Progress>) -> Self {
        Self { progress, ..self.clone() }
    }
}

/// Whom a peer says by the PROXY protocol that it speaks for, where that counts.
pub(crate) fn believed(announced: Option<SocketAddr>, trusted: bool, settings: &Settings) -> Option<SocketAddr> {
    announced.filter(|_| trusted && settings.real_ip.source == RealIpSource::ProxyProtocol)
}

/// An address is always a valid value.
pub(crate) fn ascii(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}
