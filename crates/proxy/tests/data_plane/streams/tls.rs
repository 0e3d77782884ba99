//! Streams of TLS: ended here, passed on as they are, or begun here.

use std::sync::Arc;

use gibbon_testkit::{Authority, Client, Gateway, Issued, StreamOrigin, TlsFront};
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;

use super::{connect, outcome, proxy_with};

/// A gateway with this certificate for whom no other fits.
fn gateway(shown: &Issued) -> Gateway {
    let settings =
        [("stream_listen", "127.0.0.1:0 ssl"), ("ssl_cert", &shown.cert[..]), ("ssl_cert_key", &shown.key[..])];
    Gateway::with(&settings)
}

fn over_tls(gateway: &Gateway, name: &str, config: ClientConfig) -> std::io::Result<Client> {
    connect(gateway).over_tls(name, Arc::new(config))
}

fn shown_to(client: &Client) -> Vec<u8> {
    client.tls(|tls| tls.peer_certificates().unwrap()[0].to_vec())
}

fn der(issued: &Issued) -> Vec<u8> {
    CertificateDer::from_pem_slice(issued.cert.as_bytes()).unwrap().to_vec()
}

fn echoes(client: &mut Client, text: &str) {
    client.send(text);
    assert_eq!(client.read_raw(text.len()), text.as_bytes());
}

#[test]
fn tls_ends_at_the_gateway_with_the_certificate_of_the_name() {
    let (authority, origin) = (Authority::new(), StreamOrigin::echoing());
    let gateway = gateway(&authority.issue("other.test"));
    let own = authority.issue("db.test");
    let certificate = gateway.put("certificates", json!({ "cert": own.cert, "key": own.key }));
    gateway.put("snis", json!({ "name": "db.test", "certificate": { "id": certificate } }));
    let service = json!({ "protocol": "tcp", "port": origin.port() });
    proxy_with(&gateway, service, json!({ "protocols": ["tls"], "snis": ["db.test"] }));
    let mut client = over_tls(&gateway, "db.test", authority.client()).unwrap();
    assert_eq!(shown_to(&client), der(&own));
    echoes(&mut client, "hello");
    echoes(&mut client, &"x".repeat(200_000));
    assert!(over_tls(&gateway, "other.test", authority.client()).is_err(), "no route has this name");
}

#[test]
fn a_certificate_with_an_rsa_key_serves_many_clients_at_once() {
    let (authority, origin) = (Authority::new(), StreamOrigin::echoing());
    let gateway = gateway(&authority.issue_rsa("db.test"));
    let service = json!({ "protocol": "tcp", "port": origin.port() });
    proxy_with(&gateway, service, json!({ "protocols": ["tls"], "snis": ["db.test"] }));
    std::thread::scope(|scope| {
        for number in 0..100 {
            let (gateway, authority) = (&gateway, &authority);
            scope.spawn(move || {
                let config = if number % 2 == 0 { authority.client() } else { authority.client_of_tls12() };
                echoes(&mut over_tls(gateway, "db.test", config).unwrap(), &format!("hello {number}"));
            });
        }
    });
}

#[test]
fn an_older_client_and_one_that_names_a_protocol_are_served_too() {
    let (authority, origin) = (Authority::new(), StreamOrigin::echoing());
    let gateway = gateway(&authority.issue("db.test"));
    let service = json!({ "protocol": "tcp", "port": origin.port() });
    proxy_with(&gateway, service, json!({ "protocols": ["tls"], "snis": ["db.test"] }));
    echoes(&mut over_tls(&gateway, "db.test", authority.client_of_tls12()).unwrap(), "1.2");
    let mut config = authority.client();
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    echoes(&mut over_tls(&gateway, "db.test", config).unwrap(), "alpn");
}

#[test]
fn what_is_passed_on_is_between_client_and_upstream() {
    let (authority, origin) = (Authority::new(), StreamOrigin::echoing());
    let own = authority.issue("db.test");
    let front = TlsFront::before_port(origin.port(), &own);
    let gateway = gateway(&Authority::new().issue("db.test"));
    let service = json!({ "protocol": "tcp", "port": front.port() });
    proxy_with(&gateway, service, json!({ "protocols": ["tls_passthrough"], "snis": ["db.test"] }));
    let mut client = over_tls(&gateway, "db.test", authority.client()).unwrap();
    assert_eq!(shown_to(&client), der(&own));
    echoes(&mut client, "secret");
    assert_eq!(front.names(), [Some("db.test".to_owned())]);
    assert!(over_tls(&gateway, "web.test", authority.client()).is_err());
}

#[test]
fn the_name_decides_between_ending_and_passing_on() {
    let (authority, origin) = (Authority::new(), StreamOrigin::echoing());
    let (own, of_upstream) = (authority.issue("a.test"), authority.issue("b.test"));
    let front = TlsFront::before_port(origin.port(), &of_upstream);
    let gateway = gateway(&own);
    let at = |port: u16| json!({ "protocol": "tcp", "port": port });
    proxy_with(&gateway, at(origin.port()), json!({ "protocols": ["tls"], "snis": ["a.test"] }));
    proxy_with(&gateway, at(front.port()), json!({ "protocols": ["tls_passthrough"], "snis": ["b.test"] }));
    for (name, expected) in [("a.test", &own), ("b.test", &of_upstream)] {
        let mut client = over_tls(&gateway, name, authority.client()).unwrap();
        assert_eq!(shown_to(&client), der(expected));
        echoes(&mut client, name);
    }
}

#[test]
fn tls_to_the_upstream_is_verified_where_the_service_says_so() {
    let (authority, origin) = (Authority::new(), StreamOrigin::echoing());
    let front = TlsFront::before_port(origin.port(), &authority.issue("localhost"));
    let gateway = super::gateway("127.0.0.1:0");
    let trusted = gateway.put("ca_certificates", json!({ "cert": authority.cert() }));
    let other = gateway.put("ca_certificates", json!({ "cert": Authority::new().cert() }));
    let service = |authority| {
        json!({
            "protocol": "tls", "host": "localhost", "port": front.port(), "tls_verify": true,
            "ca_certificates": [authority], "retries": 0,
        })
    };
    let route = proxy_with(&gateway, service(trusted), json!({ "protocols": ["tcp"] }));
    echoes(&mut connect(&gateway), "verified");
    assert_eq!(front.names(), [Some("localhost".to_owned())]);
    gateway.delete("routes", route);
    proxy_with(&gateway, service(other), json!({ "protocols": ["tcp"] }));
    assert!(connect(&gateway).is_closed_by_gateway());
    assert_eq!(outcome(&gateway.stream_log(1)[0])[0], "TCP");
}

#[test]
fn the_upstream_may_be_asked_for_the_name_that_the_client_has_asked_for() {
    let (authority, origin) = (Authority::new(), StreamOrigin::echoing());
    let front = TlsFront::before_port(origin.port(), &authority.issue("inner.test"));
    let gateway = gateway(&authority.issue("db.test"));
    let service = json!({ "protocol": "tls", "host": "localhost", "port": front.port() });
    let route = json!({ "protocols": ["tls"], "snis": ["db.test"], "preserve_host": true });
    proxy_with(&gateway, service, route);
    echoes(&mut over_tls(&gateway, "db.test", authority.client()).unwrap(), "x");
    assert_eq!(front.names(), [Some("db.test".to_owned())]);
}

#[test]
fn a_client_that_does_not_speak_tls_is_closed() {
    let (authority, origin) = (Authority::new(), StreamOrigin::echoing());
    let gateway = gateway(&authority.issue("db.test"));
    let service = json!({ "protocol": "tcp", "port": origin.port() });
    proxy_with(&gateway, service, json!({ "protocols": ["tcp", "tls"] }));
    for begin in [b"GET / HTTP/1.1\r\n\r\n".to_vec(), vec![0x16; 20_000], vec![0; 64]] {
        let mut client = connect(&gateway);
        // It may be closed before all of it is sent.
        let _ = client.try_send(&begin);
        assert!(client.is_closed_by_gateway());
    }
    assert_eq!(origin.connections(), 0);
    let lines = gateway.stream_log(3);
    assert!(lines.iter().all(|line| outcome(line)[1] == "400"), "{lines:?}");
}

#[test]
fn a_handshake_that_does_not_come_forward_is_closed_in_time() {
    let authority = Authority::new();
    let shown = authority.issue("db.test");
    let gateway = Gateway::with(&[
        ("stream_listen", "127.0.0.1:0 ssl"),
        ("ssl_cert", &shown.cert),
        ("ssl_cert_key", &shown.key),
        ("client_head_timeout", "500ms"),
    ]);
    for begin in [&b""[..], b"\x16\x03\x01\x02\x00\x01"] {
        let mut client = connect(&gateway);
        client.send(begin);
        assert!(client.is_closed_by_gateway());
    }
}

#[test]
fn a_first_message_that_comes_byte_by_byte_is_understood() {
    let (authority, origin) = (Authority::new(), StreamOrigin::echoing());
    let gateway = gateway(&authority.issue("db.test"));
    let service = json!({ "protocol": "tcp", "port": origin.port() });
    proxy_with(&gateway, service, json!({ "protocols": ["tls"], "snis": ["db.test"] }));
    let name = "db.test".try_into().unwrap();
    let mut tls = rustls::ClientConnection::new(Arc::new(authority.client()), name).unwrap();
    let mut hello = Vec::new();
    tls.write_tls(&mut hello).unwrap();
    let mut client = connect(&gateway);
    hello.chunks(7).for_each(|piece| client.send(piece));
    // The record of the server's answer.
    assert_eq!(client.read_raw(3), [0x16, 3, 3]);
}
