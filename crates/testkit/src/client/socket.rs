//! What carries a client's bytes: a socket, or TLS on one.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::{ClientConfig, ClientConnection, StreamOwned};

type Secret = StreamOwned<ClientConnection, TcpStream>;

fn locked(stream: &Mutex<Secret>) -> MutexGuard<'_, Secret> {
    stream.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connection. Writing needs no more than a shared one, so that a test can hold an answer and go on sending.
pub(crate) enum Socket {
    Plain(TcpStream),
    Tls(Box<Mutex<Secret>>),
}

impl Socket {
    /// TLS, with the handshake done.
    pub(crate) fn handshake(stream: TcpStream, name: &str, config: Arc<ClientConfig>) -> io::Result<Self> {
        let name = name.to_owned().try_into().map_err(io::Error::other)?;
        let connection = ClientConnection::new(config, name).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(connection, stream);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        Ok(Self::Tls(Box::new(Mutex::new(stream))))
    }

    /// The socket itself.
    pub(crate) fn tcp<T>(&self, ask: impl FnOnce(&TcpStream) -> T) -> T {
        match self {
            Self::Plain(stream) => ask(stream),
            Self::Tls(stream) => ask(&locked(stream).sock),
        }
    }

    /// What the handshake has agreed upon.
    ///
    /// # Panics
    /// Where there was none.
    pub(crate) fn tls<T>(&self, ask: impl FnOnce(&ClientConnection) -> T) -> T {
        match self {
            Self::Plain(_) => panic!("this connection has no TLS"),
            Self::Tls(stream) => ask(&locked(stream).conn),
        }
    }

    pub(crate) fn write_all(&self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(stream) => (&*stream).write_all(bytes),
            Self::Tls(stream) => {
                let mut stream = locked(stream);
                stream.write_all(bytes)?;
                stream.flush()
            }
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buf),
            Self::Tls(stream) => stream.get_mut().unwrap_or_else(PoisonError::into_inner).read(buf),
        }
    }
}
