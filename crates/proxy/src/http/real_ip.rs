//! Who the client is when trusted proxies stand before the gateway.

use std::net::IpAddr;

use gibbon_conf::{RealIp, RealIpSource};
use gibbon_plugin_api::Headers;
use http::HeaderValue;

use crate::http::client::{Client, ascii};
use crate::settings::Settings;

/// Whom a trusted peer speaks for, found out once for a request: before plugins change what that is told by.
pub(crate) struct Told {
    pub(crate) address: IpAddr,
    /// The same as text.
    pub(crate) text: HeaderValue,
}

impl Told {
    /// What a request says; `None` where the peer is not trusted, and is the client.
    pub(crate) fn of(client: &Client, headers: &Headers, settings: &Settings) -> Option<Self> {
        client.connection.trusted.then(|| {
            let address = resolve(client, headers, settings);
            Self { address, text: ascii(&address.to_string()) }
        })
    }
}

/// The client's address: the peer's own, or what a trusted peer says.
pub(crate) fn resolve(client: &Client, headers: &Headers, settings: &Settings) -> IpAddr {
    let peer = client.connection.peer_address();
    if !client.connection.trusted {
        return peer;
    }
    let name = match &settings.real_ip.source {
        RealIpSource::Header(name) => &**name,
        RealIpSource::ProxyProtocol => return client.announced.unwrap_or(peer),
    };
    told(peer, headers.all(name), &settings.real_ip)
}

/// What the values of a field say that came from `peer`, which is trusted.
pub fn told<'v>(peer: IpAddr, values: impl Iterator<Item = &'v [u8]>, settings: &RealIp) -> IpAddr {
    let mut told: Vec<IpAddr> = Vec::new();
    for value in values.filter_map(|value| std::str::from_utf8(value).ok()) {
        for part in value.split(',') {
            match address(part.trim()) {
                Some(address) => told.push(address),
                // What cannot be read hides whatever stands before it.
                None => told.clear(),
            }
        }
    }
    if !settings.recursive {
        return told.last().copied().unwrap_or(peer);
    }
    let stranger = told.iter().rev().find(|address| !settings.trusted.contains(**address));
    stranger.or(told.first()).copied().unwrap_or(peer)
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.split(']').next()).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<std::net::SocketAddr>().ok().map(|socket| socket.ip()))
}
