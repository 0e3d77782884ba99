//! The gateway as a server: one client connection, request after request.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;

use gibbon_plugin_api::{Headers, RequestHead};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use tokio::net::TcpStream;

use crate::engine::body::ResponseBody;
use crate::engine::progress::Progress;
use crate::engine::server_io::ServerIo;
use crate::http::request::{self, Arrival, Client};
use crate::worker::Worker;

/// The engine refuses smaller buffers.
const SMALLEST_BUFFER: usize = 8192;

/// Serves one connection until it ends.
pub(crate) async fn serve(worker: Rc<Worker>, stream: TcpStream, peer: SocketAddr, local_port: u16) {
    let _ = stream.set_nodelay(true);
    let settings = worker.settings();
    let progress = Progress::new(Arc::clone(worker.wheel.clock()));
    let registration = Rc::new(worker.connections.register(&progress, &worker.counters));
    let client = Rc::new(Client::new(&settings, peer, local_port, progress, registration));
    let io = ServerIo::new(stream, Arc::clone(&client.progress));
    let limits = &settings.limits;
    let service = {
        let (worker, client) = (Rc::clone(&worker), Rc::clone(&client));
        service_fn(move |request| {
            let (worker, client) = (Rc::clone(&worker), Rc::clone(&client));
            async move { Ok::<_, Infallible>(answer(&worker, &client, request).await) }
        })
    };
    let connection = http1::Builder::new()
        .max_headers(limits.fields)
        .max_buf_size(limits.head_bytes.max(SMALLEST_BUFFER))
        .max_header_size(limits.head_bytes)
        .keep_alive(!limits.idle.is_zero())
        .serve_connection(io, service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let mut draining = false;
    poll_fn(|cx| {
        if client.progress.expired() {
            return Poll::Ready(());
        }
        client.progress.register(cx);
        if !draining && worker.is_draining() {
            draining = true;
            connection.as_mut().graceful_shutdown();
        }
        connection.as_mut().poll(cx).map(drop)
    })
    .await;
}

async fn answer(
    worker: &Rc<Worker>,
    client: &Rc<Client>,
    mut request: http::Request<Incoming>,
) -> http::Response<ResponseBody> {
    client.progress.begin_request();
    // HTTP/1.0 knows no change of protocol (RFC 9110 section 7.8).
    let may_upgrade =
        request.version() == http::Version::HTTP_11 && request.headers().contains_key(http::header::UPGRADE);
    let upgrade = may_upgrade.then(|| hyper::upgrade::on(&mut request));
    let (parts, body) = request.into_parts();
    let head = RequestHead::new(parts.method, parts.uri, parts.version, Headers::from_map(parts.headers));
    let (head, body) = request::handle(worker, client, Arrival { head, body, upgrade }).await;
    let mut response = http::Response::new(body.on(Arc::clone(&client.progress)));
    *response.status_mut() = head.status;
    *response.headers_mut() = head.headers.into_map();
    response
}
