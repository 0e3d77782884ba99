//! Ports for a process that takes them itself, and ports at which nobody answers, each in its own way. The latter are
//! held while the value lives, so that nobody else can get them.

use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::ops::Range;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

/// Below the ports that Linux gives to whoever asks for any, so that no connection of a test and no listener beside it
/// takes one of them, and above those that programs have by habit.
const TO_BE_NAMED: Range<u16> = 12_000..32_000;

/// A port of loopback for a process that binds it itself, a moment later. Every call has another one, in whatever
/// process it is made, until all have had their turn.
///
/// # Panics
/// Where the file that counts the calls cannot be written.
pub fn reserved_port() -> u16 {
    let name = format!("gibbon-test-ports-{}", nix::unistd::geteuid());
    let path = std::env::temp_dir().join(name);
    let file = File::options().read(true).write(true).create(true).truncate(false).open(path);
    let mut turns = file.expect("a temporary file can be written");
    turns.lock().expect("a file of ours can be locked");
    let mut text = String::new();
    turns.read_to_string(&mut text).expect("it is a file");
    let mut last = text.trim().parse().unwrap_or(TO_BE_NAMED.end);
    let free = std::iter::repeat_with(|| {
        last = if TO_BE_NAMED.contains(&(last + 1)) { last + 1 } else { TO_BE_NAMED.start };
        last
    });
    let port = free.take(TO_BE_NAMED.len()).find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok());
    let port = port.expect("a port is free");
    turns.rewind().and_then(|()| write!(turns, "{port:5}")).expect("it is a file");
    port
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_was_named_is_not_named_again_soon_and_can_be_taken() {
        let mut ports: Vec<_> = (0..100).map(|_| reserved_port()).collect();
        assert!(ports.iter().all(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()));
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 100);
    }
}
