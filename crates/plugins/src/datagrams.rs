//! Lines to a server that listens on a UDP port.

use std::io;
use std::net::SocketAddr;
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

/// Where the host is, and what it is reached by.
struct Found {
    socket: UdpSocket,
    address: SocketAddr,
    since: Instant,
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

async fn send(place: &Place, found: Option<Found>, line: &[u8]) -> io::Result<Found> {
    let found = match found.filter(|found| found.since.elapsed() < GOOD_FOR) {
        Some(found) => found,
        None => find(place).await?,
    };
    found.socket.send_to(line, found.address).await?;
    Ok(found)
}

async fn find(place: &Place) -> io::Result<Found> {
    let mut addresses = lookup_host((&*place.host, place.port)).await?;
    let address = addresses.next().ok_or(io::ErrorKind::NotFound)?;
    let socket = UdpSocket::bind(if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" }).await?;
    Ok(Found { socket, address, since: Instant::now() })
}
