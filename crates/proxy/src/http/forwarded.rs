//! What the upstream is told about the client: `X-Forwarded-*`, `X-Real-IP`, `Via`.

use std::borrow::Cow;

use gibbon_plugin_api::{Connection, KnownName, KnownNames, RequestHead, Scheme};
use http::{HeaderValue, Version};

use crate::engine::write::{field, is_value};
use crate::http::client::Client;
use crate::http::exchange::Exchange;

const FOR: KnownName = KnownName::XForwardedFor;
const PROTO: KnownName = KnownName::XForwardedProto;
const HOST: KnownName = KnownName::XForwardedHost;
const PORT: KnownName = KnownName::XForwardedPort;
const PATH: KnownName = KnownName::XForwardedPath;
const PREFIX: KnownName = KnownName::XForwardedPrefix;
const REAL_IP: KnownName = KnownName::XRealIp;

/// The fields of a client that make room for the gateway's own.
pub(crate) const REPLACED: KnownNames = KnownNames::of(&[FOR, PROTO, HOST, PORT, PATH, PREFIX, REAL_IP]);

/// How the client speaks to the first proxy that is trusted. What a client says of itself counts only where it is one.
pub(crate) fn proto<'r>(head: &'r RequestHead, client: &Client) -> &'r [u8] {
    told(head, client, PROTO).unwrap_or(scheme(&client.connection))
}

fn scheme(connection: &Connection) -> &'static [u8] {
    match connection.scheme {
        Scheme::Http => b"http",
        Scheme::Https => b"https",
    }
}

/// The host that the client asked that proxy for.
pub(crate) fn host<'r>(head: &'r RequestHead, client: &Client) -> Cow<'r, [u8]> {
    told(head, client, HOST).map_or_else(|| host_name(head.host()), Cow::Borrowed)
}

fn told<'r>(head: &'r RequestHead, client: &Client, name: KnownName) -> Option<&'r [u8]> {
    if client.connection.trusted { head.headers.get(name) } else { None }
}

/// Writes everything into the upstream's head. `prefix` is the part of the path that the route takes off.
pub(crate) fn write(out: &mut Vec<u8>, exchange: &Exchange<'_>, prefix: Option<&str>) {
    let Exchange { head, client, settings, .. } = exchange;
    if client.connection.trusted || head.headers.present().contains(FOR) {
        write_addresses(out, head, client, exchange.client_address().as_bytes());
        field(out, PROTO, proto(head, client));
        field(out, PORT, told(head, client, PORT).unwrap_or(client.port.as_bytes()));
    } else {
        out.extend_from_slice(&client.forwarded);
    }
    field(out, HOST, &host(head, client));
    field(out, PATH, told(head, client, PATH).unwrap_or(head.raw_path().as_bytes()));
    // A path that has been decoded may hold what no field can.
    let prefix = told(head, client, PREFIX).or(prefix.map(str::as_bytes)).filter(|prefix| is_value(prefix));
    if let Some(prefix) = prefix {
        field(out, PREFIX, prefix);
    }
    let via = if head.version == Version::HTTP_2 { &settings.via_http2 } else { &settings.via };
    field(out, KnownName::Via, via.as_bytes());
}

/// The lines that are the same for all requests of a connection whose peer is not trusted and tells of nobody else.
pub(crate) fn lines_of(connection: &Connection, port: &HeaderValue) -> Box<[u8]> {
    let mut lines = Vec::new();
    field(&mut lines, REAL_IP, connection.peer_ip.as_bytes());
    field(&mut lines, FOR, connection.peer_ip.as_bytes());
    field(&mut lines, PROTO, scheme(connection));
    field(&mut lines, PORT, port.as_bytes());
    lines.into()
}

/// The client's address, and the chain so far with the peer behind it; where there is none, the client alone.
fn write_addresses(out: &mut Vec<u8>, head: &RequestHead, client: &Client, address: &[u8]) {
    field(out, REAL_IP, address);
    let mut chain = head.headers.all(FOR).peekable();
    if chain.peek().is_none() {
        field(out, FOR, address);
        return;
    }
    out.extend_from_slice(FOR.as_str().as_bytes());
    out.extend_from_slice(b": ");
    for value in chain {
        out.extend_from_slice(value);
        out.extend_from_slice(b", ");
    }
    out.extend_from_slice(client.connection.peer_ip.as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// The host as the client wrote it, in lower case and without a port.
fn host_name(host: &str) -> Cow<'_, [u8]> {
    if !host.bytes().any(|byte| byte == b':' || byte.is_ascii_uppercase()) {
        return Cow::Borrowed(host.as_bytes());
    }
    let end = match host.rfind(':') {
        Some(colon) if !host[colon..].contains(']') => colon,
        _ => host.len(),
    };
    Cow::Owned(host[..end].to_ascii_lowercase().into_bytes())
}
