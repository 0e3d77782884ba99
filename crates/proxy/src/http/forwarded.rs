//! What the upstream is told about the client: `X-Forwarded-*`, `X-Real-IP`, `Via`.

use std::net::IpAddr;

use gibbon_plugin_api::{Headers, RequestHead, Scheme};
use http::{HeaderName, HeaderValue, header};

use crate::http::client::{Client, ascii};
use crate::http::real_ip;
use crate::settings::Settings;

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const PATH: HeaderName = HeaderName::from_static("x-forwarded-path");
const PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");
const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");

/// How many fields the gateway adds to a request at most, so that room for them is made once.
const OWN_FIELDS: usize = 12;

/// How the client speaks to the first proxy that is trusted. What a client says of itself counts only where it is one.
pub(crate) fn proto(head: &RequestHead, client: &Client) -> HeaderValue {
    told(head, client, PROTO).unwrap_or(match client.connection.scheme {
        Scheme::Http => HeaderValue::from_static("http"),
        Scheme::Https => HeaderValue::from_static("https"),
    })
}

/// The host that the client asked that proxy for.
pub(crate) fn host(head: &RequestHead, client: &Client) -> HeaderValue {
    told(head, client, HOST).unwrap_or_else(|| host_name(head))
}

fn told(head: &RequestHead, client: &Client, name: HeaderName) -> Option<HeaderValue> {
    if client.connection.trusted { head.headers.get(name).cloned() } else { None }
}

/// Writes everything into the request. `prefix` is the part of the path that the route takes off.
pub(crate) fn write(head: &mut RequestHead, client: &Client, settings: &Settings, prefix: Option<&str>) {
    let address = real_address(head, client, settings);
    let chain = forwarded_for(&head.headers, &address, &client.connection.peer_ip);
    let (proto, host) = (proto(head, client), host(head, client));
    let port = told(head, client, PORT).unwrap_or_else(|| client.port.clone());
    let path = told(head, client, PATH).or_else(|| HeaderValue::from_str(head.raw_path()).ok());
    let prefix = told(head, client, PREFIX).or_else(|| prefix.and_then(|prefix| HeaderValue::from_str(prefix).ok()));
    let headers = &mut head.headers;
    headers.reserve(OWN_FIELDS);
    match prefix {
        Some(prefix) => headers.set(PREFIX, prefix),
        None => drop(headers.remove(PREFIX)),
    }
    headers.set(PATH, path.unwrap_or(HeaderValue::from_static("/")));
    headers.set(FOR, chain);
    headers.set(PROTO, proto);
    headers.set(HOST, host);
    headers.set(PORT, port);
    headers.set(REAL_IP, address);
    headers.append(header::VIA, settings.via.clone());
}

/// The host as the client wrote it, in lower case and without a port.
fn host_name(head: &RequestHead) -> HeaderValue {
    let value = head.host_value();
    if !value.as_bytes().iter().any(|byte| *byte == b':' || byte.is_ascii_uppercase()) {
        // Nothing to change: the client's own bytes are shared.
        return value.clone();
    }
    let host = head.host();
    let end = match host.rfind(':') {
        Some(colon) if !host[colon..].contains(']') => colon,
        _ => host.len(),
    };
    ascii(&host[..end].to_ascii_lowercase())
}

fn real_address(head: &RequestHead, client: &Client, settings: &Settings) -> HeaderValue {
    let peer: IpAddr = client.connection.peer_address();
    if !client.connection.trusted {
        return client.connection.peer_ip.clone();
    }
    ascii(&real_ip::resolve(peer, &head.headers, settings).to_string())
}

/// The chain so far with the peer behind it; where there is none, the client alone.
fn forwarded_for(headers: &Headers, client: &HeaderValue, peer: &HeaderValue) -> HeaderValue {
    let mut chain: Vec<u8> = Vec::new();
    for value in headers.all(FOR) {
        chain.extend_from_slice(value.as_bytes());
        chain.extend_from_slice(b", ");
    }
    if chain.is_empty() {
        return client.clone();
    }
    chain.extend_from_slice(peer.as_bytes());
    HeaderValue::from_bytes(&chain).unwrap_or_else(|_| client.clone())
}
