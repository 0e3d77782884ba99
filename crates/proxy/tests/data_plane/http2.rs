//! Clients that speak HTTP/2.

use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gibbon_testkit::{Action, Authority, Gate, Gateway, Origin, PATIENCE, eventually};
use h2::client::SendRequest;
use h2::{Reason, RecvStream};
use http::{HeaderMap, Request, Response};
use rustls::pki_types::ServerName;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// Runs a test of several requests at the same time; one that hangs is ended.
fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(PATIENCE, test).await.expect("the test does not hang") })
}

type Client = SendRequest<Bytes>;

async fn speak(io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Client {
    let (client, connection) = h2::client::handshake(io).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn socket(gateway: &Gateway) -> TcpStream {
    let stream = TcpStream::connect(gateway.address()).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

async fn connect(gateway: &Gateway) -> Client {
    speak(socket(gateway).await).await
}

fn get(path: &str) -> Request<()> {
    Request::get(format!("http://gateway.test{path}")).body(()).unwrap()
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

async fn read(response: Response<RecvStream>) -> Result<Answer, h2::Error> {
    let (head, mut stream) = response.into_parts();
    let mut body = Vec::new();
    while let Some(piece) = stream.data().await {
        let piece = piece?;
        stream.flow_control().release_capacity(piece.len())?;
        body.extend_from_slice(&piece);
    }
    Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
}

async fn ask(client: &Client, request: Request<()>) -> Result<Answer, h2::Error> {
    let mut client = client.clone().ready().await?;
    let (response, _) = client.send_request(request, true)?;
    read(response.await?).await
}

async fn send_all(client: &Client, request: Request<()>, mut body: Bytes) -> Result<Answer, h2::Error> {
    let mut client = client.clone().ready().await?;
    let (response, mut stream) = client.send_request(request, false)?;
    while !body.is_empty() {
        stream.reserve_capacity(body.len());
        let room = match stream.capacity() {
            0 => poll_fn(|cx| stream.poll_capacity(cx)).await.transpose()?.unwrap_or(0),
            room => room,
        };
        let piece = body.split_to(room.min(body.len()));
        stream.send_data(piece, body.is_empty())?;
    }
    read(response.await?).await
}

fn gateway(origin: &Origin) -> Gateway {
    let gateway = Gateway::with(&[("proxy_listen", "127.0.0.1:0 http2")]);
    gateway.proxy_to(origin);
    gateway
}

#[test]
fn a_request_is_proxied_as_one_of_http1_is() {
    let origin = Origin::start(|request| {
        Action::send(format!(
            "HTTP/1.1 200 OK\r\nX-From: upstream\r\nKeep-Alive: timeout=5\r\nContent-Length: {}\r\n\r\n{}",
            request.target.len(),
            request.target
        ))
    });
    let gateway = gateway(&origin);
    let answer = run(async { ask(&connect(&gateway).await, get("/a?b=c")).await }).unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"/a?b=c"[..]));
    assert_eq!(answer.headers["x-from"], "upstream");
    assert!(answer.headers.contains_key("date") && !answer.headers.contains_key("keep-alive"));
    let request = origin.last_request();
    assert_eq!((request.method.as_str(), request.target.as_str()), ("GET", "/a?b=c"));
    assert_eq!(request.field("via"), Some("2 gibbon/test"));
    assert_eq!(request.field("x-forwarded-host"), Some("gateway.test"));
}

#[test]
fn both_versions_are_spoken_on_one_port() {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin);
    assert_eq!(gateway.connect().get("/one").text(), "/one");
    assert_eq!(gateway.connect().post("/posted", b"x").text(), "/posted");
    let answer = run(async { ask(&connect(&gateway).await, get("/two")).await }).unwrap();
    assert_eq!(answer.body, b"/two");
    let plain = Gateway::start();
    plain.proxy_to(&origin);
    assert_eq!(plain.connect().ask("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status, 400);
}

#[test]
fn with_tls_the_version_is_agreed_upon_in_the_handshake() {
    let (authority, origin) = (Authority::new(), Origin::echoing_targets());
    let shown = authority.issue("localhost");
    let settings = [("proxy_listen", "127.0.0.1:0 ssl http2"), ("ssl_cert", &shown.cert), ("ssl_cert_key", &shown.key)];
    let gateway = Gateway::with(&settings);
    gateway.proxy_to(&origin);
    let config = |protocols: &[&[u8]]| {
        let mut config = authority.client();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        Arc::new(config)
    };
    run(async {
        let stream = socket(&gateway).await;
        let name = ServerName::try_from("localhost").unwrap();
        let connector = tokio_rustls::TlsConnector::from(config(&[b"h2", b"http/1.1"]));
        let stream = connector.connect(name, stream).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let answer = ask(&speak(stream).await, get("/secret")).await.unwrap();
        assert_eq!(answer.body, b"/secret");
    });
    assert_eq!(origin.last_request().field("x-forwarded-proto"), Some("https"));
    for protocols in [&[&b"http/1.1"[..]][..], &[]] {
        let mut client = gateway.connect().over_tls("localhost", config(protocols)).unwrap();
        assert_eq!(client.get("/one").text(), "/one");
    }
}

#[test]
fn many_requests_are_served_at_the_same_time() {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin);
    run(async {
        let client = connect(&gateway).await;
        let asked = (0..100).map(|number| {
            let client = client.clone();
            tokio::spawn(async move { ask(&client, get(&format!("/{number}"))).await.unwrap().body })
        });
        for (number, asked) in asked.collect::<Vec<_>>().into_iter().enumerate() {
            assert_eq!(asked.await.unwrap(), format!("/{number}").into_bytes());
        }
    });
}

#[test]
fn large_bodies_go_both_ways() {
    let body = Bytes::from(vec![b'x'; 3_000_000]);
    let sent = body.clone();
    let origin = Origin::start(move |request| {
        assert_eq!(request.body.len(), sent.len());
        Action::send(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", sent.len())).then_send(&*sent)
    });
    let gateway = gateway(&origin);
    for length in [Some(body.len()), None] {
        let mut request = Request::post("http://gateway.test/");
        if let Some(length) = length {
            request = request.header("content-length", length);
        }
        let request = request.body(()).unwrap();
        let answer = run(async { send_all(&connect(&gateway).await, request, body.clone()).await }).unwrap();
        assert!(answer.status == 200 && answer.body == body);
    }
}

#[test]
fn an_answer_that_nobody_reads_holds_up_no_other() {
    let origin = Origin::start(|request| match request.target.as_str() {
        "/large" => Action::send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").then_send(vec![b'x'; 1_000_000]),
        target => Action::ok(target),
    });
    let gateway = gateway(&origin);
    run(async {
        // The client's own bound on all streams together is no matter here.
        let stream = socket(&gateway).await;
        let mut builder = h2::client::Builder::new();
        let (client, connection) = builder.initial_connection_window_size(1 << 24).handshake(stream).await.unwrap();
        tokio::spawn(connection);
        let mut unread = Vec::new();
        for _ in 0..4 {
            let (response, _) = client.clone().ready().await.unwrap().send_request(get("/large"), true).unwrap();
            unread.push(response.await.unwrap());
        }
        assert_eq!(
            ask(&client, Request::head("http://gateway.test/small").body(()).unwrap()).await.unwrap().status,
            200
        );
        for response in unread {
            assert_eq!(read(response).await.unwrap().body.len(), 1_000_000);
        }
    });
}

#[test]
fn pieces_of_an_answer_arrive_as_they_come() {
    let held = Gate::new();
    let opened = held.clone();
    let origin = Origin::start(move |_| {
        Action::send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
            .then_wait_for(&opened)
            .then_send("4\r\nlast\r\n0\r\n\r\n")
    });
    let gateway = gateway(&origin);
    run(async {
        let (response, _) = connect(&gateway).await.ready().await.unwrap().send_request(get("/"), true).unwrap();
        let mut stream = response.await.unwrap().into_body();
        assert_eq!(stream.data().await.unwrap().unwrap(), "first");
        held.open();
        assert_eq!(stream.data().await.unwrap().unwrap(), "last");
        // The end may be a frame of its own.
        while let Some(piece) = stream.data().await {
            assert!(piece.unwrap().is_empty());
        }
    });
}

#[test]
fn a_cookie_in_pieces_reaches_the_upstream_as_one() {
    let origin = Origin::echoing_targets();
    let gateway = gateway(&origin);
    let request = Request::get("http://gateway.test/").header("cookie", "a=1").header("cookie", "b=2");
    run(async { ask(&connect(&gateway).await, request.body(()).unwrap()).await }).unwrap();
    assert_eq!(origin.last_request().field("cookie"), Some("a=1; b=2"));
}

#[test]
fn what_the_gateway_answers_itself_is_answered_here_too() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::with(&[
        ("proxy_listen", "127.0.0.1:0 http2"),
        ("nginx_http_client_max_body_size", "1k"),
        ("client_uri_max_size", "200"),
    ]);
    let service = gateway.service_at(&origin, json!({}));
    gateway.route_to(service, json!({ "paths": ["/here"] }));
    run(async {
        let client = connect(&gateway).await;
        assert_eq!(ask(&client, get("/nowhere")).await.unwrap().status, 404);
        let long = format!("/here/{}", "x".repeat(300));
        assert_eq!(ask(&client, get(&long)).await.unwrap().status, 414);
        let hosts = Request::get("http://gateway.test/here").header("host", "another.test").body(()).unwrap();
        assert_eq!(ask(&client, hosts).await.unwrap().status, 400);
        let traced = Request::builder().method("TRACE").uri("http://gateway.test/here").body(()).unwrap();
        assert_eq!(ask(&client, traced).await.unwrap().status, 405);
        let large = Request::post("http://gateway.test/here").header("content-length", 2048).body(()).unwrap();
        let answer = send_all(&client, large, vec![b'x'; 2048].into()).await;
        assert!(answer.map_or(true, |answer| answer.status == 413));
        assert_eq!(ask(&client, get("/here")).await.unwrap().status, 200, "the connection is none the worse for it");
    });
}

#[test]
fn a_request_that_is_taken_back_is_taken_back_from_the_upstream() {
    let origin = Origin::start(|_| Action::hang());
    let gateway = gateway(&origin);
    run(async {
        let client = connect(&gateway).await;
        let (response, mut stream) = client.clone().ready().await.unwrap().send_request(get("/"), true).unwrap();
        while origin.open_connections() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stream.send_reset(Reason::CANCEL);
        drop(response);
        while origin.open_connections() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
}

#[test]
fn a_client_that_asks_and_takes_back_without_end_is_sent_away() {
    let origin = Origin::start(|_| Action::hang());
    let gateway = gateway(&origin);
    let error = run(async {
        let client = connect(&gateway).await;
        for _ in 0..100_000 {
            let mut client = match client.clone().ready().await {
                Ok(client) => client,
                Err(error) => return error,
            };
            match client.send_request(get("/"), true) {
                Ok((_, mut stream)) => stream.send_reset(Reason::CANCEL),
                Err(error) => return error,
            }
            tokio::task::yield_now().await;
        }
        panic!("it was never sent away");
    });
    assert!(error.is_go_away() || error.is_io(), "{error}");
    eventually("nothing is left of it", || gateway.counters().connections_active() == 0);
}

#[test]
fn a_drain_lets_requests_under_way_end_and_takes_no_more() {
    let held = Gate::new();
    let opened = held.clone();
    let origin = Origin::start(move |request| match request.target.as_str() {
        "/late" => Action::ok("too early"),
        _ => Action::send("").then_wait_for(&opened).then_send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
    });
    let mut gateway = gateway(&origin);
    run(async {
        let client = connect(&gateway).await;
        let (response, _) = client.clone().ready().await.unwrap().send_request(get("/"), true).unwrap();
        while origin.open_connections() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let drained = tokio::task::spawn_blocking(move || gateway.drain(PATIENCE));
        while ask(&client, get("/late")).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        held.open();
        assert_eq!(read(response.await.unwrap()).await.unwrap().body, b"ok");
        assert_eq!(drained.await.unwrap(), gibbon_proxy::Drain::Complete);
    });
}

#[test]
fn a_connection_that_nobody_uses_is_ended_with_a_word() {
    let origin = Origin::echoing_targets();
    let gateway = Gateway::with(&[("proxy_listen", "127.0.0.1:0 http2"), ("client_idle_timeout", "500ms")]);
    gateway.proxy_to(&origin);
    run(async {
        let stream = socket(&gateway).await;
        let (client, connection) = h2::client::handshake(stream).await.unwrap();
        let ended = tokio::spawn(connection);
        assert_eq!(ask(&client, get("/")).await.unwrap().status, 200);
        // No error: it was said that the connection ends, and that nothing went wrong.
        ended.await.unwrap().unwrap();
    });
}
