//! Connecting to upstreams. A name with several addresses is tried at one of them and, if that takes its time, at the
//! others beside it ("Happy Eyeballs", RFC 8305): the first connection wins, and the others are given up.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::engine::client::ConnectFailure;
use crate::engine::pool::{Destination, TlsName};
use crate::engine::transport::Transport;
use crate::engine::upstream_tls::Handshakes;

/// How long an attempt is alone before the next one begins (RFC 8305 section 8).
const STAGGER: Duration = Duration::from_millis(250);

/// How long an address is passed over that another one was faster than by so much.
const MEMORY: Duration = Duration::from_secs(30);

/// So many such addresses are remembered.
const REMEMBERED: usize = 1024;

/// What a connection is made with.
pub(crate) struct Means<'m> {
    /// How long it may take, with the handshake of TLS.
    pub(crate) limit: Duration,
    pub(crate) tls: &'m Handshakes,
    /// Where else it may lead than to an address.
    pub(crate) elsewhere: &'m dyn Fn(SocketAddr) -> Vec<SocketAddr>,
}

/// Connects. Where another address than that of `destination` was there first, it becomes the one of `destination`.
pub(crate) async fn dial(destination: &mut Destination, means: &Means<'_>) -> Result<Transport, ConnectFailure> {
    let (address, limit) = (destination.address, means.limit);
    let connected = timeout(limit, async {
        let (address, stream) = connect(address, (means.elsewhere)(address)).await?;
        destination.address = address;
        secure(stream, destination, means.tls).await
    });
    connected.await.map_err(|_| ConnectFailure::TimedOut { address, limit })?
}

async fn secure(stream: TcpStream, destination: &Destination, tls: &Handshakes) -> Result<Transport, ConnectFailure> {
    // A request is written whole: waiting to join it with later bytes would only add latency.
    let _ = stream.set_nodelay(true);
    let Some(TlsName { name, terms }) = &destination.tls else { return Ok(Transport::Plain(stream)) };
    match tls.connect(stream, name.clone(), terms).await {
        Ok(stream) => Ok(Transport::Tls(Box::new(stream.into()))),
        Err(source) => Err(ConnectFailure::Tls { address: destination.address, source }),
    }
}

type Connected = (SocketAddr, TcpStream);

async fn connect(first: SocketAddr, others: Vec<SocketAddr>) -> Result<Connected, ConnectFailure> {
    if others.is_empty() {
        return attempt(first).await;
    }
    let mut waiting = std::iter::once(first).chain(others);
    // Dropped, it ends the attempts that have lost.
    let mut attempts = JoinSet::new();
    let mut failure = None;
    loop {
        let ended = match waiting.next() {
            Some(address) => {
                attempts.spawn_local(attempt(address));
                // A failure ends the wait as well: there is nothing to wait for.
                timeout(STAGGER, attempts.join_next()).await
            }
            None => Ok(attempts.join_next().await),
        };
        match ended {
            Ok(Some(Ok(Ok(connected)))) => return Ok(connected),
            Ok(Some(Ok(Err(error)))) => drop(failure.get_or_insert(error)),
            Ok(Some(Err(_))) | Err(_) => {}
            Ok(None) => return Err(failure.unwrap_or_else(|| refused(first, io::ErrorKind::Interrupted.into()))),
        }
    }
}

async fn attempt(address: SocketAddr) -> Result<Connected, ConnectFailure> {
    let stream = TcpStream::connect(address).await.map_err(|source| refused(address, source))?;
    Ok((address, stream))
}

fn refused(address: SocketAddr, source: io::Error) -> ConnectFailure {
    ConnectFailure::Refused { address, source }
}

/// Addresses that a worker has found to be slower than others of their names.
#[derive(Default)]
pub(crate) struct Detours(RefCell<HashMap<SocketAddr, Instant, ahash::RandomState>>);

impl Detours {
    /// Another address of its name was faster.
    pub(crate) fn remember(&self, address: SocketAddr) {
        let mut all = self.0.borrow_mut();
        if all.len() >= REMEMBERED {
            all.clear();
        }
        all.insert(address, Instant::now() + MEMORY);
    }

    /// Whether it is better to begin with another one.
    pub(crate) fn avoid(&self, address: SocketAddr) -> bool {
        let all = self.0.borrow();
        !all.is_empty() && all.get(&address).is_some_and(|until| Instant::now() < *until)
    }
}
