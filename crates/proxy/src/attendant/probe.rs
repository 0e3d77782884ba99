//! One check of one target.

mod grpc;

use std::io;
use std::sync::Arc;

use gibbon_balancer::Peer;
use gibbon_balancer::health::Report;
use gibbon_entities::Protocol;
use gibbon_entities::upstream::{ActiveChecks, HealthProtocol};
use gibbon_runtime::Pool;
use gibbon_runtime::live::Checker;
use gibbon_tls::Identity;
use gibbon_tls::client::{Spoken, Terms, Verification};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use crate::engine::upstream_tls::UpstreamTls;
use crate::engine::write::{field, is_value};
use crate::peers::PeerHost;

/// Longer first lines of an answer are none.
const MAX_LINE: usize = 4096;

/// What a check has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// A connection, which is all that was wanted.
    Connection,
    /// An answer of this status.
    Status(u16),
    /// Something else than an answer.
    Nonsense,
    /// What a service of gRPC says of itself.
    Service(Condition),
}

/// See [`grpc::ask`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Condition {
    Serving,
    NotServing,
}

/// How checks over TLS are made secret.
#[derive(Clone)]
pub(super) struct Secrecy {
    pub(super) tls: UpstreamTls,
    /// What a target is shown that asks who the gateway is.
    pub(super) shown: Option<Arc<Identity>>,
}

/// Checks a peer and reports what that shows.
pub(super) async fn check(pool: &Pool, peer: &Peer, secrecy: &Secrecy) {
    let active = &pool.upstream.active;
    let host = pool.upstream.host_header.as_deref().unwrap_or(&peer.host);
    let report = |report| pool.report(peer, Checker::Active, report);
    match timeout(active.timeout, attempt(active, host, peer, secrecy)).await {
        Err(_) => report(Report::Timeout),
        Ok(Err(error)) => {
            tracing::debug!(upstream = %pool.upstream.name, address = %peer.address, %error, "a check failed");
            report(Report::TcpFailure);
        }
        Ok(Ok(Seen::Connection | Seen::Service(Condition::Serving))) => report(Report::Success),
        Ok(Ok(Seen::Nonsense | Seen::Service(Condition::NotServing))) => report(Report::HttpFailure),
        Ok(Ok(Seen::Status(status))) => pool.report_status(peer, Checker::Active, status),
    }
}

async fn attempt(active: &ActiveChecks, host: &str, peer: &Peer, secrecy: &Secrecy) -> io::Result<Seen> {
    let mut stream = TcpStream::connect(peer.address).await?;
    let host = PeerHost { name: host, port: peer.address.port() };
    match active.protocol {
        HealthProtocol::Tcp => Ok(Seen::Connection),
        HealthProtocol::Http => ask(&mut stream, &request(active, host, Protocol::Http)).await,
        HealthProtocol::Https => {
            let mut stream = secrecy.cover(stream, active, peer, Spoken::Http1).await?;
            ask(&mut stream, &request(active, host, Protocol::Https)).await
        }
        HealthProtocol::Grpc => grpc::ask(stream, active, host, Protocol::Grpc).await.map(Seen::Service),
        HealthProtocol::Grpcs => {
            let stream = secrecy.cover(stream, active, peer, Spoken::Http2).await?;
            grpc::ask(stream, active, host, Protocol::Grpcs).await.map(Seen::Service)
        }
    }
}

impl Secrecy {
    /// Makes a connection secret.
    async fn cover(
        &self,
        stream: TcpStream,
        active: &ActiveChecks,
        peer: &Peer,
        spoken: Spoken,
    ) -> io::Result<TlsStream<TcpStream>> {
        let name = active.https_sni.as_deref().unwrap_or(&peer.host).to_owned();
        let name = ServerName::try_from(name).map_err(io::Error::other)?;
        let verification = if active.https_verify_certificate { self.tls.required() } else { Verification::Skipped };
        let terms = Terms { shown: self.shown.clone(), spoken, ..Terms::usual(verification) };
        self.tls.connector(&terms).map_err(io::Error::other)?.connect(name, stream).await
    }
}

fn request(active: &ActiveChecks, host: PeerHost<'_>, protocol: Protocol) -> Vec<u8> {
    let mut out = format!("GET {} HTTP/1.1\r\n", active.http_path).into_bytes();
    host.write(&mut out, protocol);
    field(&mut out, "Connection", b"close");
    let values = active.headers.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
    for (name, value) in values.filter(|(_, value)| is_value(value.as_bytes())) {
        field(&mut out, name.as_bytes(), value.as_bytes());
    }
    out.extend_from_slice(b"\r\n");
    out
}

/// Sends a request and reads the first line of the answer, which is all that counts.
async fn ask(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), request: &[u8]) -> io::Result<Seen> {
    stream.write_all(request).await?;
    stream.flush().await?;
    let mut line = Vec::with_capacity(256);
    while !line.contains(&b'\n') {
        if line.len() > MAX_LINE {
            return Ok(Seen::Nonsense);
        }
        if stream.read_buf(&mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(status(&line).map_or(Seen::Nonsense, Seen::Status))
}

/// The status in the first line of an answer (RFC 9112 section 4).
fn status(line: &[u8]) -> Option<u16> {
    let rest = line.strip_prefix(b"HTTP/1.")?.get(1..)?.strip_prefix(b" ")?;
    let digits = std::str::from_utf8(rest.get(..3)?).ok()?;
    let ends = rest.get(3).is_some_and(|byte| byte.is_ascii_whitespace());
    digits.parse().ok().filter(|_| ends && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_stands_behind_the_version() {
        for (line, expected) in [
            (&b"HTTP/1.1 200 OK\r\n"[..], Some(200)),
            (b"HTTP/1.0 503\r\n", Some(503)),
            (b"HTTP/1.1 404 \n", Some(404)),
            (b"HTTP/1.1 2000 OK\r\n", None),
            (b"HTTP/1.1 +20 OK\r\n", None),
            (b"HTTP/2 200\r\n", None),
            (b"SSH-2.0-OpenSSH\r\n", None),
            (b"\n", None),
        ] {
            assert_eq!(status(line), expected, "{}", String::from_utf8_lossy(line));
        }
    }

    #[tokio::test]
    async fn only_the_first_line_of_an_answer_is_waited_for() {
        let (mut here, mut there) = tokio::io::duplex(1024);
        there.write_all(b"HTTP/1.1 204 No Content\r\nX-A").await.unwrap();
        assert_eq!(ask(&mut here, b"GET").await.unwrap(), Seen::Status(204));
    }

    #[tokio::test]
    async fn an_endless_line_is_no_answer() {
        let (mut here, mut there) = tokio::io::duplex(2 * MAX_LINE);
        there.write_all(&[b'a'; MAX_LINE + 1]).await.unwrap();
        assert_eq!(ask(&mut here, b"GET").await.unwrap(), Seen::Nonsense);
    }

    #[tokio::test]
    async fn an_answer_that_does_not_come_is_a_broken_connection() {
        let (mut here, there) = tokio::io::duplex(1024);
        drop(there);
        assert!(ask(&mut here, b"").await.is_err());
    }
}
