//! gRPC through the gateway: calls in frames on both sides, with what stands behind their bodies.

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use gibbon_testkit::{Authority, Gateway, Issued, PATIENCE, eventually};
use h2::client::SendRequest;
use h2::server::SendResponse;
use h2::{Reason, RecvStream};
use http::{HeaderMap, Request, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

/// What a call has come with.
type Calls = Arc<Mutex<Vec<(Request<()>, usize)>>>;

/// A service of gRPC that answers each message with itself, and counts connections.
struct Service {
    port: u16,
    calls: Calls,
    ended: Arc<AtomicUsize>,
    _runtime: tokio::runtime::Runtime,
}

impl Service {
    fn start(tls: Option<&Issued>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let calls = Calls::default();
        let ended = Arc::default();
        runtime.spawn(accept(listener, tls.map(acceptor), Arc::clone(&calls), Arc::clone(&ended)));
        Self { port, calls, ended, _runtime: runtime }
    }

    fn last_call(&self) -> Request<()> {
        self.calls.lock().unwrap().last().expect("there was a call").0.clone()
    }

    fn connections(&self) -> usize {
        self.calls.lock().unwrap().last().map_or(0, |(_, connection)| connection + 1)
    }
}

fn acceptor(issued: &Issued) -> tokio_rustls::TlsAcceptor {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let chain = CertificateDer::pem_slice_iter(issued.cert.as_bytes()).map(Result::unwrap).collect();
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_slice(issued.key.as_bytes()).unwrap())
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    Arc::new(config).into()
}

async fn accept(listener: TcpListener, tls: Option<tokio_rustls::TlsAcceptor>, calls: Calls, ended: Arc<AtomicUsize>) {
    let mut number = 0;
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, calls, ended) = (tls.clone(), Arc::clone(&calls), Arc::clone(&ended));
        tokio::spawn(async move {
            match tls {
                Some(tls) => serve(tls.accept(stream).await.unwrap(), number, calls).await,
                None => serve(stream, number, calls).await,
            }
            ended.fetch_add(1, Ordering::Relaxed);
        });
        number += 1;
    }
}

async fn serve(io: impl AsyncRead + AsyncWrite + Unpin, number: usize, calls: Calls) {
    let Ok(mut connection) = h2::server::handshake(io).await else { return };
    while let Some(Ok((request, respond))) = connection.accept().await {
        let (head, body) = request.into_parts();
        let path = head.uri.path().to_owned();
        calls.lock().unwrap().push((Request::from_parts(head, ()), number));
        tokio::spawn(async move {
            match path.as_str() {
                "/echo.Echo/Call" => echo(body, respond).await,
                "/echo.Echo/Refuse" => refuse(respond),
                "/echo.Echo/Break" => breaks(respond),
                "/echo.Echo/NotNow" => not_now(respond),
                "/grpc.health.v1.Health/Check" => health(body, respond).await,
                _ => std::future::pending().await,
            }
        });
    }
}

fn answer() -> Response<()> {
    Response::builder().header("content-type", "application/grpc").body(()).unwrap()
}

/// Whether the services of these tests say that they serve; set by one that asks for it.
static SERVES: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(true);

async fn health(mut body: RecvStream, mut respond: SendResponse<Bytes>) {
    assert_eq!(body.data().await.unwrap().unwrap(), Bytes::from_static(&[0; 5]), "a message without a service's name");
    // Its only field is 1 where it serves, and 2 where it does not.
    let condition = if SERVES.load(Ordering::SeqCst) { 1 } else { 2 };
    let mut stream = respond.send_response(answer(), false).unwrap();
    let _ = stream.send_data(Bytes::from(vec![0, 0, 0, 0, 2, 8, condition]), false);
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", "0".parse().unwrap());
    let _ = stream.send_trailers(trailers);
}

async fn echo(mut body: RecvStream, mut respond: SendResponse<Bytes>) {
    let mut stream = respond.send_response(answer(), false).unwrap();
    while let Some(Ok(piece)) = body.data().await {
        let _ = body.flow_control().release_capacity(piece.len());
        let _ = stream.send_data(piece, false);
    }
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", "0".parse().unwrap());
    trailers.insert("x-behind", "the body".parse().unwrap());
    let _ = stream.send_trailers(trailers);
}

fn refuse(mut respond: SendResponse<Bytes>) {
    let mut answer = answer();
    answer.headers_mut().insert("grpc-status", "7".parse().unwrap());
    let _ = respond.send_response(answer, true);
}

fn breaks(mut respond: SendResponse<Bytes>) {
    let mut stream = respond.send_response(answer(), false).unwrap();
    stream.send_reset(Reason::INTERNAL_ERROR);
}

fn not_now(mut respond: SendResponse<Bytes>) {
    respond.send_reset(Reason::REFUSED_STREAM);
}

fn gateway(service: &Service, fields: Value) -> Gateway {
    let gateway = Gateway::with(&[("proxy_listen", "127.0.0.1:0 http2")]);
    let mut body = json!({ "protocol": "grpc", "host": "localhost", "port": service.port, "retries": 0 });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let id = gateway.service(body);
    gateway.route_to(id, json!({ "paths": ["/echo.Echo"], "protocols": ["grpc", "grpcs"], "strip_path": false }));
    gateway
}

fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(PATIENCE, test).await.expect("the test does not hang") })
}

async fn connect(gateway: &Gateway) -> SendRequest<Bytes> {
    let stream = TcpStream::connect(gateway.address()).await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    client.ready().await.unwrap()
}

fn call(method: &str) -> Request<()> {
    let request = Request::post(format!("http://gateway.test/echo.Echo/{method}"));
    request.header("content-type", "application/grpc").header("te", "trailers").body(()).unwrap()
}

struct Outcome {
    status: u16,
    headers: HeaderMap,
    body: Result<Vec<u8>, h2::Error>,
    trailers: Option<HeaderMap>,
}

async fn outcome(response: Response<RecvStream>) -> Outcome {
    let (head, mut stream) = response.into_parts();
    let mut body = Ok(Vec::new());
    while let Some(piece) = stream.data().await {
        match (piece, &mut body) {
            (Ok(piece), Ok(body)) => {
                let _ = stream.flow_control().release_capacity(piece.len());
                body.extend_from_slice(&piece);
            }
            (Err(error), _) => {
                body = Err(error);
                break;
            }
            (Ok(_), Err(_)) => break,
        }
    }
    let trailers = if body.is_ok() { stream.trailers().await.unwrap_or(None) } else { None };
    Outcome { status: head.status.as_u16(), headers: head.headers, body, trailers }
}

fn ask(gateway: &Gateway, request: Request<()>, message: &'static [u8]) -> Outcome {
    run(async {
        let (response, mut stream) = connect(gateway).await.send_request(request, false).unwrap();
        let _ = stream.send_data(Bytes::from_static(message), true);
        outcome(response.await.unwrap()).await
    })
}

#[test]
fn a_call_goes_through_with_what_stands_behind_its_answer() {
    let service = Service::start(None);
    let gateway = gateway(&service, json!({}));
    let outcome = ask(&gateway, call("Call"), b"\0\0\0\0\x05hello");
    assert_eq!((outcome.status, outcome.body.unwrap().as_slice()), (200, &b"\0\0\0\0\x05hello"[..]));
    assert_eq!(outcome.headers["content-type"], "application/grpc");
    let trailers = outcome.trailers.unwrap();
    assert_eq!(trailers["grpc-status"], "0");
    assert_eq!(trailers["x-behind"], "the body");
    let asked = service.last_call();
    assert_eq!(asked.uri().path(), "/echo.Echo/Call");
    assert_eq!(asked.headers()["te"], "trailers");
    assert_eq!(asked.headers()["x-forwarded-host"], "gateway.test");
}

#[test]
fn an_answer_that_is_nothing_but_a_status_goes_through() {
    let service = Service::start(None);
    let outcome = ask(&gateway(&service, json!({})), call("Refuse"), b"");
    assert_eq!(outcome.status, 200);
    assert_eq!(outcome.headers["grpc-status"], "7");
}

#[test]
fn both_sides_may_speak_in_turns_and_calls_share_a_connection() {
    let service = Service::start(None);
    let gateway = gateway(&service, json!({}));
    run(async {
        let client = connect(&gateway).await;
        for _ in 0..3 {
            let mut client = client.clone().ready().await.unwrap();
            let (response, mut stream) = client.send_request(call("Call"), false).unwrap();
            let mut answer = response.await.unwrap().into_body();
            for message in ["one", "two", "three"] {
                stream.send_data(message.into(), false).unwrap();
                assert_eq!(answer.data().await.unwrap().unwrap(), message);
                let _ = answer.flow_control().release_capacity(message.len());
            }
            stream.send_data(Bytes::new(), true).unwrap();
            while answer.data().await.is_some() {}
            assert_eq!(answer.trailers().await.unwrap().unwrap()["grpc-status"], "0");
        }
    });
    assert_eq!(service.connections(), 1);
}

#[test]
fn a_service_of_grpcs_is_reached_over_tls() {
    let service = Service::start(Some(&Authority::new().issue("localhost")));
    let gateway = gateway(&service, json!({ "protocol": "grpcs" }));
    let outcome = ask(&gateway, call("Call"), b"x");
    assert_eq!(outcome.trailers.unwrap()["grpc-status"], "0");
    assert_eq!(service.last_call().uri().scheme_str(), Some("https"));
}

#[test]
fn an_answer_that_breaks_off_is_not_ended_as_if_it_were_whole() {
    let service = Service::start(None);
    let outcome = ask(&gateway(&service, json!({})), call("Break"), b"");
    assert!(outcome.body.is_err() || outcome.status >= 500);
}

#[test]
fn the_gateways_own_answers_have_a_status_of_grpc() {
    let service = Service::start(None);
    let gateway = gateway(&service, json!({ "read_timeout": 500 }));
    let elsewhere = Request::post("http://gateway.test/nowhere").header("content-type", "application/grpc");
    let outcome = ask(&gateway, elsewhere.body(()).unwrap(), b"");
    assert_eq!(outcome.status, 404);
    assert_eq!(outcome.headers["grpc-status"], "5");
    assert_eq!(outcome.headers["grpc-message"], "NotFound");
    assert!(outcome.body.unwrap().is_empty());
    let silent = ask(&gateway, call("Silent"), b"");
    assert_eq!(silent.status, 504);
    assert_eq!(silent.headers["grpc-status"], "4");
}

#[test]
fn a_route_for_grpc_serves_nothing_else() {
    let service = Service::start(None);
    let gateway = gateway(&service, json!({}));
    let answer = gateway.connect().post("/echo.Echo/Call", b"x");
    assert_eq!(answer.status, 426);
    assert!(answer.text().contains("Please use HTTP2 protocol"), "{}", answer.text());
    assert_eq!(answer.field("upgrade"), Some("HTTP/2"));
    let plain = Request::post("http://gateway.test/echo.Echo/Call").body(()).unwrap();
    let outcome = ask(&gateway, plain, b"");
    assert_eq!(outcome.status, 415);
    assert!(String::from_utf8(outcome.body.unwrap()).unwrap().contains("Non-gRPC request matched gRPC route"));
}

#[test]
fn an_upstream_that_is_not_there_is_told_as_unavailable() {
    let gateway = gateway(&Service::start(None), json!({ "port": gibbon_testkit::RefusingPort::new().port() }));
    let outcome = ask(&gateway, call("Call"), b"");
    assert!(outcome.status == 502 || outcome.status == 503, "{}", outcome.status);
    assert!(outcome.headers.contains_key("grpc-status"));
}

#[test]
fn a_call_that_is_refused_untouched_is_repeated_unless_its_body_is_gone() {
    let service = Service::start(None);
    let gateway = gateway(&service, json!({ "retries": 2 }));
    let calls = || service.calls.lock().unwrap().len();
    assert_eq!(ask(&gateway, call("NotNow"), b"a message").status, 502);
    assert_eq!(calls(), 1);
    let without_body = run(async {
        let (response, _) = connect(&gateway).await.send_request(call("NotNow"), true).unwrap();
        outcome(response.await.unwrap()).await
    });
    assert_eq!((without_body.status, calls()), (502, 4));
}

#[test]
fn a_connection_that_no_call_asks_for_is_let_go() {
    let service = Service::start(None);
    let settings = [("proxy_listen", "127.0.0.1:0 http2"), ("upstream_keepalive_idle_timeout", "500ms")];
    let gateway = Gateway::with(&settings);
    let id = gateway.service(json!({ "protocol": "grpc", "host": "localhost", "port": service.port }));
    gateway.route_to(id, json!({ "paths": ["/"], "protocols": ["grpc"], "strip_path": false }));
    assert_eq!(ask(&gateway, call("Call"), b"x").status, 200);
    eventually("the connection has ended", || service.ended.load(Ordering::Relaxed) == 1);
    assert_eq!(ask(&gateway, call("Call"), b"x").status, 200);
}

#[test]
fn a_connection_carries_no_more_calls_than_the_settings_say() {
    let service = Service::start(None);
    let settings = [("proxy_listen", "127.0.0.1:0 http2"), ("upstream_keepalive_max_requests", "2")];
    let gateway = Gateway::with(&settings);
    let id = gateway.service(json!({ "protocol": "grpc", "host": "localhost", "port": service.port }));
    gateway.route_to(id, json!({ "paths": ["/"], "protocols": ["grpc"], "strip_path": false }));
    for calls in 1..=5_usize {
        assert_eq!(ask(&gateway, call("Call"), b"x").status, 200);
        assert_eq!(service.connections(), calls.div_ceil(2), "{calls} calls");
    }
}

#[test]
fn a_target_that_says_that_it_does_not_serve_gets_no_calls_until_it_does() {
    for kind in ["grpc", "grpcs"] {
        SERVES.store(true, Ordering::SeqCst);
        let issued = (kind == "grpcs").then(|| Authority::new().issue("localhost"));
        let service = Service::start(issued.as_ref());
        let gateway = Gateway::with(&[("proxy_listen", "127.0.0.1:0 http2")]);
        let active = json!({
            "type": kind,
            "https_verify_certificate": false,
            "healthy": { "interval": 0.1, "successes": 1 },
            "unhealthy": { "interval": 0.1, "http_failures": 1, "tcp_failures": 1 },
        });
        let upstream = gateway.put("upstreams", json!({ "name": "pool", "healthchecks": { "active": active } }));
        gateway.target(upstream, &format!("localhost:{}", service.port), 100);
        let id = gateway.service(json!({ "protocol": kind, "host": "pool" }));
        gateway.route_to(id, json!({ "paths": ["/"], "protocols": ["grpc"], "strip_path": false }));
        let status = || ask(&gateway, call("Call"), b"x").status;
        assert_eq!(status(), 200, "{kind}");
        SERVES.store(false, Ordering::SeqCst);
        eventually("the target is unhealthy", || status() == 503);
        SERVES.store(true, Ordering::SeqCst);
        eventually("the target is healthy again", || status() == 200);
    }
}
