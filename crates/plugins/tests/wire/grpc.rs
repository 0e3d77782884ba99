//! Calls of gRPC made of other requests, through a whole gateway, to a service that speaks gRPC.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use gibbon_testkit::{Gateway, Response};
use h2::RecvStream;
use h2::server::SendResponse;
use http::HeaderMap;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

/// What the services take and give: a name, and a greeting. Fields of these numbers are one byte and a length.
const PROTO: &str = r#"
syntax = "proto3";
package hello;
import "google/api/annotations.proto";
message Request { string name = 1; }
message Reply { string text = 1; int64 number = 2; }
service Hello {
  rpc Say(Request) returns (Reply) {
    option (google.api.http) = { get: "/v1/hello/{name}" additional_bindings { post: "/v1/hello" body: "*" } };
  }
  rpc Count(Request) returns (stream Reply) { option (google.api.http) = { get: "/v1/count/{name}" }; }
  rpc Refuse(Request) returns (Reply) { option (google.api.http) = { get: "/v1/refuse" }; }
  rpc Page(Request) returns (Reply) { option (google.api.http) = { get: "/v1/page" }; }
}
"#;

/// The path of a call, its content type and its body.
type Calls = Arc<Mutex<Vec<(String, String, Vec<u8>)>>>;

struct Service {
    port: u16,
    calls: Calls,
    _runtime: tokio::runtime::Runtime,
}

impl Service {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let calls = Calls::default();
        let all = Arc::clone(&calls);
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&all)));
            }
        });
        Self { port, calls, _runtime: runtime }
    }

    fn last_call(&self) -> (String, String, Vec<u8>) {
        self.calls.lock().unwrap().last().expect("there was a call").clone()
    }
}

async fn serve(stream: TcpStream, calls: Calls) {
    let Ok(mut connection) = h2::server::handshake(stream).await else { return };
    while let Some(Ok((request, respond))) = connection.accept().await {
        let (head, mut body) = request.into_parts();
        let calls = Arc::clone(&calls);
        tokio::spawn(async move {
            let message = whole(&mut body).await;
            let kind = head.headers.get("content-type").map_or("", |kind| kind.to_str().unwrap()).to_owned();
            assert_eq!(head.headers.get("te").unwrap(), "trailers");
            calls.lock().unwrap().push((head.uri.to_string(), kind, message.clone()));
            let name = message.get(7..).unwrap_or_default().to_vec();
            match head.uri.path().rsplit('/').next() {
                Some("Count") => answer(respond, &[reply(&name, 1), reply(&name, 2)]),
                Some("Refuse") => refuse(respond),
                Some("Page") => page(respond),
                _ => answer(respond, &[reply(&name, 7)]),
            }
        });
    }
}

async fn whole(body: &mut RecvStream) -> Vec<u8> {
    let mut message = Vec::new();
    while let Some(Ok(piece)) = body.data().await {
        let _ = body.flow_control().release_capacity(piece.len());
        message.extend_from_slice(&piece);
    }
    message
}

/// A reply as it is on the wire, in its frame.
fn reply(name: &[u8], number: u8) -> Vec<u8> {
    let length = u8::try_from(name.len()).unwrap();
    framed(0, &[&[0x0a, length], name, &[0x10, number]].concat())
}

fn framed(flags: u8, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap();
    [&[flags][..], &length.to_be_bytes(), message].concat()
}

fn head() -> http::Response<()> {
    http::Response::builder().header("content-type", "application/grpc").body(()).unwrap()
}

fn answer(mut respond: SendResponse<Bytes>, replies: &[Vec<u8>]) {
    let mut stream = respond.send_response(head(), false).unwrap();
    for reply in replies {
        // In two pieces, as they may come.
        let (first, rest) = reply.split_at(3);
        stream.send_data(Bytes::copy_from_slice(first), false).unwrap();
        stream.send_data(Bytes::copy_from_slice(rest), false).unwrap();
    }
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", "0".parse().unwrap());
    trailers.insert("grpc-message", "well".parse().unwrap());
    stream.send_trailers(trailers).unwrap();
}

fn refuse(mut respond: SendResponse<Bytes>) {
    let mut head = head();
    head.headers_mut().insert("grpc-status", "7".parse().unwrap());
    head.headers_mut().insert("grpc-message", "no".parse().unwrap());
    respond.send_response(head, true).unwrap();
}

/// An answer of something that speaks no gRPC.
fn page(mut respond: SendResponse<Bytes>) {
    let head = http::Response::builder().status(404).header("content-type", "text/plain").body(()).unwrap();
    let mut stream = respond.send_response(head, false).unwrap();
    stream.send_data(Bytes::from_static(b"nothing here"), true).unwrap();
}

/// A gateway before the service, with a plugin that is told where the definitions are.
fn gateway(plugin: &str, mut config: Value, proto: Option<&str>) -> (Gateway, Service, TempDir) {
    let service = Service::start();
    let folder = tempfile::tempdir().unwrap();
    if let Some(proto) = proto {
        let file = folder.path().join("hello.proto");
        std::fs::write(&file, proto).unwrap();
        config["proto"] = json!(file.to_str().unwrap());
    }
    let all = gibbon_plugins::registry::all();
    let gateway = all.into_iter().fold(Gateway::builder(), |builder, plugin| builder.plugin(plugin)).start();
    let id = gateway.service(json!({ "protocol": "grpc", "host": "127.0.0.1", "port": service.port, "retries": 0 }));
    gateway.route_to(id, json!({ "paths": ["/"], "protocols": ["http", "https"] }));
    gateway.plugin(json!({ "name": plugin, "config": config }));
    (gateway, service, folder)
}

fn post(gateway: &Gateway, path: &str, kind: &str, body: &[u8]) -> Response {
    let length = body.len();
    let head = format!("POST {path} HTTP/1.1\r\nHost: h\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n");
    gateway.connect().ask([head.as_bytes(), body].concat())
}

fn base64(bytes: &[u8]) -> String {
    base64_simd::STANDARD.encode_to_string(bytes)
}

/// The same back, of texts that stand one behind the other.
fn from_base64(text: &str) -> Vec<u8> {
    let quads = text.as_bytes().chunks(4);
    quads.flat_map(|quad| base64_simd::STANDARD.decode_to_vec(quad).unwrap()).collect()
}

/// Ada's name as a request, in its frame.
fn ada() -> Vec<u8> {
    framed(0, &[0x0a, 3, b'a', b'd', b'a'])
}

const TRAILERS: &[u8] = b"grpc-status:0\r\ngrpc-message:well\r\n";

#[test]
fn a_page_calls_in_frames_and_gets_what_stands_behind_the_call_in_the_last() {
    let (gateway, service, _folder) = gateway("grpc-web", json!({}), None);
    let answer = post(&gateway, "/hello.Hello/Count", "application/grpc-web+proto", &ada());
    assert_eq!((answer.status, answer.field("content-type")), (200, Some("application/grpc-web+proto")));
    assert_eq!(answer.field("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.body, [reply(b"ada", 1), reply(b"ada", 2), framed(0x80, TRAILERS)].concat());
    assert_eq!(
        service.last_call(),
        (
            "http://127.0.0.1/hello.Hello/Count".replace("127.0.0.1", &format!("127.0.0.1:{}", service.port)),
            "application/grpc".to_owned(),
            ada()
        )
    );
}

#[test]
fn a_page_may_call_in_base64() {
    let (gateway, service, _folder) = gateway("grpc-web", json!({ "allow_origin_header": "https://a.example" }), None);
    let answer = post(&gateway, "/hello.Hello/Say", "application/grpc-web-text", base64(&ada()).as_bytes());
    assert_eq!(answer.field("access-control-allow-origin"), Some("https://a.example"));
    assert_eq!(service.last_call().2, ada());
    // Each piece may have padding of its own.
    let text = answer.text();
    assert_eq!(from_base64(&text), [reply(b"ada", 7), framed(0x80, TRAILERS)].concat());
}

#[test]
fn a_call_that_is_refused_says_so_in_the_last_frame() {
    let (gateway, _service, _folder) = gateway("grpc-web", json!({}), None);
    let answer = post(&gateway, "/hello.Hello/Refuse", "application/grpc-web", &ada());
    assert_eq!(answer.body, framed(0x80, b"grpc-status:7\r\ngrpc-message:no\r\n"));
}

#[test]
fn a_page_may_call_in_json() {
    let (gateway, service, _folder) = gateway("grpc-web", json!({}), Some(PROTO));
    let answer = post(&gateway, "/hello.Hello/Count", "application/json", br#"{"name":"ada"}"#);
    assert_eq!(answer.text(), r#"{"text":"ada","number":1}{"text":"ada","number":2}"#);
    assert_eq!((answer.field("content-type"), service.last_call().2), (Some("application/json"), ada()));
    let json = framed(0, br#"{"name":"ada"}"#);
    let answer = post(&gateway, "/hello.Hello/Say", "application/grpc-web+json", &json);
    assert_eq!(answer.body, [framed(0, br#"{"text":"ada","number":7}"#), framed(0x80, TRAILERS)].concat());
    for (path, body) in [("/hello.Hello/None", "{}"), ("/hello.Hello/Say", "{"), ("/hello.Hello/Say", "[]")] {
        assert_eq!(post(&gateway, path, "application/json", body.as_bytes()).status, 400, "{path} {body}");
    }
}

#[test]
fn json_needs_a_file_of_definitions() {
    let (gateway, _service, _folder) = gateway("grpc-web", json!({}), None);
    let answer = post(&gateway, "/hello.Hello/Say", "application/json", b"{}");
    let expected = "transcoding requests require a .proto file defining the service";
    assert_eq!((answer.status, &*answer.text()), (400, expected));
}

#[test]
fn a_browser_asks_first_whether_it_may() {
    for (plugin, methods) in [("grpc-web", "POST"), ("grpc-gateway", "GET,POST,PATCH,DELETE")] {
        let (gateway, service, _folder) = gateway(plugin, json!({}), None);
        let answer = gateway.connect().ask("OPTIONS /hello.Hello/Say HTTP/1.1\r\nHost: h\r\nOrigin: http://a\r\n\r\n");
        assert_eq!((answer.status, &*answer.text()), (200, "OK"));
        assert_eq!(answer.field("access-control-allow-methods"), Some(methods));
        assert_eq!(answer.field("access-control-allow-origin"), Some("*"));
        assert!(service.calls.lock().unwrap().is_empty());
    }
}

#[test]
fn the_path_of_the_client_is_called_or_what_the_route_leaves_of_it() {
    for (config, path) in
        [(json!({}), "/below/hello.Hello/Say"), (json!({ "pass_stripped_path": true }), "/hello.Hello/Say")]
    {
        let service = Service::start();
        let all = gibbon_plugins::registry::all();
        let gateway = all.into_iter().fold(Gateway::builder(), |builder, plugin| builder.plugin(plugin)).start();
        let id = gateway.service(json!({ "protocol": "grpc", "host": "127.0.0.1", "port": service.port }));
        gateway.route_to(id, json!({ "paths": ["/below"], "protocols": ["http"], "strip_path": true }));
        gateway.plugin(json!({ "name": "grpc-web", "config": config }));
        post(&gateway, "/below/hello.Hello/Say", "application/grpc-web", &ada());
        assert!(service.last_call().0.ends_with(&format!("{}{path}", service.port)), "{:?}", service.last_call());
    }
}

#[test]
fn a_path_of_http_stands_for_a_method() {
    let (gateway, service, _folder) = gateway("grpc-gateway", json!({}), Some(PROTO));
    let answer = gateway.connect().get("/v1/hello/ada?ignored=1");
    assert_eq!((answer.status, &*answer.text()), (200, r#"{"text":"ada","number":7}"#));
    assert_eq!(answer.field("content-type"), Some("application/json"));
    let (uri, kind, body) = service.last_call();
    assert!(uri.ends_with("/hello.Hello/Say"), "{uri}");
    assert_eq!((kind, body), ("application/grpc".to_owned(), ada()));
    let posted = post(&gateway, "/v1/hello", "application/json", br#"{"name":"ada"}"#);
    assert_eq!((posted.text(), service.last_call().2), (answer.text(), ada()));
}

#[test]
fn several_messages_come_one_behind_the_other() {
    let (gateway, _service, _folder) = gateway("grpc-gateway", json!({}), Some(PROTO));
    let answer = gateway.connect().get("/v1/count/ada");
    assert_eq!(answer.text(), r#"{"text":"ada","number":1}{"text":"ada","number":2}"#);
}

#[test]
fn a_refusal_has_the_status_of_http_that_stands_for_it() {
    let (gateway, _service, _folder) = gateway("grpc-gateway", json!({}), Some(PROTO));
    assert_eq!(gateway.connect().get("/v1/refuse").status, 403);
}

#[test]
fn what_stands_for_nothing_is_refused() {
    let (with, service, _folder) = gateway("grpc-gateway", json!({}), Some(PROTO));
    let unknown = with.connect().get("/v2");
    assert_eq!((unknown.status, &*unknown.text()), (400, "failed to transcode .proto file Unknown path \"/v2\""));
    assert_eq!(post(&with, "/v1/hello", "application/json", b"{").status, 400);
    assert!(service.calls.lock().unwrap().is_empty());
    let (without, ..) = gateway("grpc-gateway", json!({}), None);
    assert_eq!(without.connect().get("/v1/hello/ada").status, 400);
}

#[test]
fn what_is_no_call_is_refused_and_never_a_failure() {
    let deep = [r#"{"name":"#.repeat(100_000), "}".repeat(100_000)].concat();
    let (text, proto) = ("application/grpc-web-text", "application/grpc-web+proto");
    let (json, framed_json) = ("application/json", "application/grpc-web+json");
    let hostile: [(&str, Vec<u8>); 12] = [
        (text, b"!".to_vec()),
        (text, b"AAAA=AAA".to_vec()),
        (text, base64(&ada()[..6]).into_bytes()),
        (proto, ada()[..6].to_vec()),
        (proto, vec![0, 0xff, 0xff, 0xff, 0xff, 1]),
        (proto, framed(0x80, TRAILERS)),
        (framed_json, vec![0, 0xff, 0xff, 0xff, 0xff, b'{']),
        (framed_json, framed(1, b"{}")),
        (framed_json, framed(0, b"{}")[..6].to_vec()),
        (json, deep.into_bytes()),
        (json, b"{\"name\":\"\xff\"}".to_vec()),
        (json, br#"{"name":{}}"#.to_vec()),
    ];
    let (web, service, _folder) = gateway("grpc-web", json!({}), Some(PROTO));
    let (rest, other_service, _other_folder) = gateway("grpc-gateway", json!({}), Some(PROTO));
    for (kind, body) in hostile {
        let answer = post(&web, "/hello.Hello/Say", kind, &body);
        assert_eq!((answer.status, answer.field("content-type")), (400, Some("text/plain; charset=UTF-8")), "{kind}");
        if kind == json {
            assert_eq!(post(&rest, "/v1/hello", kind, &body).status, 400);
        }
    }
    assert!(service.calls.lock().unwrap().is_empty() && other_service.calls.lock().unwrap().is_empty());
}

#[test]
fn an_answer_that_is_none_of_grpc_is_passed_on_as_it_is() {
    let (web, _service, _folder) = gateway("grpc-web", json!({}), None);
    let (rest, _other_service, _other_folder) = gateway("grpc-gateway", json!({}), Some(PROTO));
    let page = post(&web, "/hello.Hello/Page", "application/grpc-web", &ada());
    for answer in [page, rest.connect().get("/v1/page")] {
        assert_eq!((answer.status, &*answer.text()), (404, "nothing here"));
        assert_eq!(answer.field("content-type"), Some("text/plain"));
    }
}

#[test]
fn a_head_alone_is_answered_by_a_head_alone() {
    let (gateway, _service, _folder) = gateway("grpc-web", json!({}), None);
    let mut client = gateway.connect();
    let asked = "HEAD /hello.Hello/Count HTTP/1.1\r\nHost: h\r\nContent-Type: application/grpc-web\r\n\r\n";
    for _ in 0..2 {
        client.send(asked);
        assert_eq!(client.response_to_head().status, 200);
    }
}

#[test]
fn a_path_is_read_as_routes_read_it() {
    let (gateway, service, _folder) = gateway("grpc-gateway", json!({}), Some(PROTO));
    assert_eq!(gateway.connect().get("/v1/refuse/../hello/%61da").status, 200);
    assert_eq!(service.last_call().2, ada());
}
