//! Ports with TLS.

use crate::place::Place;
use gibbon_testkit::{Authority, Client, Issued};
use rustls::ClientConfig;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;

/// Writes a certificate and its key into the place.
fn write(place: &Place, name: &str, issued: &Issued) -> (PathBuf, PathBuf) {
    let (cert, key) = (place.path(&format!("{name}.crt")), place.path(&format!("{name}.key")));
    std::fs::write(&cert, &issued.cert).unwrap();
    std::fs::write(&key, &issued.key).unwrap();
    (cert, key)
}

fn connect(port: u16, config: ClientConfig) -> std::io::Result<Client> {
    Client::connect((Ipv4Addr::LOCALHOST, port).into()).over_tls("localhost", Arc::new(config))
}

fn status(port: u16, path: &str, config: ClientConfig) -> Option<u16> {
    let mut client = connect(port, config).ok()?;
    client.try_send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")).ok()?;
    client.try_response().ok().map(|answer| answer.status)
}

#[test]
fn the_admin_api_can_ask_its_clients_for_a_certificate() {
    let (place, authority, clients) = (Place::new(), Authority::new(), Authority::new());
    let (cert, key) = write(&place, "admin", &authority.issue("localhost"));
    place.configure(&format!(
        "admin_listen = 127.0.0.1:{} ssl http2\nadmin_ssl_cert = {}\nadmin_ssl_cert_key = {}\n\
         admin_ssl_client_certificate = {}\n",
        place.admin,
        cert.display(),
        key.display(),
        clients.file().display()
    ));
    place.start();
    let ask = |config| status(place.admin, "/status", config);
    assert_eq!(ask(authority.client()), None);
    assert_eq!(ask(authority.client_with(&authority.issue("somebody"))), None);
    assert_eq!(ask(authority.client_with(&clients.issue("somebody"))), Some(200));
}

#[test]
fn a_certificate_of_the_gateways_own_serves_where_none_is_given_and_stays_after_a_restart() {
    let place = Place::new();
    place.configure(&format!("proxy_listen = 127.0.0.1:{} ssl\n", place.proxy));
    place.start();
    let own = std::fs::read_to_string(place.path("ssl/gibbon-default.crt")).unwrap();
    let trusting = || {
        use rustls::pki_types::pem::PemObject;
        let mut roots = rustls::RootCertStore::empty();
        roots.add(rustls::pki_types::CertificateDer::from_pem_slice(own.as_bytes()).unwrap()).unwrap();
        ClientConfig::builder_with_provider(rustls::crypto::aws_lc_rs::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth()
    };
    assert_eq!(status(place.proxy, "/", trusting()), Some(404));
    let done = place.run_with_file(&["restart"]);
    assert_eq!(done.status, 0, "{}", done.err);
    assert_eq!(status(place.proxy, "/", trusting()), Some(404));
}

#[test]
fn reload_shows_the_certificate_that_lies_there_now_and_keeps_the_old_one_where_it_cannot_be_used() {
    let (place, authority, other) = (Place::new(), Authority::new(), Authority::new());
    let (cert, key) = write(&place, "proxy", &authority.issue("localhost"));
    place.configure(&format!(
        "proxy_listen = 127.0.0.1:{} ssl\nssl_cert = {}\nssl_cert_key = {}\n",
        place.proxy,
        cert.display(),
        key.display()
    ));
    place.start();
    assert_eq!(status(place.proxy, "/", authority.client()), Some(404));
    let mut before = connect(place.proxy, authority.client()).unwrap();
    write(&place, "proxy", &other.issue("localhost"));
    assert_eq!(place.run_with_file(&["reload"]).status, 0);
    let changed = || status(place.proxy, "/", other.client()) == Some(404);
    crate::place::eventually("the new certificate is shown", changed);
    assert_eq!(before.get("/").status, 404, "a connection that was there stays");
    std::fs::write(&cert, "damaged").unwrap();
    place.run_with_file(&["reload"]);
    assert_eq!(status(place.proxy, "/", other.client()), Some(404));
}

#[test]
fn a_certificate_that_cannot_be_used_is_named_where_the_command_was_given() {
    let place = Place::new();
    let listen = format!("proxy_listen = 127.0.0.1:{} ssl\n", place.proxy);
    place.configure(&format!("{listen}ssl_cert = /nowhere/a.crt\nssl_cert_key = /nowhere/a.key\n"));
    let done = place.run_with_file(&["start", "--daemon"]);
    assert_eq!(done.status, 1);
    assert!(done.err.contains("cannot speak TLS") && done.err.contains("/nowhere/a.crt"), "{}", done.err);
}
