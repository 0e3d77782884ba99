//! What happens on a client's connection before its first request: whom it comes from, and the handshake of TLS.

use std::net::SocketAddr;
use std::time::Duration;

use gibbon_plugin_api::{Carries, StreamTls};
use gibbon_tls::server::H2;
use tokio::net::TcpStream;
use tokio_rustls::TlsStream;

use crate::certificate_phase::{self, Begun};
use crate::engine::handshake;
use crate::engine::http2::PREFACE;
use crate::engine::proxy_protocol;
use crate::engine::transport::Transport;
use crate::http::client::believed;
use crate::listen::Serves;
use crate::settings::Settings;
use crate::worker::Worker;

/// A connection on which requests may come.
pub(crate) struct Arrived {
    pub(crate) transport: Transport,
    /// Whom something in front says that it comes from.
    pub(crate) announced: Option<SocketAddr>,
    pub(crate) protocol: Protocol,
    /// The server name of the handshake, in lower case.
    pub(crate) sni: Option<Box<str>>,
    pub(crate) tls: Option<StreamTls>,
}

/// The two ends of a connection's socket.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ends {
    pub(crate) peer: SocketAddr,
    pub(crate) local: SocketAddr,
}

/// What is spoken on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http1,
    Http2,
    /// Plain HTTP/1, where TLS is expected.
    NotTls,
}

/// A connection on a port that serves plain HTTP/1, which has nothing to wait for.
pub(crate) fn plain(stream: TcpStream) -> Arrived {
    Arrived { transport: Transport::Plain(stream), announced: None, protocol: Protocol::Http1, sni: None, tls: None }
}

/// Waits for what comes first on such a port; `None` where the client has left, or does not speak as it has to.
pub(crate) async fn arrive(
    mut stream: TcpStream,
    serves: Serves,
    worker: &Worker,
    settings: &Settings,
    ends: Ends,
) -> Option<Arrived> {
    let peer = ends.peer;
    let announced = if serves.proxy_protocol {
        let said = proxy_protocol::read(&mut stream).await;
        said.inspect_err(|error| tracing::debug!(%peer, "{error}")).ok()?.map(|announced| announced.source)
    } else {
        None
    };
    let tls = settings.tls.as_ref().filter(|_| serves.tls);
    let Some(tls) = tls else {
        let protocol = if serves.http2 { first_protocol(&stream).await? } else { Protocol::Http1 };
        return Some(Arrived { announced, protocol, ..plain(stream) });
    };
    if !begins_tls(&stream).await? {
        return Some(Arrived { announced, protocol: Protocol::NotTls, ..plain(stream) });
    }
    let usual = if serves.http2 { &tls.http2 } else { &tls.http1 };
    let failed = |error: &std::io::Error| tracing::debug!(%peer, %error, "a TLS handshake failed");
    let accepted = handshake::hello(&stream).await.inspect_err(failed).ok()?;
    let begun = begun(ends, announced, settings);
    let Some(wishes) = certificate_phase::run(worker, begun, &accepted) else {
        handshake::abort(&stream);
        return None;
    };
    let config = certificate_phase::config(tls, usual, wishes);
    let stream = handshake::answer(accepted, stream, &config, &worker.slow_steps).await.inspect_err(failed).ok()?;
    let (_, session) = stream.get_ref();
    let sni = session.server_name().map(|name| name.to_ascii_lowercase().into());
    let terms = handshake::terms(session);
    let protocol = if session.alpn_protocol() == Some(H2) { Protocol::Http2 } else { Protocol::Http1 };
    let transport = Transport::Tls(Box::new(TlsStream::Server(stream)));
    Some(Arrived { transport, announced, protocol, sni, tls: Some(terms) })
}

/// A handshake as plugins see it.
fn begun(ends: Ends, announced: Option<SocketAddr>, settings: &Settings) -> Begun {
    let trusted = settings.real_ip.trusted.contains(ends.peer.ip().to_canonical());
    Begun {
        carries: Carries::Requests,
        peer: ends.peer,
        announced: believed(announced, trusted, settings),
        trusted,
        local_port: settings.proxy.port_maps.seen_by_clients(ends.local.port()),
    }
}

/// What a client without TLS speaks, by the first bytes that it sends: with HTTP/2 they are always the same ("prior
/// knowledge", RFC 9113 section 3.3).
async fn first_protocol(stream: &TcpStream) -> Option<Protocol> {
    let mut first = [0; PREFACE.len()];
    let mut pause = Duration::from_millis(10);
    loop {
        let length = stream.peek(&mut first).await.ok().filter(|length| *length > 0)?;
        let seen = first.get(..length).unwrap_or_default();
        if seen == PREFACE {
            return Some(Protocol::Http2);
        }
        if !PREFACE.starts_with(seen) {
            return Some(Protocol::Http1);
        }
        // It has stopped in the middle, and what has come is not taken yet: nothing would wake this but time.
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}

/// Whether the first byte is no letter, as the one of a method would be: who asks in plain HTTP is told so.
async fn begins_tls(stream: &TcpStream) -> Option<bool> {
    let mut first = [0];
    match stream.peek(&mut first).await {
        Ok(1) => Some(!first[0].is_ascii_alphabetic()),
        Ok(_) | Err(_) => None,
    }
}
