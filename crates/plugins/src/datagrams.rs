//! Lines to a server that listens on a UDP port.

use std::io;
use std::time::Duration;

use tokio::net::{UdpSocket, lookup_host};
use tokio::time::timeout;

use crate::delivery::Lines;

/// Where lines are sent.
pub(crate) struct Place {
    /// The host, by its name or address.
    pub(crate) host: Box<str>,
    /// Its port.
    pub(crate) port: u16,
    /// How long looking for the host and sending may take together.
    pub(crate) timeout: Duration,
}

/// A datagram for each line. One that cannot be sent is lost, and named in the log.
pub(crate) async fn send_all(place: Place, lines: Lines) {
    while let Some(line) = lines.next().await {
        let sent = timeout(place.timeout, send(&place, &line)).await;
        let sent = sent.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        if let Err(error) = sent {
            tracing::error!(host = &*place.host, port = place.port, %error, "a line of a log cannot be sent");
        }
    }
}

async fn send(place: &Place, line: &[u8]) -> io::Result<()> {
    let mut addresses = lookup_host((&*place.host, place.port)).await?;
    let address = addresses.next().ok_or(io::ErrorKind::NotFound)?;
    let socket = UdpSocket::bind(if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" }).await?;
    socket.send_to(line, address).await.map(drop)
}
