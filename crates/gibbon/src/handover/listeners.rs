//! The listening sockets of this process, by the address that the settings name.

use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};

use gibbon_proxy::listen;
use gibbon_proxy::stream::port;

/// Holds on to every socket that is open, to hand it to the next process.
#[derive(Debug, Default)]
pub(crate) struct Listeners {
    known: Vec<Known<TcpListener>>,
    of_datagrams: Vec<Known<UdpSocket>>,
}

#[derive(Debug)]
struct Known<S> {
    address: SocketAddr,
    sockets: Vec<S>,
    origin: Origin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// From the process before, and nobody has asked for it yet.
    Inherited,
    Wanted,
}

impl Listeners {
    /// Takes sockets over from the process before.
    pub(super) fn inherit(&mut self, address: SocketAddr, more: Vec<TcpListener>) {
        add(&mut self.known, address, more);
    }

    /// The same for sockets of datagrams.
    pub(super) fn inherit_datagrams(&mut self, address: SocketAddr, more: Vec<UdpSocket>) {
        add(&mut self.of_datagrams, address, more);
    }

    /// Sockets on an address for `threads` threads: those that are there, and as many new ones as are missing. There may
    /// be more than threads, and each has to be accepted from, since clients may wait there.
    ///
    /// # Errors
    /// Where the address cannot be had.
    pub(crate) fn open(
        &mut self,
        address: SocketAddr,
        threads: usize,
        backlog: Option<i32>,
    ) -> io::Result<Vec<TcpListener>> {
        let Some(known) = self.known.iter_mut().find(|known| known.address == address) else {
            let sockets = listen::open(address, threads, backlog)?;
            let kept = copies(&sockets, TcpListener::try_clone)?;
            self.known.push(Known { address, sockets: kept, origin: Origin::Wanted });
            return Ok(sockets);
        };
        known.origin = Origin::Wanted;
        listen::join(&mut known.sockets, threads, backlog)?;
        copies(&known.sockets, TcpListener::try_clone)
    }

    /// The same for datagrams.
    ///
    /// # Errors
    /// Where the address cannot be had.
    pub(crate) fn open_datagrams(&mut self, address: SocketAddr, threads: usize) -> io::Result<Vec<UdpSocket>> {
        let Some(known) = self.of_datagrams.iter_mut().find(|known| known.address == address) else {
            let sockets = port::open_datagrams(address, threads)?;
            let kept = copies(&sockets, UdpSocket::try_clone)?;
            self.of_datagrams.push(Known { address, sockets: kept, origin: Origin::Wanted });
            return Ok(sockets);
        };
        known.origin = Origin::Wanted;
        port::join_datagrams(&mut known.sockets, threads)?;
        copies(&known.sockets, UdpSocket::try_clone)
    }

    /// Closes what was inherited and is not wanted any more.
    pub(crate) fn close_unwanted(&mut self) {
        self.known.retain(|known| known.origin == Origin::Wanted);
        self.of_datagrams.retain(|known| known.origin == Origin::Wanted);
    }

    /// All sockets that listen.
    pub(super) fn all(&self) -> impl Iterator<Item = (SocketAddr, &[TcpListener])> {
        self.known.iter().map(|known| (known.address, known.sockets.as_slice()))
    }

    /// All sockets of datagrams.
    pub(super) fn all_of_datagrams(&self) -> impl Iterator<Item = (SocketAddr, &[UdpSocket])> {
        self.of_datagrams.iter().map(|known| (known.address, known.sockets.as_slice()))
    }
}

fn add<S>(all: &mut Vec<Known<S>>, address: SocketAddr, mut more: Vec<S>) {
    match all.iter_mut().find(|known| known.address == address) {
        Some(known) => known.sockets.append(&mut more),
        None => all.push(Known { address, sockets: more, origin: Origin::Inherited }),
    }
}

fn copies<S>(sockets: &[S], copy: fn(&S) -> io::Result<S>) -> io::Result<Vec<S>> {
    sockets.iter().map(copy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ports(sockets: &[TcpListener]) -> Vec<u16> {
        sockets.iter().map(|socket| socket.local_addr().unwrap().port()).collect()
    }

    #[test]
    fn an_address_that_is_open_already_is_shared_by_more_threads() {
        let address = "127.0.0.1:0".parse().unwrap();
        let mut listeners = Listeners::default();
        let first = ports(&listeners.open(address, 1, None).unwrap());
        assert_eq!(ports(&listeners.open(address, 3, None).unwrap()), [first[0]; 3]);
    }

    #[test]
    fn no_inherited_socket_is_forgotten_by_fewer_threads() {
        let address = "127.0.0.1:0".parse().unwrap();
        let mut before = Listeners::default();
        let sockets = before.open(address, 3, None).unwrap();
        let mut after = Listeners::default();
        after.inherit(address, sockets);
        assert_eq!(after.open(address, 1, None).unwrap().len(), 3);
    }

    #[test]
    fn connections_and_datagrams_of_one_address_are_two_things() {
        let mut before = Listeners::default();
        let address = before.open("127.0.0.1:0".parse().unwrap(), 1, None).unwrap()[0].local_addr().unwrap();
        let sockets = before.open_datagrams(address, 2).unwrap();
        let mut after = Listeners::default();
        after.inherit_datagrams(address, sockets);
        assert_eq!(after.open_datagrams(address, 1).unwrap().len(), 2);
        assert_eq!(after.open_datagrams(address, 3).unwrap().len(), 3);
        assert!(after.open(address, 1, None).is_err());
    }

    #[test]
    fn an_inherited_address_that_nobody_wants_is_closed() {
        let address = "127.0.0.1:0".parse().unwrap();
        let sockets = listen::open(address, 1, None).unwrap();
        let real = sockets[0].local_addr().unwrap();
        let mut listeners = Listeners::default();
        listeners.inherit(address, sockets);
        listeners.close_unwanted();
        assert!(std::net::TcpStream::connect(real).is_err());
    }
}
