//! What comes first on a connection: whom it comes from, and what TLS asks for.

use std::net::SocketAddr;
use std::sync::Arc;

use gibbon_plugin_api::{Carries, StreamTls};
use rustls::ServerConfig;
use rustls::server::Accepted;
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use crate::certificate_phase::{self, Begun};
use crate::engine::handshake;
use crate::engine::proxy_protocol::{self, Announced};
use crate::settings::Settings;
use crate::stream::ahead::Ahead;
use crate::stream::failure::Failure;
use crate::stream::hello::{self, Hello};
use crate::stream::port::StreamServes;
use crate::worker::Worker;

/// A connection that can be routed.
pub(crate) struct Arrived {
    pub(crate) client: Ahead,
    /// Whom something in front says that it comes from, and where it went to.
    pub(crate) announced: Option<Announced>,
    /// What a client of TLS has said.
    pub(crate) hello: Option<Box<Accepted>>,
    /// The server name that TLS asks for.
    pub(crate) sni: Option<Box<str>>,
}

/// The two ends of a connection as routes and plugins see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ends {
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
}

impl Ends {
    /// What is announced counts where `trusted_ips` has the other end of the socket, which might say anything otherwise.
    pub(crate) fn of(peer: SocketAddr, local: SocketAddr, announced: Option<Announced>, settings: &Settings) -> Self {
        let source = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        if let Some(Announced { source, destination }) = announced
            && settings.real_ip.trusted.contains(peer.ip().to_canonical())
        {
            return Self { source, destination };
        }
        let seen = settings.proxy.port_maps.seen_by_clients(local.port());
        Self { source, destination: SocketAddr::new(local.ip().to_canonical(), seen) }
    }
}

/// Waits for what has to come before a route can be looked for.
pub(crate) async fn arrive(mut stream: TcpStream, serves: StreamServes) -> Result<Arrived, Failure> {
    let announced = match serves.proxy_protocol {
        true => proxy_protocol::read(&mut stream).await.map_err(Failure::ProxyProtocol)?,
        false => None,
    };
    if !serves.tls {
        return Ok(Arrived { client: Ahead::new(stream, Vec::new()), announced, hello: None, sni: None });
    }
    let Hello { said, accepted, sni } = hello::read(&mut stream).await?;
    Ok(Arrived { client: Ahead::new(stream, said), announced, hello: Some(accepted), sni })
}

/// A handshake as plugins see it.
pub(crate) fn begun(peer: SocketAddr, ends: Ends, settings: &Settings) -> Begun {
    Begun {
        carries: Carries::Stream,
        peer,
        announced: Some(ends.source),
        trusted: settings.real_ip.trusted.contains(peer.ip().to_canonical()),
        local_port: ends.destination.port(),
    }
}

/// The handshake with a client whose route is for TLS that ends here.
pub(crate) async fn terminate(
    worker: &Worker,
    client: Ahead,
    hello: Accepted,
    usual: &Arc<ServerConfig>,
    begun: Begun,
) -> Result<(TlsStream<TcpStream>, StreamTls), Failure> {
    let stream = client.into_stream();
    let Some(wishes) = certificate_phase::run(worker, begun, &hello) else {
        handshake::abort(&stream);
        return Err(Failure::HandshakeAborted);
    };
    let config = certificate_phase::config_of_streams(usual, wishes);
    let stream = handshake::answer(hello, stream, &config, &worker.slow_steps).await.map_err(Failure::Handshake)?;
    let (_, session) = stream.get_ref();
    let terms = handshake::terms(session);
    Ok((stream, terms))
}
