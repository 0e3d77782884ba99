//! What servers of logs and metrics are told of exchanges.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, UdpSocket};
use std::sync::mpsc;
use std::thread;

use gibbon_testkit::{Authority, PATIENCE, RefusingPort, TlsFront};
use serde_json::{Value, json};

use crate::{gateway_with, logs};

/// A server of datagrams.
fn server() -> (UdpSocket, u16) {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    server.set_read_timeout(Some(PATIENCE)).unwrap();
    let port = server.local_addr().unwrap().port();
    (server, port)
}

fn receive(server: &UdpSocket) -> String {
    let mut datagram = [0; 65_536];
    let length = server.recv(&mut datagram).unwrap();
    String::from_utf8(datagram[..length].to_vec()).unwrap()
}

/// Lines that come to a port, with the number of the connection that they came on.
fn lines_of(listener: TcpListener) -> mpsc::Receiver<(usize, String)> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let sender = sender.clone();
            thread::spawn(move || {
                for line in BufReader::new(stream.unwrap()).lines().map_while(Result::ok) {
                    let _ = sender.send((number, line));
                }
            });
        }
    });
    lines
}

#[test]
fn a_tcp_server_gets_a_line_for_each_exchange_on_one_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let lines = lines_of(listener);
    let config = json!({ "host": "127.0.0.1", "port": port, "custom_fields_by_lua": logs::fields() });
    let (gateway, _origin) = gateway_with(&[("key-auth", json!({})), ("tcp-log", config)]);
    logs::use_it(&gateway);
    let received: Vec<_> = (0..2).map(|_| lines.recv_timeout(PATIENCE).unwrap()).collect();
    assert_eq!(received.iter().map(|(connection, _)| *connection).collect::<Vec<_>>(), [0, 0]);
    let documents: Vec<Value> = received.iter().map(|(_, line)| serde_json::from_str(line).unwrap()).collect();
    logs::check(&documents);
}

#[test]
fn a_tcp_server_is_spoken_to_over_tls_and_asked_for_by_the_name_that_is_set() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let behind = listener.local_addr().unwrap().port();
    let lines = lines_of(listener);
    // Nobody here believes this authority, as nobody has to.
    let front = TlsFront::before_port(behind, &Authority::new().issue("logs.example"));
    let config = json!({ "host": "127.0.0.1", "port": front.port(), "tls": true, "tls_sni": "logs.example" });
    let (gateway, _origin) = gateway_with(&[("tcp-log", config)]);
    gateway.connect().get("/a");
    let (_, line) = lines.recv_timeout(PATIENCE).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["request"]["uri"], "/a");
    assert_eq!(front.names(), [Some("logs.example".to_owned())]);
}

#[test]
fn loggly_gets_a_message_of_rfc_5424_for_each_exchange() {
    let (server, port) = server();
    let config = json!({
        "host": "127.0.0.1", "port": port, "key": "k3y", "tags": ["a", "b"], "log_level": "debug",
        "client_errors_severity": "warning", "custom_fields_by_lua": logs::fields(),
    });
    let (gateway, _origin) = gateway_with(&[("key-auth", json!({})), ("loggly", config)]);
    logs::use_it(&gateway);
    let documents = [14, 12].map(|priority| {
        let message = receive(&server);
        let (head, document) = message.split_once('{').unwrap();
        let words: Vec<_> = head.split(' ').collect();
        assert_eq!(words[0], format!("<{priority}>1"), "{head}");
        assert!(words[1].ends_with('Z') && words[1].len() == "2026-11-26T09:06:02Z".len(), "{head}");
        assert_eq!(words[2..].join(" "), r#"test.example kong - - [k3y@41058 tag="a" tag="b"] "#);
        serde_json::from_str(&format!("{{{document}")).unwrap()
    });
    logs::check(&documents);
}

#[test]
fn statsd_gets_a_datagram_for_each_metric_or_for_as_many_as_fit() {
    let (server, port) = server();
    let metrics = json!([
        { "name": "request_count", "stat_type": "counter", "sample_rate": 1 },
        { "name": "status_count", "stat_type": "counter", "sample_rate": 1 },
    ]);
    let config = |size| json!({ "host": "127.0.0.1", "port": port, "metrics": metrics, "udp_packet_size": size });
    let expected = ["kong.service.echo.request.count:1|c", "kong.service.echo.status.200:1|c"];
    let (gateway, _origin) = gateway_with(&[("statsd", config(0))]);
    gateway.connect().get("/");
    assert_eq!([receive(&server), receive(&server)].map(generic), expected);
    let (gateway, _origin) = gateway_with(&[("statsd", config(1000))]);
    gateway.connect().get("/");
    assert_eq!(generic(receive(&server)), expected.join("\n"));
}

/// The service of these tests has no name, but a host.
fn generic(text: String) -> String {
    text.replace("service.127_0_0_1", "service.echo")
}

#[test]
fn datadog_gets_a_datagram_with_tags_for_each_metric() {
    let (server, port) = server();
    let metrics = json!([{ "name": "request_count", "stat_type": "counter", "sample_rate": 1, "tags": ["a:b"] }]);
    let config = json!({ "host": "127.0.0.1", "port": port, "metrics": metrics });
    let (gateway, _origin) = gateway_with(&[("datadog", config)]);
    gateway.connect().get("/");
    assert_eq!(receive(&server), "kong.request.count:1|c|#name:127_0_0_1,status:200,a:b");
}

#[test]
fn servers_that_are_away_hold_up_no_request() {
    let away = RefusingPort::new();
    let place = json!({ "host": "127.0.0.1", "port": away.port() });
    let with = |fields: Value| {
        let mut config = place.clone();
        config.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        config
    };
    let queue = json!({ "max_entries": 1, "max_bytes": 10, "max_retry_time": 600, "initial_retry_delay": 600 });
    let (gateway, _origin) = gateway_with(&[
        ("tcp-log", with(json!({ "timeout": 600_000 }))),
        ("loggly", with(json!({ "key": "k" }))),
        ("syslog", json!({})),
        ("statsd", with(json!({ "use_tcp": true, "queue": queue }))),
        ("datadog", with(json!({ "queue": queue }))),
        ("http-log", json!({ "http_endpoint": format!("http://127.0.0.1:{}", away.port()), "queue": queue })),
    ]);
    let mut client = gateway.connect();
    for _ in 0..50 {
        assert_eq!(client.get("/").status, 200);
    }
}
