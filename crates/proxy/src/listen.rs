//! Listening sockets.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, SockRef, Socket, Type};

/// How the connections of a port are served.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Serves {
    /// Whether clients speak TLS.
    pub tls: bool,
    /// Whether they may speak HTTP/2.
    pub http2: bool,
    /// Whether something in front says who the client is, by the PROXY protocol.
    pub proxy_protocol: bool,
}

/// A socket that listens, and how its connections are served.
#[derive(Debug)]
pub struct Port {
    /// The socket.
    pub socket: TcpListener,
    /// How.
    pub serves: Serves,
}

/// How many connections may wait to be accepted where the configuration does not say.
const BACKLOG: i32 = 4096;

/// Opens one socket for each worker on the same address: the kernel spreads the connections (`SO_REUSEPORT`).
///
/// # Errors
/// Where the address cannot be had. Another process that listens there is an error, although the option would allow
/// to share with one of the same user.
pub fn open(address: SocketAddr, workers: usize, backlog: Option<i32>) -> io::Result<Vec<TcpListener>> {
    refuse_if_taken(address)?;
    let mut listeners = vec![bind(address, backlog)?];
    // Port 0 asks for any free port: the others must share the one that the first has got.
    join(&mut listeners, workers, backlog)?;
    Ok(listeners)
}

/// Makes as many of the sockets that this process has on an address as there are workers, if there are fewer, with
/// `backlog` for all of them.
///
/// # Errors
/// Where the address cannot be had any more.
pub fn join(sockets: &mut Vec<TcpListener>, workers: usize, backlog: Option<i32>) -> io::Result<()> {
    for socket in &*sockets {
        SockRef::from(socket).listen(backlog.unwrap_or(BACKLOG))?;
    }
    let Some(address) = sockets.first().map(TcpListener::local_addr).transpose()? else { return Ok(()) };
    while sockets.len() < workers {
        sockets.push(bind(address, backlog)?);
    }
    Ok(())
}

fn refuse_if_taken(address: SocketAddr) -> io::Result<()> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())
}

fn bind(address: SocketAddr, backlog: Option<i32>) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    settle(&socket, address)?;
    socket.listen(backlog.unwrap_or(BACKLOG))?;
    Ok(socket.into())
}

/// Gives a socket its address. One of IPv6 is for that version alone: the other has a socket of its own.
pub(crate) fn settle(socket: &Socket, address: SocketAddr) -> io::Result<()> {
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.bind(&address.into())?;
    socket.set_nonblocking(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_worker_gets_a_socket_on_the_same_port() {
        let listeners = open("127.0.0.1:0".parse().unwrap(), 3, None).unwrap();
        let ports: Vec<u16> = listeners.iter().map(|l| l.local_addr().unwrap().port()).collect();
        assert_eq!(ports, [ports[0]; 3]);
    }

    #[test]
    fn an_address_that_another_listens_on_is_refused() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        assert!(open(taken.local_addr().unwrap(), 1, None).is_err());
    }

    #[test]
    fn an_address_of_another_gateway_is_refused_as_well() {
        let first = open("127.0.0.1:0".parse().unwrap(), 1, None).unwrap();
        assert!(open(first[0].local_addr().unwrap(), 1, None).is_err());
    }
}
