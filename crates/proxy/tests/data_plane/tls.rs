//! Clients that speak TLS.

use std::sync::Arc;

use gibbon_testkit::{Action, Authority, Client, Gateway, Issued, Origin, ReadError, eventually};
use rustls::{CipherSuite, ClientConfig, ProtocolVersion};
use serde_json::json;
use uuid::Uuid;

/// A gateway with this certificate for whom no other fits, and everything proxied to `origin`.
fn gateway(origin: &Origin, shown: &Issued, settings: &[(&str, &str)]) -> Gateway {
    let usual = [("proxy_listen", "127.0.0.1:0 ssl"), ("ssl_cert", &shown.cert), ("ssl_cert_key", &shown.key)];
    let all: Vec<_> = usual.iter().chain(settings).copied().collect();
    let gateway = Gateway::with(&all);
    gateway.proxy_to(origin);
    gateway
}

fn connect(gateway: &Gateway, name: &str, config: ClientConfig) -> std::io::Result<Client> {
    gateway.connect().over_tls(name, Arc::new(config))
}

fn add_certificate(gateway: &Gateway, issued: &Issued, names: &[&str]) -> Uuid {
    let certificate = gateway.put("certificates", json!({ "cert": issued.cert, "key": issued.key }));
    for name in names {
        gateway.put("snis", json!({ "name": name, "certificate": { "id": certificate } }));
    }
    certificate
}

/// What a client of this name is shown, in the form in which it comes over the wire.
fn shown_to(gateway: &Gateway, name: &str, config: ClientConfig) -> Option<Vec<u8>> {
    let client = connect(gateway, name, config).ok()?;
    client.tls(|tls| tls.peer_certificates().and_then(|chain| chain.first()).map(|cert| cert.to_vec()))
}

fn der(issued: &Issued) -> Option<Vec<u8>> {
    use rustls::pki_types::pem::PemObject;
    rustls::pki_types::CertificateDer::from_pem_slice(issued.cert.as_bytes()).ok().map(|cert| cert.to_vec())
}

#[test]
fn requests_are_proxied_and_the_upstream_is_told_that_the_client_speaks_https() {
    let (authority, origin) = (Authority::new(), Origin::echoing_targets());
    let gateway = gateway(&origin, &authority.issue("localhost"), &[]);
    let mut client = connect(&gateway, "localhost", authority.client()).unwrap();
    for target in ["/a", "/b"] {
        let answer = client.get(target);
        assert_eq!((answer.status, answer.text()), (200, target.to_owned()));
    }
    let request = origin.last_request();
    assert_eq!(request.field("x-forwarded-proto"), Some("https"));
    client.tls(|tls| {
        assert_eq!(tls.protocol_version(), Some(ProtocolVersion::TLSv1_3));
    });
}

#[test]
fn large_bodies_go_both_ways() {
    let authority = Authority::new();
    let body = vec![b'x'; 4_000_000];
    let sent = body.clone();
    let origin = Origin::start(move |request| {
        assert_eq!(request.body.len(), sent.len());
        Action::send(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", sent.len())).then_send(&*sent)
    });
    let gateway = gateway(&origin, &authority.issue("localhost"), &[]);
    let mut client = connect(&gateway, "localhost", authority.client()).unwrap();
    assert!(client.post("/", &body).body == body);
}

#[test]
fn a_certificate_is_chosen_by_the_name_that_the_client_asks_for() {
    let (authority, origin) = (Authority::new(), Origin::echoing_targets());
    let otherwise = authority.issue("localhost");
    let gateway = gateway(&origin, &otherwise, &[]);
    let of = |name: &str| authority.issue(name);
    let (exact, left, right) = (of("a.example.com"), of("*.example.com"), of("example.org"));
    add_certificate(&gateway, &exact, &["A.example.com"]);
    add_certificate(&gateway, &left, &["*.example.com"]);
    add_certificate(&gateway, &right, &["example.*"]);
    let cases =
        [("a.example.com", &exact), ("b.example.com", &left), ("example.org", &right), ("localhost", &otherwise)];
    for (name, expected) in cases {
        assert_eq!(shown_to(&gateway, name, authority.client()), der(expected), "{name}");
    }
    let everybody = of("127.0.0.1");
    add_certificate(&gateway, &everybody, &["*"]);
    // An address is no server name: such a client names nobody.
    assert_eq!(shown_to(&gateway, "127.0.0.1", authority.client()), der(&everybody));
}

#[test]
fn a_changed_certificate_is_shown_at_once_and_no_connection_is_dropped_for_it() {
    let (authority, origin) = (Authority::new(), Origin::echoing_targets());
    let gateway = gateway(&origin, &authority.issue("localhost"), &[]);
    let (old, new) = (authority.issue("a.test"), authority.issue("a.test"));
    let id = add_certificate(&gateway, &old, &["a.test"]);
    let mut before = connect(&gateway, "a.test", authority.client()).unwrap();
    gateway.put("certificates", json!({ "id": id, "cert": new.cert, "key": new.key }));
    assert_eq!(shown_to(&gateway, "a.test", authority.client()), der(&new));
    assert_eq!(before.get("/still").text(), "/still");
}

#[test]
fn of_two_certificates_a_client_gets_the_one_that_it_can_verify() {
    let (authority, origin) = (Authority::new(), Origin::echoing_targets());
    let (curve, rsa) = (authority.issue("localhost"), authority.issue_rsa("localhost"));
    let both = |first: &Issued, second: &Issued| {
        let (cert, key) = (format!("{}, {}", first.cert, second.cert), format!("{}, {}", first.key, second.key));
        gateway(&origin, &Issued { cert, key }, &[])
    };
    let gateway = both(&rsa, &curve);
    assert_eq!(shown_to(&gateway, "localhost", authority.client()), der(&curve));
    let mut provider = rustls::crypto::aws_lc_rs::default_provider();
    provider.cipher_suites.retain(|suite| suite.suite() == CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
    let mut roots = rustls::RootCertStore::empty();
    use rustls::pki_types::pem::PemObject;
    roots.add(rustls::pki_types::CertificateDer::from_pem_slice(authority.cert().as_bytes()).unwrap()).unwrap();
    let of_rsa = ClientConfig::builder_with_provider(provider.into())
        .with_protocol_versions(&[&rustls::version::TLS12])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    assert_eq!(shown_to(&gateway, "localhost", of_rsa), der(&rsa));
}

#[test]
fn versions_that_are_not_wanted_are_refused() {
    let (authority, origin) = (Authority::new(), Origin::echoing_targets());
    let shown = authority.issue("localhost");
    let modern = gateway(&origin, &shown, &[("ssl_cipher_suite", "modern")]);
    assert!(connect(&modern, "localhost", authority.client_of_tls12()).is_err());
    assert!(connect(&modern, "localhost", authority.client()).is_ok());
    let usual = gateway(&origin, &shown, &[]);
    assert!(connect(&usual, "localhost", authority.client_of_tls12()).is_ok());
}

#[test]
fn a_session_is_resumed_with_tickets_and_without_them() {
    use rustls::HandshakeKind;
    let (authority, origin) = (Authority::new(), Origin::echoing_targets());
    let shown = authority.issue("localhost");
    for (tickets, client) in [
        ("on", authority.client()),
        ("off", authority.client()),
        ("on", authority.client_of_tls12()),
        ("off", authority.client_of_tls12()),
    ] {
        let gateway = gateway(&origin, &shown, &[("ssl_session_tickets", tickets)]);
        let config = Arc::new(client);
        let kind = || {
            let mut client = gateway.connect().over_tls("localhost", Arc::clone(&config)).unwrap();
            // What a session is resumed with comes after the handshake.
            assert_eq!(client.get("/").status, 200);
            client.tls(|tls| tls.handshake_kind())
        };
        assert_eq!((kind(), kind()), (Some(HandshakeKind::Full), Some(HandshakeKind::Resumed)), "{tickets}");
    }
}

#[test]
fn a_client_that_has_to_show_a_certificate_is_not_served_without_one() {
    let (authority, clients, origin) = (Authority::new(), Authority::new(), Origin::echoing_targets());
    let file = clients.file();
    let settings = [("ssl_client_certificate", file.to_str().unwrap())];
    let gateway = gateway(&origin, &authority.issue("localhost"), &settings);
    let status = |config: ClientConfig| {
        let mut client = connect(&gateway, "localhost", config).ok()?;
        client.try_send("GET / HTTP/1.1\r\nHost: h\r\n\r\n").ok()?;
        client.try_response().ok().map(|answer| answer.status)
    };
    assert_eq!(status(authority.client()), None);
    assert_eq!(status(authority.client_with(&authority.issue("somebody"))), None);
    assert_eq!(status(authority.client_with(&clients.issue("somebody"))), Some(200));
}

#[test]
fn a_route_is_found_by_the_server_name_and_one_for_https_only_is_served() {
    let (authority, origin) = (Authority::new(), Origin::echoing_targets());
    let usual = [("proxy_listen", "127.0.0.1:0 ssl")];
    let gateway = Gateway::with(&usual);
    let service = gateway.service_at(&origin, json!({}));
    gateway.route_to(service, json!({ "snis": ["a.test"], "protocols": ["https"] }));
    add_certificate(&gateway, &authority.issue("a.test"), &["a.test"]);
    add_certificate(&gateway, &authority.issue("b.test"), &["b.test"]);
    let status = |name| connect(&gateway, name, authority.client()).unwrap().get("/").status;
    assert_eq!((status("a.test"), status("b.test")), (200, 404));
}

#[test]
fn plain_http_on_a_port_for_tls_is_told_so() {
    let (authority, origin) = (Authority::new(), Origin::echoing_targets());
    let gateway = gateway(&origin, &authority.issue("localhost"), &[]);
    let mut client = gateway.connect();
    let answer = client.get("/");
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("The plain HTTP request was sent to HTTPS port"), "{}", answer.text());
    assert!(client.is_closed_by_gateway());
}

#[test]
fn a_handshake_that_is_begun_and_not_gone_on_with_is_ended() {
    let (authority, origin) = (Authority::new(), Origin::echoing_targets());
    let gateway = gateway(&origin, &authority.issue("localhost"), &[("client_head_timeout", "500ms")]);
    for begin in [&b""[..], b"\x16\x03\x01\x02"] {
        let mut client = gateway.connect();
        client.send(begin);
        assert!(client.is_closed_by_gateway());
    }
    let mut client = gateway.connect();
    client.send([0x16, 0x03, 0x01, 0x00, 0x05, 1, 2, 3, 4, 5]);
    assert!(matches!(client.try_response(), Err(ReadError::Closed | ReadError::BrokenOff | ReadError::Malformed(_))));
    eventually("nothing is left of them", || gateway.counters().connections_active() == 0);
}

#[test]
fn the_end_of_a_connection_is_said_so_that_nothing_seems_cut_off() {
    let (authority, origin) =
        (Authority::new(), Origin::start(|_| Action::send("HTTP/1.1 200 OK\r\n\r\nall").then_close()));
    let gateway = gateway(&origin, &authority.issue("localhost"), &[]);
    let mut client = connect(&gateway, "localhost", authority.client()).unwrap();
    // Who speaks HTTP/1.0 knows the end of such a body by the end of the connection alone.
    let answer = client.ask("GET / HTTP/1.0\r\nHost: h\r\n\r\n");
    assert_eq!((answer.status, answer.text()), (200, "all".to_owned()));
    assert!(client.is_closed_by_gateway());
}

#[test]
fn a_certificate_with_an_rsa_key_serves_many_clients_at_once() {
    let (authority, origin) = (Authority::new(), Origin::echoing_targets());
    let gateway = gateway(&origin, &authority.issue_rsa("localhost"), &[]);
    std::thread::scope(|scope| {
        for number in 0..100 {
            let (gateway, authority) = (&gateway, &authority);
            scope.spawn(move || {
                let config = if number % 2 == 0 { authority.client() } else { authority.client_of_tls12() };
                let mut client = connect(gateway, "localhost", config).unwrap();
                for target in ["/a", "/b"] {
                    assert_eq!(client.get(target).text(), target);
                }
            });
        }
    });
}

#[test]
fn a_client_that_does_not_believe_a_certificate_with_an_rsa_key_leaves_the_others_alone() {
    let (authority, origin) = (Authority::new(), Origin::echoing_targets());
    let gateway = gateway(&origin, &authority.issue_rsa("localhost"), &[]);
    assert!(connect(&gateway, "localhost", Authority::new().client()).is_err());
    // Nor does one that leaves in the middle, or speaks of something else.
    drop(gateway.connect());
    let stranger = gateway.connect();
    stranger.send([0x16, 3, 1, 0, 4, 1, 2, 3, 4]);
    assert_ne!(stranger.read_to_end().first(), Some(&b'H'));
    assert_eq!(connect(&gateway, "localhost", authority.client()).unwrap().get("/x").text(), "/x");
}
