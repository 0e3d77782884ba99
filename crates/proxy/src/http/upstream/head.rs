//! The head that the upstream gets.

use gibbon_conf::GatewayHeader;
use gibbon_plugin_api::KnownName;

use crate::engine::body::RequestBody;
use crate::engine::outgoing::Coding;
use crate::engine::write::field;
use crate::http::exchange::Exchange;
use crate::http::forwarded;
use crate::http::upstream::target::{HostRule, Target};
use crate::peers::PeerHost;

/// Writes it; how the body follows it.
pub(super) fn compose(
    out: &mut Vec<u8>,
    exchange: &Exchange<'_>,
    target: &Target<'_>,
    peer: Option<PeerHost<'_>>,
) -> Coding {
    let head = &exchange.head;
    write_line(out, head.method.as_str(), target.line());
    write_host(out, exchange, target, peer);
    let (length, coding) = framing(&exchange.body);
    let sends_id = exchange.settings.proxy.headers_upstream.contains(GatewayHeader::RequestId);
    let mut replaced = forwarded::REPLACED.with(KnownName::Host);
    if length.is_some() {
        replaced = replaced.with(KnownName::ContentLength);
    }
    if sends_id {
        replaced = replaced.with(KnownName::XKongRequestId);
    }
    head.headers.write(out, replaced);
    forwarded::write(out, exchange, target.forwarded_prefix.as_deref());
    if sends_id {
        field(out, KnownName::XKongRequestId.as_str(), exchange.id.digits());
    }
    if let Some(length) = length {
        field(out, "Content-Length", length.to_string().as_bytes());
    }
    if coding == Coding::Chunked {
        field(out, "Transfer-Encoding", b"chunked");
    }
    if exchange.upgrade.is_some() {
        field(out, "Connection", b"keep-alive, Upgrade");
        field(out, "Upgrade", b"websocket");
    }
    out.extend_from_slice(b"\r\n");
    coding
}

fn write_line(out: &mut Vec<u8>, method: &str, target: &str) {
    out.extend_from_slice(method.as_bytes());
    out.push(b' ');
    out.extend_from_slice(target.as_bytes());
    out.extend_from_slice(b" HTTP/1.1\r\n");
}

/// The host that a plugin has chosen, else the client's where the route keeps that, else that of the peer or the service.
fn write_host(out: &mut Vec<u8>, exchange: &Exchange<'_>, target: &Target<'_>, peer: Option<PeerHost<'_>>) {
    let head = &exchange.head;
    match (head.upstream_host(), target.host, peer) {
        (Some(chosen), ..) => field(out, "Host", chosen.as_bytes()),
        (None, HostRule::Client, _) if !head.host().is_empty() => field(out, "Host", head.host().as_bytes()),
        (None, _, Some(peer)) => peer.write(out, target.origin.service.protocol),
        (None, _, None) => field(out, "Host", target.origin.authority.as_bytes()),
    }
}

/// How a body is told to the upstream: by a length in the gateway's own words, whatever zeros the client put before it,
/// or in chunks.
fn framing(body: &RequestBody) -> (Option<u64>, Coding) {
    match body {
        RequestBody::Empty => (None, Coding::Plain),
        // A plugin may have changed the body since its length was announced.
        RequestBody::Whole(bytes) => (Some(bytes.len() as u64), Coding::Plain),
        RequestBody::Stream(body) => match body.source.left() {
            Some(length) => (Some(length), Coding::Plain),
            None => (None, Coding::Chunked),
        },
        RequestBody::Resumed(_) => (None, Coding::Chunked),
    }
}
