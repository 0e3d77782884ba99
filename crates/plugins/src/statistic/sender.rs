//! How lines get to the server.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs, UdpSocket};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::datagrams::{Found, any_port};

/// How long connecting and sending may take over TCP.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where lines are sent, and how.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) host: Box<str>,
    pub(crate) port: u16,
    pub(crate) means: Means,
}

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Means {
    Tcp,
    /// Each line is a datagram.
    DatagramEach,
    /// Datagrams of so many bytes at most, of lines that fit.
    DatagramsOf(usize),
}

/// Sends lines. It may take its time, and is never used on a worker.
pub(crate) struct Sender {
    place: Place,
    /// A connection that waits to be used again.
    idle: Mutex<Option<TcpStream>>,
    /// What datagrams were sent by, which waits likewise.
    found: Mutex<Option<Found<UdpSocket>>>,
}

impl Sender {
    pub(crate) fn to(place: Place) -> Self {
        Self { place, idle: Mutex::default(), found: Mutex::default() }
    }

    /// Sends the lines of some exchanges.
    ///
    /// # Errors
    /// Where the server cannot be found, or over TCP not be reached. A datagram that nobody takes is no error.
    pub(crate) fn send(&self, batch: &[Vec<u8>]) -> io::Result<()> {
        let lines = batch.iter().flat_map(|entry| entry.split(|byte| *byte == b'\n'));
        match self.place.means {
            Means::Tcp => self.send_on_connection(batch),
            Means::DatagramEach => self.send_datagrams(lines),
            Means::DatagramsOf(size) => self.send_datagrams(packed(lines, size).iter().map(Vec::as_slice)),
        }
    }

    fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        Ok((&*self.place.host, self.place.port).to_socket_addrs()?.collect())
    }

    fn send_datagrams<'l>(&self, datagrams: impl Iterator<Item = &'l [u8]>) -> io::Result<()> {
        let found = take(&self.found).filter(Found::is_good);
        let found = found.map_or_else(|| self.find(), Ok)?;
        for datagram in datagrams {
            if let Err(error) = found.socket.send_to(datagram, found.address) {
                tracing::error!(%error, "metrics cannot be sent");
            }
        }
        put(&self.found, found);
        Ok(())
    }

    fn find(&self) -> io::Result<Found<UdpSocket>> {
        let address = self.addresses()?.into_iter().next().ok_or(io::ErrorKind::NotFound)?;
        Ok(Found::new(UdpSocket::bind(any_port(address))?, address))
    }

    fn send_on_connection(&self, batch: &[Vec<u8>]) -> io::Result<()> {
        let mut text = batch.join(&b'\n');
        text.push(b'\n');
        let mut connection = match take(&self.idle).filter(is_open) {
            Some(connection) => connection,
            None => self.connect()?,
        };
        connection.write_all(&text)?;
        put(&self.idle, connection);
        Ok(())
    }

    fn connect(&self) -> io::Result<TcpStream> {
        let mut last = io::ErrorKind::NotFound.into();
        for address in self.addresses()? {
            match TcpStream::connect_timeout(&address, PATIENCE) {
                Ok(connection) => {
                    connection.set_write_timeout(Some(PATIENCE))?;
                    return Ok(connection);
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

fn take<T>(place: &Mutex<Option<T>>) -> Option<T> {
    place.lock().unwrap_or_else(PoisonError::into_inner).take()
}

fn put<T>(place: &Mutex<Option<T>>, value: T) {
    *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
}

/// Whether the server has not hung up meanwhile, as far as is known.
fn is_open(connection: &TcpStream) -> bool {
    let looks = || {
        connection.set_nonblocking(true)?;
        let seen = connection.peek(&mut [0]);
        connection.set_nonblocking(false)?;
        seen
    };
    match looks() {
        Ok(length) => length > 0,
        Err(error) => error.kind() == io::ErrorKind::WouldBlock,
    }
}

/// Lines, as many in a datagram as fit; one that is longer stands alone.
fn packed<'l>(lines: impl Iterator<Item = &'l [u8]>, size: usize) -> Vec<Vec<u8>> {
    let mut datagrams: Vec<Vec<u8>> = Vec::new();
    for line in lines {
        match datagrams.last_mut() {
            Some(last) if last.len() + 1 + line.len() <= size => {
                last.push(b'\n');
                last.extend_from_slice(line);
            }
            _ => datagrams.push(line.to_vec()),
        }
    }
    datagrams
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::net::TcpListener;

    use super::*;

    fn sender(port: u16, means: Means) -> Sender {
        Sender::to(Place { host: "127.0.0.1".into(), port, means })
    }

    #[test]
    fn a_datagram_has_as_many_lines_as_fit() {
        let packed = |size| {
            let datagrams = packed(["aaaa", "bbbb", "c", "dddddddddddd"].map(str::as_bytes).into_iter(), size);
            datagrams.into_iter().map(|datagram| String::from_utf8(datagram).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(packed(9), ["aaaa\nbbbb", "c", "dddddddddddd"]);
        assert_eq!(packed(11), ["aaaa\nbbbb\nc", "dddddddddddd"]);
        assert_eq!(packed(3), ["aaaa", "bbbb", "c", "dddddddddddd"]);
    }

    #[test]
    fn a_connection_is_used_again_until_the_server_hangs_up() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let sender = sender(listener.local_addr().unwrap().port(), Means::Tcp);
        let read = |reader: &mut BufReader<TcpStream>, expected: &[&str]| {
            for expected in expected {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                assert_eq!(line.trim_end(), *expected);
            }
        };
        sender.send(&[b"a\nb".to_vec()]).unwrap();
        let mut first = BufReader::new(listener.accept().unwrap().0);
        sender.send(&[b"c".to_vec(), b"d".to_vec()]).unwrap();
        read(&mut first, &["a", "b", "c", "d"]);
        drop(first);
        while sender.idle.lock().unwrap().as_ref().is_some_and(is_open) {
            std::thread::yield_now();
        }
        sender.send(&[b"e".to_vec()]).unwrap();
        read(&mut BufReader::new(listener.accept().unwrap().0), &["e"]);
    }

    #[test]
    fn a_server_that_is_away_is_an_error_over_tcp_alone() {
        let port = gibbon_testkit::reserved_port();
        assert!(sender(port, Means::Tcp).send(&[b"a".to_vec()]).is_err());
        assert!(sender(port, Means::DatagramEach).send(&[b"a\nb".to_vec()]).is_ok());
    }
}
