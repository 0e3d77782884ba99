//! A connection to a log server, kept between lines.

use std::io;
use std::sync::Arc;

use gibbon_tls::client::{self, Spoken, Terms, Usual, Verification};
use rustls::RootCertStore;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, WriteHalf, split};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

use super::config::{Config, Tls};

/// Bytes in both directions, encrypted or not.
trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// See the module.
pub(super) struct Connection {
    writer: WriteHalf<Box<dyn Wire>>,
    /// Reads what the server says, which nobody wants to know, until it hangs up.
    reader: JoinHandle<()>,
}

impl Connection {
    /// Connects, and shakes hands where that is wanted.
    pub(super) async fn open(config: &Config) -> io::Result<Self> {
        let stream = TcpStream::connect((&*config.host, config.port)).await?;
        stream.set_nodelay(true)?;
        let wire: Box<dyn Wire> = match &config.tls {
            None => Box::new(stream),
            Some(tls) => {
                let (connector, name) = connector(tls, &config.host)?;
                Box::new(connector.connect(name, stream).await?)
            }
        };
        let (mut reader, writer) = split(wire);
        let reader = tokio::spawn(async move {
            let mut piece = [0; 512];
            while reader.read(&mut piece).await.is_ok_and(|length| length > 0) {}
        });
        Ok(Self { writer, reader })
    }

    /// Whether the server has not hung up, as far as is known.
    pub(super) fn is_open(&self) -> bool {
        !self.reader.is_finished()
    }

    pub(super) async fn send(&mut self, text: &[u8]) -> io::Result<()> {
        self.writer.write_all(text).await?;
        self.writer.flush().await
    }

    /// Ends it as the protocol wants it to be ended.
    pub(super) async fn close(mut self) {
        // The server may have hung up before, which is as good.
        let _ = self.writer.shutdown().await;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// As in Kong, who the server is is not verified, and without a name none is asked for.
fn connector(tls: &Tls, host: &str) -> io::Result<(TlsConnector, ServerName<'static>)> {
    let terms = Terms { spoken: Spoken::Anything, ..Terms::usual(Verification::Skipped) };
    let usual = Usual { trusted: Arc::new(RootCertStore::empty()), shown: None };
    let mut config = client::config(&terms, &usual).map_err(io::Error::other)?;
    if tls.name.is_none() {
        Arc::make_mut(&mut config).enable_sni = false;
    }
    let name = tls.name.as_deref().unwrap_or(host).to_owned();
    let name = ServerName::try_from(name).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    Ok((TlsConnector::from(config), name))
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::time::Duration;

    use tokio::net::TcpListener;
    use tokio::runtime::Builder;

    use super::*;

    #[test]
    fn a_connection_that_the_server_has_ended_is_known_as_such() {
        Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = listener.local_addr().unwrap().port();
            let timeout = Duration::from_secs(1);
            let config = Config { host: "127.0.0.1".into(), port, timeout, keepalive: None, tls: None };
            let mut connection = Connection::open(&config).await.unwrap();
            connection.send(b"line").await.unwrap();
            let (server, _) = listener.accept().await.unwrap();
            assert!(connection.is_open());
            drop(server);
            while connection.is_open() {
                tokio::task::yield_now().await;
            }
        });
    }

    #[test]
    fn the_server_is_told_when_a_connection_ends() {
        Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = listener.local_addr().unwrap().port();
            let timeout = Duration::from_secs(1);
            let config = Config { host: "127.0.0.1".into(), port, timeout, keepalive: None, tls: None };
            let mut connection = Connection::open(&config).await.unwrap();
            connection.send(b"line").await.unwrap();
            let (server, _) = listener.accept().await.unwrap();
            connection.close().await;
            let mut server = server.into_std().unwrap();
            server.set_nonblocking(false).unwrap();
            let mut received = String::new();
            server.read_to_string(&mut received).unwrap();
            assert_eq!(received, "line");
        });
    }
}
