//! The handshake of TLS. One that is signed with an RSA key takes longer than anything may on a worker: its steps are
//! taken beside the workers, while the bytes stay with the worker that has the connection.

use std::future::poll_fn;
use std::io::{self, Read, Write};
use std::ops::DerefMut;
use std::sync::Arc;
use std::task::Poll;

use gibbon_plugin_api::{Offload, StreamTls};
use rustls::pki_types::ServerName;
use rustls::server::{Accepted, Acceptor};
use rustls::{
    ClientConfig, ClientConnection, ConnectionCommon, ServerConfig, ServerConnection, SideData, SignatureAlgorithm,
};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{StartHandshake, TlsAcceptor, TlsConnector, client};

use crate::side::Side;

/// Steps of one worker that wait or are taken beside it at the same time; more wait for their turn.
pub(crate) const STEPS_AT_ONCE: usize = 64;

/// Where the slow steps of a worker's handshakes are taken. Cheap to clone.
#[derive(Clone)]
pub(crate) struct SlowSteps {
    side: Side,
    places: Arc<Semaphore>,
}

impl SlowSteps {
    pub(crate) fn new(side: Side) -> Self {
        Self { side, places: Arc::new(Semaphore::new(STEPS_AT_ONCE)) }
    }

    async fn take<T: Send + 'static>(&self, step: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(io::Error::other)?;
        let (send, done) = oneshot::channel();
        let job = Box::new(move || {
            // Who has left does not want to know, but has its place until then.
            let _ = send.send(step());
            drop(place);
        });
        self.side.submit(job).map_err(|_| io::Error::other("there are too many handshakes"))?;
        done.await.map_err(io::Error::other)
    }
}

/// The alert that ends a handshake for reasons of the gateway's own (RFC 8446 section 6), as a record of its own. Nothing is
/// encrypted yet.
const INTERNAL_ERROR: [u8; 7] = [21, 3, 3, 0, 2, 2, 80];

/// Shakes hands with a client whose first message has been read.
///
/// # Errors
/// Where it leaves, or the two do not agree.
pub(crate) async fn answer(
    accepted: Accepted,
    stream: TcpStream,
    config: &Arc<ServerConfig>,
    slow: &SlowSteps,
) -> io::Result<TlsStream<TcpStream>> {
    if !signs_with_rsa(config, &accepted) {
        return StartHandshake::from_parts(accepted, stream).into_stream(Arc::clone(config)).await;
    }
    let own = Arc::clone(config);
    let connection = match slow.take(move || accepted.into_connection(own)).await? {
        Ok(connection) => connection,
        Err((error, mut alert)) => {
            let _ = alert.write_all(&mut Now(&stream));
            return Err(io::Error::new(io::ErrorKind::InvalidData, error));
        }
    };
    let connection = shake(connection, &stream, slow).await?;
    // What is left is to send what the last step has given.
    TlsAcceptor::from(Arc::clone(config)).accept_with(stream, move |fresh| *fresh = connection).await
}

/// Shakes hands with an upstream that may be shown an RSA certificate.
///
/// # Errors
/// As those of [`answer`].
pub(crate) async fn connect(
    stream: TcpStream,
    name: ServerName<'static>,
    config: &Arc<ClientConfig>,
    slow: &SlowSteps,
) -> io::Result<client::TlsStream<TcpStream>> {
    let fresh = ClientConnection::new(Arc::clone(config), name.clone()).map_err(io::Error::other)?;
    let connection = shake(fresh, &stream, slow).await?;
    TlsConnector::from(Arc::clone(config)).connect_with(name, stream, move |fresh| *fresh = connection).await
}

/// Takes every step but that of sending what the last one gives.
async fn shake<C, D>(mut connection: C, stream: &TcpStream, slow: &SlowSteps) -> io::Result<C>
where
    C: DerefMut<Target = ConnectionCommon<D>> + Send + 'static,
    D: SideData,
{
    while connection.is_handshaking() {
        flush(&mut connection, stream).await?;
        receive(&mut connection, stream).await?;
        let (stepped, outcome) = slow
            .take(move || {
                let outcome = connection.process_new_packets().map(drop);
                (connection, outcome)
            })
            .await?;
        connection = stepped;
        if let Err(error) = outcome {
            // The other side is told why, if it takes that at once.
            let _ = connection.write_tls(&mut Now(stream));
            return Err(io::Error::new(io::ErrorKind::InvalidData, error));
        }
    }
    Ok(connection)
}

/// What has been agreed upon.
pub(crate) fn terms(session: &ServerConnection) -> StreamTls {
    let version = match session.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_2) => "TLSv1.2",
        _ => "TLSv1.3",
    };
    let cipher = session.negotiated_cipher_suite().map(|suite| gibbon_tls::openssl_name(suite.suite()));
    let mut shown = session.peer_certificates().unwrap_or_default().iter().map(|certificate| Box::from(&**certificate));
    let client_certificate = shown.next();
    StreamTls { version, cipher: cipher.unwrap_or_default(), client_certificate, client_chain: shown.collect() }
}

/// Whether the certificate for this client has a key that takes its time.
fn signs_with_rsa(config: &ServerConfig, accepted: &Accepted) -> bool {
    let chosen = config.cert_resolver.resolve(accepted.client_hello());
    chosen.is_some_and(|certified| certified.key.algorithm() == SignatureAlgorithm::RSA)
}

/// Tells a client whose first message has been read that nothing comes of its handshake, if it takes that at once.
pub(crate) fn abort(stream: &TcpStream) {
    let _ = stream.try_write(&INTERNAL_ERROR);
}

/// Reads what a client says first.
///
/// # Errors
/// Where it leaves, or does not speak TLS.
pub(crate) async fn hello(stream: &TcpStream) -> io::Result<Accepted> {
    let mut acceptor = Acceptor::default();
    loop {
        stream.readable().await?;
        match acceptor.read_tls(&mut Now(stream)) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error),
        }
        match acceptor.accept() {
            Ok(None) => {}
            Ok(Some(accepted)) => return Ok(accepted),
            Err((error, mut alert)) => {
                let _ = alert.write_all(&mut Now(stream));
                return Err(io::Error::new(io::ErrorKind::InvalidData, error));
            }
        }
    }
}

/// Reads some of what the other side says next.
async fn receive<D>(connection: &mut ConnectionCommon<D>, stream: &TcpStream) -> io::Result<()> {
    loop {
        stream.readable().await?;
        match connection.read_tls(&mut Now(stream)) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

/// Sends all that there is to say.
async fn flush<D>(connection: &mut ConnectionCommon<D>, stream: &TcpStream) -> io::Result<()> {
    poll_fn(|cx| {
        while connection.wants_write() {
            match connection.write_tls(&mut Now(stream)) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => match stream.poll_write_ready(cx) {
                    Poll::Ready(Ok(())) => {}
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    Poll::Pending => return Poll::Pending,
                },
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok(()))
    })
    .await
}

/// The socket as it is now: it never waits.
struct Now<'s>(&'s TcpStream);

impl Read for Now<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.try_read(buffer)
    }
}

impl Write for Now<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
