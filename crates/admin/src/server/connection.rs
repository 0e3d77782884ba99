use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;

use http::{HeaderValue, header};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::exchange::{Caller, exchange};
use super::paced::{Paced, Pacer};
use super::port::{Door, Versions};
use super::sent::Sent;
use super::{Server, stopped};

/// Header fields of a request.
const FIELDS: usize = 100;

/// Bytes of the head of a request, and of what is read ahead of a body.
const HEAD_BYTES: u32 = 32 * 1024;

/// Requests of one HTTP/2 connection at the same time.
const STREAMS: u32 = 64;

/// Serves one connection to its end.
pub(super) async fn serve(
    server: Arc<Server>,
    socket: TcpStream,
    door: Door,
    place: OwnedSemaphorePermit,
    shutdown: watch::Receiver<bool>,
) {
    let Ok(peer) = socket.peer_addr() else { return };
    // Answers are written as a whole; there is nothing to wait for.
    let _ = socket.set_nodelay(true);
    let caller = Caller { peer, scheme: door.scheme() };
    let ended = match &door.tls {
        None => converse(&server, socket, caller, door.versions, shutdown).await,
        Some(tls) => {
            match timeout(server.options.times.head, TlsAcceptor::from(Arc::clone(tls)).accept(socket)).await {
                Ok(Ok(socket)) => converse(&server, socket, caller, door.versions, shutdown).await,
                Ok(Err(error)) => Err(error.into()),
                Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut).into()),
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(client = %peer, %error, "a connection to the admin port ended early");
    }
    drop(place);
}

async fn converse(
    server: &Arc<Server>,
    socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    caller: Caller,
    versions: Versions,
    mut shutdown: watch::Receiver<bool>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let pacer = Pacer::default();
    let io = TokioIo::new(Paced::new(socket, pacer.clone(), server.options.times));
    let going_down = shutdown.clone();
    let service = service_fn(|request: http::Request<_>| {
        let is_http1 = request.version() < http::Version::HTTP_2;
        let answer = one(Arc::clone(server), caller, pacer.clone(), request);
        let going_down = going_down.clone();
        async move { answer.await.map(|answer| if is_http1 && *going_down.borrow() { last(answer) } else { answer }) }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().max_headers(FIELDS).max_buf_size(HEAD_BYTES as usize).header_read_timeout(None);
    builder.http2().max_header_list_size(HEAD_BYTES).max_concurrent_streams(STREAMS);
    let builder = match versions {
        Versions::Http1 => builder.http1_only(),
        Versions::Http1And2 => builder,
    };
    let mut connection = pin!(builder.serve_connection(io, service));
    tokio::select! {
        ended = connection.as_mut() => return ended,
        () = stopped(&mut shutdown) => {}
    }
    match timeout(server.options.times.last_request, connection.as_mut()).await {
        Ok(ended) => ended,
        Err(_) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    }
}

/// An answer that tells its client to ask for nothing more on this connection. With HTTP/2, a frame says so.
fn last<B>(mut answer: http::Response<B>) -> http::Response<B> {
    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    answer
}

async fn one(
    server: Arc<Server>,
    caller: Caller,
    pacer: Pacer,
    request: http::Request<hyper::body::Incoming>,
) -> Result<http::Response<Sent>, Infallible> {
    pacer.begin();
    let mut response = exchange(&server, caller, request).await;
    match response.body_mut() {
        Sent::Whole(_) => pacer.end().await,
        Sent::Events { open, .. } => *open = Some(pacer.stays_open()),
    }
    Ok(response)
}
