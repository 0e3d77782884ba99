//! Where a request goes, and under which name.

use std::borrow::Cow;

use gibbon_entities::Protocol;
use gibbon_router::Found;
use gibbon_router::path::{self, Strip};
use gibbon_runtime::{Origin, Pool, Snapshot};

use crate::engine::pool::TlsName;
use crate::http::error::ProxyError;
use crate::http::exchange::Exchange;
use crate::http::routing::Matched;
use crate::peers::{PeerHost, tls_terms};

/// See the module.
pub(crate) struct Target<'s> {
    snapshot: &'s Snapshot,
    pub(crate) origin: &'s Origin,
    /// The upstream that the service names, if it names one.
    pub(crate) pool: Option<&'s Pool>,
    pub(crate) found: Found<'s>,
    /// The path of the request in its normal form.
    pub(crate) path: &'s str,
    pub(super) host: HostRule,
    /// The path and the query.
    line: String,
    /// The part of the client's path that the route took off.
    pub(super) forwarded_prefix: Option<Cow<'s, str>>,
}

/// Whose host the upstream is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum HostRule {
    Client,
    Service,
}

impl<'s> Target<'s> {
    pub(crate) fn new(
        snapshot: &'s Snapshot,
        matched: &Matched<'s>,
        origin: &'s Origin,
        pool: Option<&'s Pool>,
        request_path: &'s str,
        query: Option<&str>,
    ) -> Self {
        let (entry, found) = (matched.entry, matched.found);
        let route = &entry.route;
        let matched = found.matched(request_path);
        let strip = if route.strip_path { Strip::Prefix } else { Strip::Nothing };
        let path = path::join(origin.service.path.as_deref(), request_path, matched, strip, entry.path_handling);
        let line = with_query(path, query);
        let forwarded_prefix = path::forwarded_prefix(matched, strip);
        let host = if route.preserve_host { HostRule::Client } else { HostRule::Service };
        Self { snapshot, origin, pool, found, path: request_path, host, line, forwarded_prefix }
    }

    /// The path and the query.
    pub(crate) fn line(&self) -> &str {
        &self.line
    }

    /// Asks for another path, which a plugin has set.
    pub(crate) fn replace_path(&mut self, path: &str, query: Option<&str>) {
        self.line = with_query(Cow::Borrowed(path), query);
    }

    /// Whether the path and the query can stand in the first line of a request.
    pub(super) fn can_be_sent(&self) -> bool {
        self.line.bytes().all(|byte| byte > b' ' && byte != 0x7f)
    }

    /// On which terms the upstream is spoken to over TLS, if at all.
    pub(super) fn terms(
        &self,
        exchange: &Exchange<'_>,
        peer: Option<PeerHost<'_>>,
    ) -> Result<Option<TlsName>, ProxyError> {
        let service = &*self.origin.service;
        if matches!(service.protocol, Protocol::Http | Protocol::Grpc) {
            return Ok(None);
        }
        let chosen = exchange.head.upstream_host().and_then(|host| host.to_str().ok());
        let host = chosen.unwrap_or_else(|| match self.host {
            HostRule::Client if !exchange.head.host().is_empty() => exchange.head.host(),
            HostRule::Client | HostRule::Service => peer.map_or(&*service.host, |peer| peer.name),
        });
        let certificate = self.pool.and_then(|pool| pool.upstream.client_certificate);
        tls_terms::of(service, host, certificate, self.snapshot, &exchange.settings)
    }
}

fn with_query(path: Cow<'_, str>, query: Option<&str>) -> String {
    let Some(query) = query else { return path.into_owned() };
    // Room for both is asked for once.
    let mut line = match path {
        Cow::Owned(path) => path,
        Cow::Borrowed(path) => {
            let mut line = String::with_capacity(path.len() + 1 + query.len());
            line.push_str(path);
            line
        }
    };
    line.push('?');
    line.push_str(query);
    line
}
