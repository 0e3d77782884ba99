//! Which route a request belongs to, and what of its path goes upstream.

use std::cell::OnceCell;
use std::net::IpAddr;

use gibbon_entities::Protocol;
use gibbon_plugin_api::{Captures, Headers, RequestHead, Scheme};
use gibbon_router::{Capture, Found, HeaderLookup, RequestKey, Scheme as RouterScheme};
use gibbon_runtime::{RouteEntry, RouteTable};
use http::{HeaderValue, StatusCode};

use crate::http::client::Client;
use crate::http::error::ProxyError;
use crate::http::forwarded;

/// The route of a request.
pub(crate) struct Matched<'s> {
    pub(crate) entry: &'s RouteEntry,
    pub(crate) found: Found<'s>,
}

/// The groups of the route's path, looked for when they are asked for.
pub(crate) struct PathCaptures<'s> {
    found: Found<'s>,
    path: &'s str,
    groups: OnceCell<Vec<Capture<'s, 's>>>,
}

impl<'s> PathCaptures<'s> {
    pub(crate) fn new(found: Found<'s>, path: &'s str) -> Self {
        Self { found, path, groups: OnceCell::new() }
    }

    fn groups(&self) -> &[Capture<'s, 's>] {
        self.groups.get_or_init(|| self.found.captures(self.path))
    }
}

impl Captures for PathCaptures<'_> {
    fn named(&self, name: &str) -> Option<&str> {
        self.groups().iter().find(|group| group.name == Some(name))?.text.as_deref()
    }

    fn numbered(&self, number: usize) -> Option<&str> {
        if number == 0 {
            return self.found.matched(self.path);
        }
        self.groups().iter().find(|group| group.number == Some(number))?.text.as_deref()
    }
}

struct Fields<'a>(&'a Headers);

impl HeaderLookup for Fields<'_> {
    fn any(&self, name: &str, accept: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        self.0.all(name).any(accept)
    }
}

/// Finds the route for `path`, which is in its normal form: the one that routes is the one that is sent.
pub(crate) fn find<'s>(
    table: &'s RouteTable,
    head: &RequestHead,
    client: &Client,
    client_ip: IpAddr,
    path: &str,
) -> Result<Matched<'s>, ProxyError> {
    let connection = &client.connection;
    let key = RequestKey {
        method: head.method.as_str(),
        host: head.host(),
        port: connection.local_port,
        scheme: router_scheme(connection.scheme),
        sni: connection.sni.as_deref(),
        path,
        query: head.query().unwrap_or_default(),
        headers: &Fields(&head.headers),
        source_ip: Some(client_ip),
        // A proxy tells an address and no port.
        source_port: (client_ip == connection.peer_address()).then(|| connection.peer.port()),
        destination_ip: Some(connection.local_ip),
    };
    let found = table.router().find(&key).ok_or(ProxyError::NoRoute)?;
    let entry = table.entry(found.index).ok_or(ProxyError::NoRoute)?;
    Ok(Matched { entry, found })
}

fn router_scheme(scheme: Scheme) -> RouterScheme {
    match scheme {
        Scheme::Http => RouterScheme::Http,
        Scheme::Https => RouterScheme::Https,
    }
}

/// Sends a client away to HTTPS whose route speaks nothing else.
pub(crate) fn require_https(entry: &RouteEntry, head: &RequestHead, client: &Client) -> Result<(), ProxyError> {
    let route = &entry.route;
    let https_only = route.protocols.contains(Protocol::Https) && !route.protocols.contains(Protocol::Http);
    if !https_only || forwarded::proto(head, client) == b"https" {
        return Ok(());
    }
    let status = StatusCode::from_u16(route.https_redirect_status_code).unwrap_or(StatusCode::UPGRADE_REQUIRED);
    let location = || {
        let host = forwarded::host(head, client);
        HeaderValue::from_str(&format!("https://{}{}", std::str::from_utf8(&host).ok()?, head.raw_target())).ok()
    };
    let location = (status != StatusCode::UPGRADE_REQUIRED).then(location).flatten();
    Err(ProxyError::HttpsRequired { location, status })
}
