//! Ports of streams.

use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};

use socket2::{Domain, Protocol, Socket, Type};

use crate::listen::{Port, settle};

/// What one worker accepts from.
#[derive(Debug, Default)]
pub struct WorkerPorts {
    /// Ports of HTTP.
    pub http: Vec<Port>,
    /// Ports of streams.
    pub streams: Vec<StreamPort>,
}

/// A socket that streams come to.
#[derive(Debug)]
pub enum StreamPort {
    /// Connections.
    Connections {
        /// The socket.
        socket: TcpListener,
        /// What is spoken on them.
        serves: StreamServes,
    },
    /// Datagrams.
    Datagrams(UdpSocket),
}

/// How the connections of a port of streams are served.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StreamServes {
    /// Whether clients speak TLS.
    pub tls: bool,
    /// Whether something in front says who the client is, by the PROXY protocol.
    pub proxy_protocol: bool,
}

/// Opens one socket for datagrams for each worker on the same address: the kernel sends those of one client to one of
/// them (`SO_REUSEPORT`).
///
/// # Errors
/// Where the address cannot be had.
pub fn open_datagrams(address: SocketAddr, workers: usize) -> io::Result<Vec<UdpSocket>> {
    // Another gateway of the same user could share the address, and would take half of the clients away.
    drop(bind(address, Sharing::No)?);
    let mut sockets = vec![bind(address, Sharing::WithOtherWorkers)?];
    join_datagrams(&mut sockets, workers)?;
    Ok(sockets)
}

/// Makes as many of the sockets that this process has on an address as there are workers, if there are fewer.
///
/// # Errors
/// Where the address cannot be had any more.
pub fn join_datagrams(sockets: &mut Vec<UdpSocket>, workers: usize) -> io::Result<()> {
    let Some(address) = sockets.first().map(UdpSocket::local_addr).transpose()? else { return Ok(()) };
    while sockets.len() < workers {
        sockets.push(bind(address, Sharing::WithOtherWorkers)?);
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sharing {
    No,
    WithOtherWorkers,
}

fn bind(address: SocketAddr, sharing: Sharing) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_port(sharing == Sharing::WithOtherWorkers)?;
    settle(&socket, address)?;
    Ok(socket.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_worker_gets_a_socket_on_the_same_port() {
        let sockets = open_datagrams("127.0.0.1:0".parse().unwrap(), 3).unwrap();
        let ports: Vec<u16> = sockets.iter().map(|socket| socket.local_addr().unwrap().port()).collect();
        assert_eq!(ports, [ports[0]; 3]);
    }

    #[test]
    fn an_address_of_another_gateway_is_refused() {
        let first = open_datagrams("127.0.0.1:0".parse().unwrap(), 1).unwrap();
        assert!(open_datagrams(first[0].local_addr().unwrap(), 1).is_err());
    }
}
