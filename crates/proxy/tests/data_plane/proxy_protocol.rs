//! Ports on which something in front says who the client is, before the first byte.

use gibbon_testkit::{Authority, Client, Gateway, Origin};

fn gateway(settings: &[(&str, &str)]) -> (Gateway, Origin) {
    let origin = Origin::echoing_targets();
    let usual = [("proxy_listen", "127.0.0.1:0 proxy_protocol"), ("real_ip_header", "proxy_protocol")];
    let all: Vec<_> = usual.iter().chain(settings).copied().collect();
    let gateway = Gateway::with(&all);
    gateway.proxy_to(&origin);
    (gateway, origin)
}

/// What the upstream hears of the client behind this beginning of a connection.
fn told(gateway: &Gateway, origin: &Origin, begin: &[u8]) -> (Option<String>, Option<String>) {
    let mut client = gateway.connect();
    client.send(begin);
    assert_eq!(client.get("/").status, 200);
    let request = origin.last_request();
    let field = |name| request.field(name).map(str::to_owned);
    (field("x-real-ip"), field("x-forwarded-for"))
}

const LINE: &[u8] = b"PROXY TCP4 192.0.2.7 192.0.2.8 4711 80\r\n";

fn binary(address: [u8; 4]) -> Vec<u8> {
    let head = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c";
    [&head[..], &address, &[192, 0, 2, 8], &4711_u16.to_be_bytes(), &80_u16.to_be_bytes()].concat()
}

#[test]
fn the_client_is_whom_a_trusted_peer_says_in_either_form() {
    let (gateway, origin) = gateway(&[("trusted_ips", "127.0.0.1")]);
    let one = |ip: &str| (Some(ip.to_owned()), Some(ip.to_owned()));
    assert_eq!(told(&gateway, &origin, LINE), one("192.0.2.7"));
    assert_eq!(told(&gateway, &origin, &binary([192, 0, 2, 9])), one("192.0.2.9"));
    assert_eq!(told(&gateway, &origin, b"PROXY UNKNOWN\r\n"), one("127.0.0.1"));
}

#[test]
fn a_peer_that_is_not_trusted_is_the_client_whatever_it_says() {
    let (gateway, origin) = gateway(&[]);
    let expected = (Some("127.0.0.1".to_owned()), Some("127.0.0.1".to_owned()));
    assert_eq!(told(&gateway, &origin, LINE), expected);
}

#[test]
fn a_header_still_names_the_client_where_that_is_what_counts() {
    let (gateway, origin) = gateway(&[("trusted_ips", "127.0.0.1"), ("real_ip_header", "X-Real-IP")]);
    let mut client = gateway.connect();
    client.send(LINE);
    assert_eq!(client.get_with("/", &["X-Real-IP: 192.0.2.30"]).status, 200);
    assert_eq!(origin.last_request().field("x-real-ip"), Some("192.0.2.30"));
}

#[test]
fn it_may_come_in_pieces_and_before_a_handshake() {
    let authority = Authority::new();
    let shown = authority.issue("localhost");
    let (gateway, origin) = gateway(&[
        ("proxy_listen", "127.0.0.1:0 ssl proxy_protocol"),
        ("trusted_ips", "127.0.0.1"),
        ("ssl_cert", &shown.cert),
        ("ssl_cert_key", &shown.key),
    ]);
    let client = gateway.connect();
    for byte in LINE {
        client.send([*byte]);
    }
    let mut client = client.over_tls("localhost", authority.client().into()).unwrap();
    assert_eq!(client.get("/").status, 200);
    let request = origin.last_request();
    assert_eq!((request.field("x-real-ip"), request.field("x-forwarded-proto")), (Some("192.0.2.7"), Some("https")));
}

#[test]
fn a_connection_that_begins_otherwise_is_closed() {
    let (gateway, _origin) = gateway(&[]);
    let closed = |begin: &[u8]| {
        let mut client: Client = gateway.connect();
        client.send(begin);
        client.is_closed_by_gateway()
    };
    assert!(closed(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    assert!(closed(b"PROXY TCP4 1.2.3.4\r\n0123456789"));
    assert!(closed(&[b"PROXY ".as_slice(), &[b'x'; 200]].concat()));
    assert!(closed(b"\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff"));
}
