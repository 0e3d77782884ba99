mod guarded;
mod streamed;

use std::net::SocketAddr;
use std::sync::Mutex;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;

use super::*;
use crate::about::Counters;
use crate::testing::{FixedCounters, Fixture, conf, fixture, fixture_with};

const MANAGER: &str = "https://manager.example.com";

/// A server on a port of its own.
struct Running {
    address: SocketAddr,
    lines: Arc<Mutex<Vec<u8>>>,
    stop: watch::Sender<bool>,
    served: JoinHandle<io::Result<()>>,
    fixture: Fixture,
}

/// An answer as it came over the wire.
#[derive(Debug)]
struct Reply {
    status: u16,
    /// In small letters.
    head: String,
    cookie: Option<String>,
    body: String,
}

fn options() -> ServerOptions {
    let conf = conf(&[("ADMIN_GUI_URL", MANAGER), ("ADMIN_ALLOWED_HOSTS", "gateway.example.com")]);
    ServerOptions { body_bytes: Some(1000), ..ServerOptions::new(&conf, "node-1", None) }
}

async fn run(fixture: Fixture, mut options: ServerOptions) -> Running {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let lines = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&lines);
    options.access_log = Some(Arc::new(move |line| sink.lock().unwrap().extend(line)));
    let (stop, stopped) = watch::channel(false);
    let served = tokio::spawn(serve(vec![Port::plain(listener)], Arc::clone(&fixture.api), options, stopped));
    Running { address, lines, stop, served, fixture }
}

async fn running() -> Running {
    run(fixture().await, options()).await
}

fn impatient() -> Times {
    let short = Duration::from_millis(30);
    Times { head: short, body: short, idle: short, send: short, last_request: short, drain: short }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends bytes on a connection of their own, and reads until the server closes it.
    async fn raw(&self, bytes: impl AsRef<[u8]>) -> Reply {
        let mut socket = self.connect().await;
        socket.write_all(bytes.as_ref()).await.unwrap();
        read_to_end(socket).await
    }

    /// `line` is `GET /path`; `fields` are whole lines.
    async fn ask(&self, line: &str, fields: &str, body: &str) -> Reply {
        let length = match body {
            "" => String::new(),
            body => format!("Content-Length: {}\r\n", body.len()),
        };
        self.raw(format!("{line} HTTP/1.1\r\nConnection: close\r\n{fields}{length}\r\n{body}")).await
    }
}

async fn read_to_end(mut socket: TcpStream) -> Reply {
    let mut bytes = Vec::new();
    let _ = socket.read_to_end(&mut bytes).await;
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let fields = head.lines().filter_map(|line| line.split_once(": "));
    let mut cookies = fields.filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
    let cookie = cookies.next().map(|(_, value)| value.to_owned());
    Reply { status, cookie, head: head.to_ascii_lowercase(), body: body.to_owned() }
}

impl Reply {
    fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

const HOST: &str = "Host: localhost\r\n";
const FORM: &str = "Host: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n";

#[tokio::test]
async fn an_answer_says_what_it_is_and_who_gave_it() {
    let reply = running().await.ask("GET /status", HOST, "").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.field("server"), Some("gibbon/1.2.3"));
    assert_eq!(reply.field("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(reply.field("content-length"), Some(reply.body.len().to_string().as_str()));
    assert!(reply.field("x-kong-admin-latency").unwrap().parse::<u64>().is_ok());
    assert!(reply.field("date").is_some());
}

#[tokio::test]
async fn headers_that_are_switched_off_stay_away() {
    let headers = conf(&[("HEADERS", "off")]).proxy.headers;
    let reply = run(fixture().await, ServerOptions { headers, ..options() }).await.ask("GET /", HOST, "").await;
    assert_eq!((reply.status, reply.field("server"), reply.field("x-kong-admin-latency")), (200, None, None));
}

#[tokio::test]
async fn head_has_the_length_of_get_and_no_body() {
    let server = running().await;
    let get = server.ask("GET /endpoints", HOST, "").await;
    let head = server.ask("HEAD /endpoints", HOST, "").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(head.field("content-length"), get.field("content-length"));
    assert_eq!(head.field("content-type"), get.field("content-type"));
}

#[tokio::test]
async fn deleting_has_neither_body_nor_type() {
    let reply = running().await.ask("DELETE /services/none", HOST, "").await;
    assert_eq!((reply.status, reply.body.as_str()), (204, ""));
    assert_eq!((reply.field("content-type"), reply.field("content-length")), (None, None));
}

#[tokio::test]
async fn a_connection_carries_several_requests() {
    let server = running().await;
    let mut socket = server.connect().await;
    socket.write_all(b"GET /tags HTTP/1.1\r\nHost: a\r\n\r\nGET /tags HTTP/1.1\r\nHost: a\r\n").await.unwrap();
    socket.write_all(b"Connection: close\r\n\r\n").await.unwrap();
    let reply = read_to_end(socket).await;
    assert_eq!(reply.body.matches("HTTP/1.1 200 OK").count(), 1, "{reply:?}");
}

#[tokio::test]
async fn a_record_is_written_with_a_form() {
    let server = running().await;
    let created = server.ask("POST /services", FORM, "name=a&url=http%3A%2F%2Fexample.com%3A81%2Fx&retries=3").await;
    assert_eq!(created.status, 201, "{created:?}");
    let shown = server.ask("GET /services/a", HOST, "").await.json();
    assert_eq!((&shown["port"], &shown["retries"], &shown["path"]), (&json!(81), &json!(3), &json!("/x")));
}

#[tokio::test]
async fn each_request_has_its_line() {
    let server = running().await;
    server.ask("GET /nowhere", "Host: localhost\r\nUser-Agent: t\"1\r\n", "").await;
    let line = String::from_utf8(server.lines.lock().unwrap().clone()).unwrap();
    assert!(line.starts_with("127.0.0.1 - - ["), "{line}");
    assert!(line.ends_with("] \"GET /nowhere HTTP/1.1\" 404 23 \"-\" \"t\\x221\"\n"), "{line}");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_announced_or_not() {
    let server = running().await;
    let large = format!("name={}", "x".repeat(2000));
    let announced = server.ask("POST /services", FORM, &large).await;
    assert_eq!(announced.status, 413, "{announced:?}");
    assert!(announced.json()["message"].is_string());
    let chunked = format!("Transfer-Encoding: chunked\r\n{FORM}");
    let body = format!("POST /services HTTP/1.1\r\n{chunked}\r\n{:x}\r\n{large}\r\n0\r\n\r\n", large.len());
    assert_eq!(server.raw(body.replace("\r\n\r\n7", "\r\nConnection: close\r\n\r\n7")).await.status, 413);
    let asked = format!("{FORM}Expect: 100-continue\r\nContent-Length: 2000\r\n");
    assert_eq!(server.ask("POST /services", &asked, "").await.status, 413);
}

#[tokio::test]
async fn a_client_that_asks_is_told_to_go_on() {
    let server = running().await;
    let mut socket = server.connect().await;
    let head = format!("POST /services HTTP/1.1\r\n{FORM}Expect: 100-continue\r\nContent-Length: 6\r\n\r\n");
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    socket.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    socket.write_all(b"host=a").await.unwrap();
    let mut status = [0; 12];
    socket.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 201");
}

#[tokio::test]
async fn a_head_that_does_not_end_is_given_up() {
    let server = run(fixture().await, ServerOptions { times: impatient(), ..options() }).await;
    for start in ["", "GET / HTTP/1.1\r\nHost: a\r\n"] {
        assert_ne!(server.raw(start).await.status, 200, "{start}");
    }
    // Nor does a trickle of bytes make the time longer.
    let mut socket = server.connect().await;
    let trickle = async { while socket.write_all(b"G").await.is_ok() {} };
    timeout(Duration::from_secs(10), trickle).await.expect("the server hangs up");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up() {
    let server = run(fixture().await, ServerOptions { times: impatient(), ..options() }).await;
    let reply = server.raw(format!("POST /services HTTP/1.1\r\n{FORM}Content-Length: 100\r\n\r\nname=a")).await;
    assert_eq!((reply.status, reply.json()), (408, json!({"message": "Request timeout"})));
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let times = Times { idle: Duration::from_millis(30), ..Times::default() };
    let server = run(fixture().await, ServerOptions { times, ..options() }).await;
    let reply = timeout(Times::default().head / 2, server.raw("GET /tags HTTP/1.1\r\nHost: a\r\n\r\n")).await;
    assert_eq!(reply.expect("the server hangs up").status, 200);
}

#[tokio::test]
async fn hostile_requests_are_the_clients_fault() {
    let times = Times { head: Duration::from_secs(1), ..Times::default() };
    let server = run(fixture().await, ServerOptions { times, ..options() }).await;
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(100_000));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(500));
    let requests: [&[u8]; 14] = [
        b"\r\n\r\n\r\n",
        b"GET\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /%ff%00/%2e%2e HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET /services?size=%ff&tags=%00&offset=%ff HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET * HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"CONNECT a:1 HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"TRACE /services HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"POST /services HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhost=",
        b"POST /services HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n",
        long.as_bytes(),
        many.as_bytes(),
    ];
    for request in requests {
        let status = server.raw(request).await.status;
        assert!((400..500).contains(&status) || status == 0, "{status}: {}", String::from_utf8_lossy(request));
    }
    assert_eq!(server.ask("GET /tags", HOST, "").await.status, 200);
}

struct Panicking;

impl Counters for Panicking {
    fn connections_active(&self) -> u64 {
        panic!("a fault in the gateway")
    }

    fn connections_accepted(&self) -> u64 {
        FixedCounters.connections_accepted()
    }

    fn requests_in_flight(&self) -> u64 {
        FixedCounters.requests_in_flight()
    }

    fn requests_total(&self) -> u64 {
        FixedCounters.requests_total()
    }
}

#[tokio::test]
async fn a_panic_is_one_requests_own() {
    let server = run(fixture_with(Arc::new(Panicking)).await, options()).await;
    let reply = server.ask("GET /status", HOST, "").await;
    assert_eq!((reply.status, reply.json()), (500, json!({"message": "An unexpected error occurred"})));
    assert_eq!(server.ask("GET /tags", HOST, "").await.status, 200);
}

#[tokio::test]
async fn programs_get_kongs_headers_under_any_name() {
    let server = running().await;
    for host in ["kong:8001", "rebound.example.net"] {
        let reply = server.ask("GET /services", &format!("Host: {host}\r\n"), "").await;
        assert_eq!((reply.status, reply.field("access-control-allow-origin")), (200, Some("*")), "{host}");
        assert_eq!(reply.field("access-control-allow-credentials"), Some("true"));
        assert_eq!(reply.field("vary"), None);
    }
    let options = server.ask("OPTIONS /services", HOST, "").await;
    assert_eq!((options.status, options.field("allow")), (204, Some("get, head, options, post")));
    assert_eq!(options.field("access-control-allow-methods"), options.field("allow"));
    assert_eq!(options.field("access-control-allow-headers"), Some("content-type"));
}

#[tokio::test]
async fn pages_are_let_in_by_origin_and_name() {
    let server = running().await;
    let cases = [
        ("localhost:8001", MANAGER, 200),
        ("127.0.0.1:8001", MANAGER, 200),
        ("gateway.example.com:8001", MANAGER, 200),
        ("node-1", MANAGER, 200),
        ("localhost:8001", "https://evil.example", 403),
        ("localhost:8001", "null", 403),
        ("rebound.example.net:8001", MANAGER, 403),
        ("rebound.example.net:8001", "http://rebound.example.net:8001", 403),
    ];
    for (host, origin, status) in cases {
        let reply = server.ask("GET /services", &format!("Host: {host}\r\nOrigin: {origin}\r\n"), "").await;
        assert_eq!(reply.status, status, "{host} {origin}");
        assert_eq!(reply.field("access-control-allow-origin"), (status == 200).then_some(origin));
        assert_eq!(reply.field("vary"), Some("origin"));
    }
    let rebound = server.ask("GET /services", "Host: rebound.example.net\r\nSec-Fetch-Site: same-origin\r\n", "").await;
    assert_eq!(rebound.status, 403);
}

#[tokio::test]
async fn a_foreign_form_writes_nothing() {
    let server = running().await;
    for fields in ["Sec-Fetch-Site: cross-site\r\n", "Origin: https://evil.example\r\n", "Origin: null\r\n"] {
        let reply = server.ask("POST /services", &format!("{FORM}{fields}"), "host=a").await;
        assert_eq!(reply.status, 403, "{fields}");
        assert!(reply.json()["message"].is_string());
    }
    assert_eq!(server.ask("GET /services", HOST, "").await.json()["data"], json!([]));
}

#[tokio::test]
async fn going_down_closes_idle_connections_and_ends() {
    let server = running().await;
    let mut idle = server.connect().await;
    idle.write_all(b"GET /tags HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut first = [0; 12];
    idle.read_exact(&mut first).await.unwrap();
    server.stop.send(true).unwrap();
    read_to_end(idle).await;
    timeout(Duration::from_secs(10), server.served).await.expect("the server ends").unwrap().unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn a_request_that_comes_over_an_idle_connection_while_the_server_goes_down_is_the_last_one_there() {
    let times = Times { last_request: Duration::from_secs(600), drain: Duration::from_secs(600), ..Times::default() };
    let server = run(fixture().await, ServerOptions { times, ..options() }).await;
    let mut idle = server.connect().await;
    idle.write_all(b"GET /tags HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut first = vec![0; 16 * 1024];
    assert!(idle.read(&mut first).await.unwrap() > 0);
    server.stop.send(true).unwrap();
    while TcpStream::connect(server.address).await.is_ok() {}
    idle.write_all(b"GET /tags HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let reply = read_to_end(idle).await;
    assert_eq!((reply.status, reply.field("connection")), (200, Some("close")));
    timeout(Duration::from_secs(20), server.served).await.expect("the server ends").unwrap().unwrap();
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_their_turn() {
    let server = run(fixture().await, ServerOptions { connections: 1, ..options() }).await;
    let mut first = server.connect().await;
    first.write_all(b"GET /tags HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut status = [0; 12];
    first.read_exact(&mut status).await.unwrap();
    let mut second = server.connect().await;
    second.write_all(b"GET /tags HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
    assert!(timeout(Duration::from_millis(50), second.readable()).await.is_err(), "it is served at once");
    drop(first);
    assert_eq!(read_to_end(second).await.status, 200);
}
