//! A bare proxy on hyper: one current-thread runtime, a pool of connections to one upstream, the headers of a proxy, and
//! nothing else. What a gateway on hyper costs beyond this is its own doing.

use std::cell::RefCell;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::rc::Rc;

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri, header};
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder as Client, SendRequest};
use hyper::server::conn::http1::Builder as Server;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use prototype_work::{Check, PREFIX, Settings};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::task::{LocalSet, spawn_local};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const POOLED: usize = 256;
const BUFFER: usize = 64 << 10;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");

type Answer = Response<Either<Incoming, Full<Bytes>>>;

struct Worker {
    check: Check,
    upstream: SocketAddr,
    port: HeaderValue,
    pool: RefCell<Vec<SendRequest<Incoming>>>,
}

impl Worker {
    async fn handle(&self, ip: HeaderValue, mut request: Request<Incoming>) -> Result<Answer, StatusCode> {
        let target = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
        let rest = target.strip_prefix(PREFIX).ok_or(StatusCode::NOT_FOUND)?;
        let authorization = request.headers().get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
        if !self.check.passes(authorization) {
            return Err(StatusCode::UNAUTHORIZED);
        }
        *request.uri_mut() = Uri::try_from(rest).map_err(|_| StatusCode::BAD_REQUEST)?;
        self.edit(request.headers_mut(), ip);
        let mut connection = self.connection().await.ok_or(StatusCode::BAD_GATEWAY)?;
        let mut answer = connection.send_request(request).await.map_err(|_| StatusCode::BAD_GATEWAY)?;
        if self.pool.borrow().len() < POOLED {
            self.pool.borrow_mut().push(connection);
        }
        let headers = answer.headers_mut();
        headers.remove(header::CONNECTION);
        headers.remove(KEEP_ALIVE);
        headers.insert(header::VIA, HeaderValue::from_static("1.1 prototype"));
        Ok(answer.map(Either::Left))
    }

    fn edit(&self, headers: &mut HeaderMap, ip: HeaderValue) {
        for name in [header::CONNECTION, KEEP_ALIVE, header::TE, header::TRAILER, header::UPGRADE] {
            headers.remove(name);
        }
        let forwarded = match headers.get(FORWARDED_FOR) {
            Some(before) => HeaderValue::from_bytes(&[before.as_bytes(), b", ", ip.as_bytes()].concat()).ok(),
            None => Some(ip.clone()),
        };
        if let Some(forwarded) = forwarded {
            headers.insert(FORWARDED_FOR, forwarded);
        }
        headers.insert(REAL_IP, ip);
        headers.insert(FORWARDED_PROTO, HeaderValue::from_static("http"));
        headers.insert(FORWARDED_PORT, self.port.clone());
        if let Some(host) = headers.insert(header::HOST, HeaderValue::from_static("upstream.local")) {
            headers.insert(FORWARDED_HOST, host);
        }
    }

    async fn connection(&self) -> Option<SendRequest<Incoming>> {
        if let Some(connection) = self.pooled() {
            return Some(connection);
        }
        let stream = TcpStream::connect(self.upstream).await.ok()?;
        stream.set_nodelay(true).ok()?;
        let (sender, connection) = Client::new().max_buf_size(BUFFER).handshake(TokioIo::new(stream)).await.ok()?;
        spawn_local(connection);
        Some(sender)
    }

    fn pooled(&self) -> Option<SendRequest<Incoming>> {
        let mut pool = self.pool.borrow_mut();
        pool.retain(|connection| !connection.is_closed());
        let ready = pool.iter().rposition(SendRequest::is_ready)?;
        Some(pool.swap_remove(ready))
    }
}

fn refusal(status: StatusCode) -> Answer {
    let body = format!("{{\"message\":\"{}\"}}", status.canonical_reason().unwrap_or_default());
    let mut answer = Response::new(Either::Right(Full::new(body.into())));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

async fn serve(settings: Settings) -> std::io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", settings.port)).await?;
    let worker = Rc::new(Worker {
        check: settings.check,
        upstream: settings.upstream,
        port: settings.port.into(),
        pool: RefCell::default(),
    });
    let mut server = Server::new();
    server.auto_date_header(false).max_buf_size(BUFFER);
    loop {
        let (stream, peer) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let ip = HeaderValue::from_str(&peer.ip().to_string()).expect("an address is a fine header");
        let worker = worker.clone();
        let service = service_fn(move |request| {
            let (worker, ip) = (worker.clone(), ip.clone());
            async move { Ok::<_, Infallible>(worker.handle(ip, request).await.unwrap_or_else(refusal)) }
        });
        spawn_local(server.serve_connection(TokioIo::new(stream), service));
    }
}

fn main() -> std::io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, serve(Settings::from_environment()))
}
