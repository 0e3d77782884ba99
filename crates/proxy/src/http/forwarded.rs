//! What the upstream is told about the client: `X-Forwarded-*`, `X-Real-IP`, `Via`.

use std::borrow::Cow;

use gibbon_plugin_api::{RequestHead, Scheme};
use http::Version;

use crate::engine::write::{field, is_value};
use crate::http::client::Client;
use crate::http::real_ip;
use crate::settings::Settings;

const FOR: &str = "X-Forwarded-For";
const PROTO: &str = "X-Forwarded-Proto";
const HOST: &str = "X-Forwarded-Host";
const PORT: &str = "X-Forwarded-Port";
const PATH: &str = "X-Forwarded-Path";
const PREFIX: &str = "X-Forwarded-Prefix";
const REAL_IP: &str = "X-Real-IP";
const VIA: &str = "Via";

/// Whether a client's field of that name makes room for the gateway's own.
pub(crate) fn is_replaced(name: &[u8]) -> bool {
    let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
    match name.len() {
        9 => is(REAL_IP),
        15 => is(FOR),
        16 => is(HOST) || is(PORT) || is(PATH),
        17 => is(PROTO),
        18 => is(PREFIX),
        _ => false,
    }
}

/// How the client speaks to the first proxy that is trusted. What a client says of itself counts only where it is one.
pub(crate) fn proto<'r>(head: &'r RequestHead, client: &Client) -> &'r [u8] {
    told(head, client, PROTO).unwrap_or(match client.connection.scheme {
        Scheme::Http => b"http",
        Scheme::Https => b"https",
    })
}

/// The host that the client asked that proxy for.
pub(crate) fn host<'r>(head: &'r RequestHead, client: &Client) -> Cow<'r, [u8]> {
    told(head, client, HOST).map_or_else(|| host_name(head.host()), Cow::Borrowed)
}

fn told<'r>(head: &'r RequestHead, client: &Client, name: &'static str) -> Option<&'r [u8]> {
    if client.connection.trusted { head.headers.get(name) } else { None }
}

/// Writes everything into the upstream's head. `prefix` is the part of the path that the route takes off.
pub(crate) fn write(out: &mut Vec<u8>, head: &RequestHead, client: &Client, settings: &Settings, prefix: Option<&str>) {
    write_addresses(out, head, client, settings);
    field(out, PROTO, proto(head, client));
    field(out, HOST, &host(head, client));
    field(out, PORT, told(head, client, PORT).unwrap_or(client.port.as_bytes()));
    field(out, PATH, told(head, client, PATH).unwrap_or(head.raw_path().as_bytes()));
    // A path that has been decoded may hold what no field can.
    let prefix = told(head, client, PREFIX).or(prefix.map(str::as_bytes)).filter(|prefix| is_value(prefix));
    if let Some(prefix) = prefix {
        field(out, PREFIX, prefix);
    }
    let via = if head.version == Version::HTTP_2 { &settings.via_http2 } else { &settings.via };
    field(out, VIA, via.as_bytes());
}

/// The client's address, and the chain so far with the peer behind it; where there is none, the client alone.
fn write_addresses(out: &mut Vec<u8>, head: &RequestHead, client: &Client, settings: &Settings) {
    let connection = &client.connection;
    let resolved = connection.trusted.then(|| real_ip::resolve(client, &head.headers, settings).to_string());
    let address = resolved.as_ref().map_or(connection.peer_ip.as_bytes(), String::as_bytes);
    field(out, REAL_IP, address);
    let mut chain = head.headers.all(FOR).peekable();
    if chain.peek().is_none() {
        field(out, FOR, address);
        return;
    }
    out.extend_from_slice(FOR.as_bytes());
    out.extend_from_slice(b": ");
    for value in chain {
        out.extend_from_slice(value);
        out.extend_from_slice(b", ");
    }
    out.extend_from_slice(connection.peer_ip.as_bytes());
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
