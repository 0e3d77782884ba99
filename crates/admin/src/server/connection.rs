use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::exchange::exchange;
use super::paced::{Paced, Pacer};
use super::{Server, stopped};

/// Header fields of a request.
const FIELDS: usize = 100;

/// Bytes of the head of a request, and of what is read ahead of a body.
const HEAD_BYTES: usize = 32 * 1024;

/// Serves one connection to its end.
pub(super) async fn serve(
    server: Arc<Server>,
    socket: TcpStream,
    place: OwnedSemaphorePermit,
    mut shutdown: watch::Receiver<bool>,
) {
    let Ok(peer) = socket.peer_addr() else { return };
    // Answers are written as a whole; there is nothing to wait for.
    let _ = socket.set_nodelay(true);
    let pacer = Pacer::default();
    let io = TokioIo::new(Paced::new(socket, pacer.clone(), server.options.times));
    let service = service_fn(|request| one(&server, peer, &pacer, request));
    let mut builder = http1::Builder::new();
    builder.max_headers(FIELDS).max_buf_size(HEAD_BYTES).header_read_timeout(None);
    let mut connection = pin!(builder.serve_connection(io, service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopped(&mut shutdown) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(client = %peer, %error, "a connection to the admin port ended early");
    }
    drop(place);
}

async fn one(
    server: &Arc<Server>,
    peer: SocketAddr,
    pacer: &Pacer,
    request: http::Request<hyper::body::Incoming>,
) -> Result<http::Response<http_body_util::Full<bytes::Bytes>>, Infallible> {
    pacer.begin();
    let response = exchange(server, peer, request).await;
    pacer.end().await;
    Ok(response)
}
