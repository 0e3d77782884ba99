//! Ports at which nobody answers, each in its own way. They are held while the value lives, so that nobody else can
//! get them.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

/// A port that refuses connections.
pub struct RefusingPort(Socket);

/// A port whose queue is full: a connection to it neither comes about nor is refused.
pub struct FullPort {
    socket: Socket,
    _waiting: Vec<TcpStream>,
}

/// More connections than a queue of the smallest length takes.
const MORE_THAN_FIT: usize = 8;

impl RefusingPort {
    /// Takes a free port and does not listen there.
    pub fn new() -> Self {
        Self(bound())
    }

    /// Its number.
    pub fn port(&self) -> u16 {
        port(&self.0)
    }
}

impl Default for RefusingPort {
    fn default() -> Self {
        Self::new()
    }
}

impl FullPort {
    /// Listens on a free port, accepts nothing, and fills the queue.
    pub fn new() -> Self {
        Self::at((Ipv4Addr::LOCALHOST, 0).into())
    }

    /// The same at an address of this machine.
    ///
    /// # Panics
    /// Where that is taken.
    pub fn at(address: SocketAddr) -> Self {
        let socket = bound_to(address);
        socket.listen(0).expect("can listen");
        let address = SocketAddr::new(address.ip(), port(&socket));
        let connect = |_| TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok();
        let waiting: Vec<_> = (0..MORE_THAN_FIT).map_while(connect).collect();
        assert!(waiting.len() < MORE_THAN_FIT, "the queue of a listening socket never gets full here");
        Self { socket, _waiting: waiting }
    }

    /// Its number.
    pub fn port(&self) -> u16 {
        port(&self.socket)
    }
}

impl Default for FullPort {
    fn default() -> Self {
        Self::new()
    }
}

fn bound() -> Socket {
    bound_to((Ipv4Addr::LOCALHOST, 0).into())
}

fn bound_to(address: SocketAddr) -> Socket {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None).expect("a socket is to be had");
    socket.bind(&address.into()).expect("a port is free");
    socket
}

fn port(socket: &Socket) -> u16 {
    socket.local_addr().ok().and_then(|address| address.as_socket()).expect("it is bound").port()
}
