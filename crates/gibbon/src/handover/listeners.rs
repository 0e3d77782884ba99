//! The listening sockets of this process, by the address that the settings name.

use std::io;
use std::net::{SocketAddr, TcpListener};

use gibbon_proxy::listen;

/// Holds on to every socket that is open, to hand it to the next process.
#[derive(Debug, Default)]
pub(crate) struct Listeners {
    known: Vec<Known>,
}

#[derive(Debug)]
struct Known {
    address: SocketAddr,
    sockets: Vec<TcpListener>,
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
    pub(super) fn inherit(&mut self, address: SocketAddr, mut more: Vec<TcpListener>) {
        match self.known.iter_mut().find(|known| known.address == address) {
            Some(known) => known.sockets.append(&mut more),
            None => self.known.push(Known { address, sockets: more, origin: Origin::Inherited }),
        }
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
            let kept = copies(&sockets)?;
            self.known.push(Known { address, sockets: kept, origin: Origin::Wanted });
            return Ok(sockets);
        };
        known.origin = Origin::Wanted;
        listen::join(&mut known.sockets, threads, backlog)?;
        copies(&known.sockets)
    }

    /// Closes what was inherited and is not wanted any more.
    pub(crate) fn close_unwanted(&mut self) {
        self.known.retain(|known| known.origin == Origin::Wanted);
    }

    /// All sockets.
    pub(super) fn all(&self) -> impl Iterator<Item = (SocketAddr, &[TcpListener])> {
        self.known.iter().map(|known| (known.address, known.sockets.as_slice()))
    }
}

fn copies(sockets: &[TcpListener]) -> io::Result<Vec<TcpListener>> {
    sockets.iter().map(TcpListener::try_clone).collect()
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
