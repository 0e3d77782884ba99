//! A connection to a server: made, perhaps with TLS, and asked one thing after the other.

use std::io;
use std::sync::Arc;

use bytes::BytesMut;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::config::{Address, Security};
use super::message::{Answer, Request, Unreadable};

/// The longest answer that is read, in bytes: one to a bind holds a code and perhaps a sentence.
const LONGEST_ANSWER: usize = 4096;

const SUCCESS: i64 = 0;

/// Why a server could not be asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// It cannot be reached, or went away.
    #[error("the connection failed: {0}")]
    Connection(#[from] io::Error),
    /// Its certificate is not believed, or it does not speak TLS.
    #[error("TLS failed: {0}")]
    Tls(#[source] io::Error),
    /// It does not want to begin TLS.
    #[error("the server refuses StartTLS with the code {0}")]
    StartTls(i64),
    /// It says something else than answers.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// It does not answer in time.
    #[error("the server does not answer in time")]
    Timeout,
    /// It answers that it cannot answer.
    #[error("the server checks no passwords now, or not in this way: code {0}")]
    Unwilling(i64),
    /// There is no runtime on which it could be asked.
    #[error("this is no running gateway")]
    NotRunning,
}

/// What bytes go over.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// See the module.
pub(super) struct Connection {
    stream: Box<dyn Stream>,
    last_id: u8,
}

impl Connection {
    /// A new one.
    pub(super) async fn open(address: &Address, security: &Security) -> Result<Self, Failure> {
        let stream = TcpStream::connect((&*address.host, address.port)).await?;
        stream.set_nodelay(true)?;
        match security {
            Security::None => Ok(Self::over(stream)),
            Security::Tls(config) => Ok(Self::over(secured(stream, address, config).await?)),
            Security::StartTls(config) => {
                // What came with the answer and before TLS would be refused there: nothing plain is taken for secured.
                let stream = start_tls(stream).await?;
                Ok(Self::over(secured(stream, address, config).await?))
            }
        }
    }

    fn over(stream: impl Stream + 'static) -> Self {
        Self { stream: Box::new(stream), last_id: 0 }
    }

    /// Asks whether a name has a password: the code of the answer.
    pub(super) async fn bind(&mut self, name: &str, password: &str) -> Result<i64, Failure> {
        self.last_id = if self.last_id == 127 { 1 } else { self.last_id + 1 };
        ask(&mut self.stream, self.last_id, Request::Bind { name, password }).await
    }
}

async fn start_tls(mut stream: TcpStream) -> Result<TcpStream, Failure> {
    match ask(&mut stream, 1, Request::StartTls).await? {
        SUCCESS => Ok(stream),
        code => Err(Failure::StartTls(code)),
    }
}

async fn secured(
    stream: TcpStream,
    address: &Address,
    config: &Arc<ClientConfig>,
) -> Result<impl Stream + 'static, Failure> {
    let name = ServerName::try_from(address.host.to_string()).map_err(|error| Failure::Tls(io::Error::other(error)))?;
    TlsConnector::from(Arc::clone(config)).connect(name, stream).await.map_err(Failure::Tls)
}

async fn ask(stream: &mut (impl Stream + ?Sized), id: u8, request: Request<'_>) -> Result<i64, Failure> {
    stream.write_all(&request.encode(id)?).await?;
    stream.flush().await?;
    let mut bytes = BytesMut::new();
    loop {
        if let Some((answer, length)) = Answer::decode(&bytes)? {
            // A notice of disconnection has the id 0 (RFC 4511, section 4.4.1); anything behind an answer was not
            // asked for.
            let is_ours = answer.id == i64::from(id) && length == bytes.len();
            return if is_ours { Ok(answer.code) } else { Err(Unreadable.into()) };
        }
        if bytes.len() >= LONGEST_ANSWER {
            return Err(Unreadable.into());
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
    }
}
