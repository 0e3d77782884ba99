//! Lines to a server that listens on a UDP port.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use tokio::net::{UdpSocket, lookup_host};
use tokio::time::{sleep, timeout};

use crate::delivery::{GATHERING, Lines};

/// Where lines are sent.
pub(crate) struct Place {
    /// The host, by its name or address.
    pub(crate) host: Box<str>,
    /// Its port.
    pub(crate) port: u16,
    /// How long looking for the host and sending may take together.
    pub(crate) timeout: Duration,
}

/// How long the address that a host was found at is good.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// Where a host is, and what it is reached by.
pub(crate) struct Found<S> {
    pub(crate) socket: S,
    pub(crate) address: SocketAddr,
    since: Instant,
}

impl<S> Found<S> {
    /// What was found just now.
    pub(crate) fn new(socket: S, address: SocketAddr) -> Self {
        Self { socket, address, since: Instant::now() }
    }

    /// Whether the host need not be looked for again.
    pub(crate) fn is_good(&self) -> bool {
        self.since.elapsed() < GOOD_FOR
    }
}

/// What a socket is bound to that reaches an address.
pub(crate) fn any_port(address: SocketAddr) -> SocketAddr {
    let any: IpAddr = if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    SocketAddr::new(any, 0)
}

/// A datagram for each line. One that cannot be sent is lost, and named in the log.
pub(crate) async fn send_all(place: Place, lines: Lines) {
    let mut found = None;
    while let Some(first) = lines.next().await {
        let mut next = Some(first);
        while let Some(line) = next {
            let sent = timeout(place.timeout, send(&place, found.take(), &line)).await;
            match sent.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
                Ok(still) => found = Some(still),
                Err(error) => {
                    tracing::error!(host = &*place.host, port = place.port, %error, "a line of a log cannot be sent");
                }
            }
            next = lines.take();
        }
        sleep(GATHERING).await;
    }
}

async fn send(place: &Place, found: Option<Found<UdpSocket>>, line: &[u8]) -> io::Result<Found<UdpSocket>> {
    let found = match found.filter(Found::is_good) {
        Some(found) => found,
        None => find(place).await?,
    };
    found.socket.send_to(line, found.address).await?;
    Ok(found)
}

async fn find(place: &Place) -> io::Result<Found<UdpSocket>> {
    let mut addresses = lookup_host((&*place.host, place.port)).await?;
    let address = addresses.next().ok_or(io::ErrorKind::NotFound)?;
    Ok(Found::new(UdpSocket::bind(any_port(address)).await?, address))
}
