//! What comes first on a connection: whom it comes from, and what TLS asks for.

use std::net::SocketAddr;
use std::sync::Arc;

use gibbon_plugin_api::StreamTls;
use rustls::ServerConfig;
use rustls::server::Accepted;
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use crate::engine::handshake::{self, SlowSteps};
use crate::engine::proxy_protocol::{self, Announced};
use crate::settings::Settings;
use crate::stream::ahead::Ahead;
use crate::stream::failure::Failure;
use crate::stream::hello::{self, Hello};
use crate::stream::port::StreamServes;

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

/// The handshake with a client whose route is for TLS that ends here.
pub(crate) async fn terminate(
    client: Ahead,
    hello: Accepted,
    config: &Arc<ServerConfig>,
    slow: &SlowSteps,
) -> Result<(TlsStream<TcpStream>, StreamTls), Failure> {
    let shaken = handshake::answer(hello, client.into_stream(), config, slow).await;
    let stream = shaken.map_err(Failure::Handshake)?;
    let (_, session) = stream.get_ref();
    let terms = handshake::terms(session);
    Ok((stream, terms))
}
