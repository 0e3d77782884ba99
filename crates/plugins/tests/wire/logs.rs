//! What is logged of an exchange.

use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::thread;

use gibbon_testkit::{Action, Gateway, Origin, PATIENCE, RefusingPort, eventually};
use serde_json::{Value, json};

use crate::{gateway, gateway_with};

/// Sends two requests, one of which is refused.
pub(crate) fn use_it(gateway: &Gateway) {
    let ann = gateway.consumer(json!({ "username": "ann" }));
    gateway.put("keyauth_credentials", json!({ "consumer": { "id": ann }, "key": "k" }));
    let mut client = gateway.connect();
    assert_eq!(client.get_with("/a?x=1&x=2", &["apikey: k", "Authorization: Bearer s3cret", "X-A: 1"]).status, 200);
    assert_eq!(client.get("/b").status, 401);
}

pub(crate) fn check(lines: &[Value]) {
    let (first, second) = (&lines[0], &lines[1]);
    assert_eq!(
        (&first["request"]["uri"], &first["request"]["querystring"]),
        (&json!("/a?x=1&x=2"), &json!({ "x": ["1", "2"] }))
    );
    assert_eq!(first["request"]["headers"]["authorization"], "REDACTED");
    assert_eq!((&first["consumer"]["username"], &first["response"]["status"]), (&json!("ann"), &json!(200)));
    assert_eq!((&first["source"], &first["upstream_status"]), (&json!("upstream"), &json!("200")));
    assert_eq!((&first["tries"][0]["ip"], &first["client_ip"]), (&json!("127.0.0.1"), &json!("127.0.0.1")));
    assert_eq!(first["route"]["paths"], json!(["/"]));
    assert_eq!((&first["mark"], first["request"].get("size")), (&json!("1"), None));
    assert_eq!((&second["source"], &second["latencies"]["proxy"]), (&json!("kong"), &json!(-1)));
    assert_eq!((&second["response"]["status"], second.get("consumer")), (&json!(401), None));
}

pub(crate) fn fields() -> Value {
    json!({ "mark": "return kong.request.get_header('X-A')", "request.size": "return nil" })
}

#[test]
fn a_file_gets_a_line_for_each_exchange() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("exchanges.log");
    let config = json!({ "path": path.to_str().unwrap(), "custom_fields_by_lua": fields() });
    let (gateway, _origin) = gateway_with(&[("key-auth", json!({})), ("file-log", config)]);
    use_it(&gateway);
    let lines = || -> Vec<Value> {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    eventually("both exchanges are written", || lines().len() == 2);
    check(&lines());
}

#[test]
fn a_server_gets_a_datagram_for_each_exchange() {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    server.set_read_timeout(Some(PATIENCE)).unwrap();
    let port = server.local_addr().unwrap().port();
    let config = json!({ "host": "127.0.0.1", "port": port, "custom_fields_by_lua": fields() });
    let (gateway, _origin) = gateway_with(&[("key-auth", json!({})), ("udp-log", config)]);
    use_it(&gateway);
    let receive = || -> Value {
        let mut datagram = [0; 65_536];
        let length = server.recv(&mut datagram).unwrap();
        serde_json::from_slice(&datagram[..length]).unwrap()
    };
    check(&[receive(), receive()]);
}

/// A server that takes one request, and what its body was.
fn log_server(listener: TcpListener) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut received = String::new();
        let mut piece = [0; 65_536];
        loop {
            let length = stream.read(&mut piece).unwrap();
            received.push_str(std::str::from_utf8(&piece[..length]).unwrap());
            let Some((head, body)) = received.split_once("\r\n\r\n") else { continue };
            let announced = head
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
            if body.len() == announced.unwrap().parse::<usize>().unwrap() {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
                return received;
            }
        }
    })
}

#[test]
fn a_server_that_speaks_http_gets_exchanges_together() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/logs", listener.local_addr().unwrap());
    let server = log_server(listener);
    let (gateway, _origin) = gateway();
    gateway.plugin(json!({ "name": "key-auth" }));
    let config = json!({
        "http_endpoint": endpoint, "method": "PUT", "headers": { "X-Token": "t" }, "custom_fields_by_lua": fields(),
        "queue": { "max_batch_size": 2, "max_coalescing_delay": 600 },
    });
    gateway.plugin(json!({ "name": "http-log", "config": config }));
    use_it(&gateway);
    let received = server.join().unwrap();
    let (head, body) = received.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("PUT /logs HTTP/1.1\r\n") && head.to_ascii_lowercase().contains("x-token: t"), "{head}");
    check(&serde_json::from_str::<Vec<Value>>(body).unwrap());
}

#[test]
fn a_client_that_leaves_before_there_is_an_answer_is_logged_as_499() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("exchanges.log");
    let origin = Origin::start(|_| Action::hang());
    let gateway = Gateway::builder().plugin(&gibbon_plugins::file_log::DEFINITION).start();
    gateway.proxy_to(&origin);
    gateway.plugin(json!({ "name": "file-log", "config": { "path": path.to_str().unwrap() } }));
    let client = gateway.connect();
    client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
    origin.wait_for_requests(1);
    drop(client);
    let text = || std::fs::read_to_string(&path).unwrap_or_default();
    eventually("the exchange is written", || text().ends_with('\n'));
    let document: Value = serde_json::from_str(&text()).unwrap();
    assert_eq!((&document["response"]["status"], &document["response"]["size"]), (&json!(499), &json!(0)));
    assert_eq!((&document["request"]["uri"], &document["tries"][0]["ip"]), (&json!("/a"), &json!("127.0.0.1")));
    assert_eq!((&document["upstream_status"], &document["source"]), (&json!(""), &json!("upstream")));
}

#[test]
fn an_upstream_that_cannot_be_reached_is_logged_with_what_became_of_each_attempt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("exchanges.log");
    let away = RefusingPort::new();
    let gateway = Gateway::builder().plugin(&gibbon_plugins::file_log::DEFINITION).start();
    let service = gateway.service(json!({ "host": "127.0.0.1", "port": away.port(), "retries": 1 }));
    gateway.route_to(service, json!({ "paths": ["/"] }));
    gateway.plugin(json!({ "name": "file-log", "config": { "path": path.to_str().unwrap() } }));
    assert_eq!(gateway.connect().get("/a").status, 502);
    let text = || std::fs::read_to_string(&path).unwrap_or_default();
    eventually("the exchange is written", || text().ends_with('\n'));
    let document: Value = serde_json::from_str(&text()).unwrap();
    assert_eq!((&document["upstream_status"], &document["tries"][0]["state"]), (&json!("502, 502"), &json!("failed")));
    assert_eq!((&document["tries"][0]["code"], document["tries"][1].get("code")), (&json!(502), None));
}
