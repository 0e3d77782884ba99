//! The ports of the proxy and how it answers on them.

use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::listen::{self, Listener, Written};
use crate::reader::Reader;
use crate::section::error_pages::ErrorPages;
use crate::section::headers::{self, GatewayHeaders};
use crate::section::request_debug::RequestDebug;
use crate::section::router::{self, RouterFlavor};
use crate::section::status::Demand;
use crate::section::tls::{self, PortTls};
use crate::switch::{self, choose};
use std::collections::HashMap;
use std::path::Path;

/// The media type of an error that the gateway answers itself when the client's `Accept` names none that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorType {
    /// `text/plain`
    Plain,
    /// `application/json`
    Json,
    /// `application/xml`
    Xml,
    /// `text/html`
    Html,
}

/// Ports as clients see them, where something in front of the gateway (a container runtime, a NAT) maps them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PortMaps(HashMap<u16, u16>);

impl PortMaps {
    /// The port that clients connect to when the gateway accepts on `port`.
    #[must_use]
    pub fn seen_by_clients(&self, port: u16) -> u16 {
        self.0.get(&port).copied().unwrap_or(port)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let port =
            |digits: &str| crate::size::count(digits).ok().and_then(|n| u16::try_from(n).ok()).filter(|n| *n > 0);
        let pairs = crate::list::parse_each(text, |element| {
            let (outer, inner) = element.split_once(':').unwrap_or_default();
            match (port(inner), port(outer)) {
                (Some(inner), Some(outer)) => Ok((inner, outer)),
                _ => Err("expected `<port of clients>:<port of the gateway>`, such as `80:8000`".to_owned()),
            }
        })?;
        Ok(Self(pairs.into_iter().collect()))
    }
}

/// The proxy's settings that concern all requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Where requests are accepted; empty when the proxy is off.
    pub listeners: Vec<Listener>,
    /// Whether anybody asked for these.
    pub demand: Demand,
    /// What clients of those with TLS are shown, and asked for.
    pub tls: PortTls,
    /// Ports as clients see them.
    pub port_maps: PortMaps,
    /// How routes are matched.
    pub router_flavor: RouterFlavor,
    /// Headers that the gateway adds to answers.
    pub headers: GatewayHeaders,
    /// Headers that the gateway adds to requests on their way upstream.
    pub headers_upstream: GatewayHeaders,
    /// Media type of errors where the client leaves it open.
    pub error_default_type: ErrorType,
    /// Whether a request with `Kong-Debug: 1` is told which route and service it met.
    pub allow_debug_header: bool,
    /// Whether a request may ask where its time went.
    pub request_debug: RequestDebug,
    /// Pages that stand in the place of the usual ones.
    pub error_pages: ErrorPages,
}

const LISTEN: Key<Vec<Written>> = Key::new(
    "proxy_listen",
    "0.0.0.0:8000, 0.0.0.0:8443 http2 ssl",
    Kind::Listeners,
    listen::parse,
    "The addresses on which the gateway accepts requests, or `off`. Flags: `ssl` for TLS; `http2` for HTTP/2 beside \
     HTTP/1.1, with TLS as ALPN has it and without as clients do that know it before; `proxy_protocol` where something in \
     front tells who the client is (versions 1 and 2; `real_ip_header = proxy_protocol` makes it count); \
     `backlog=<number>`; `so_keepalive=on`, `off` or `[idle]:[interval]:[probes]`. `reuseport`, `bind` and `ipv6only=on` \
     always hold and may be left out; `deferred` has no effect; `ipv6only=off` is refused. Of the default, the gateway \
     starts without the port for TLS if that is taken.",
);

const PORT_MAPS: Key<PortMaps> = Key::new(
    "port_maps",
    "",
    Kind::List,
    PortMaps::parse,
    "Ports that something in front of the gateway maps to its own, as `80:8000, 443:8443`. The outer port is then what \
     routing and `X-Forwarded-Port` go by.",
);

const ERROR_TYPE: Key<ErrorType> = Key::new(
    "error_default_type",
    "text/plain",
    Kind::Choice("`text/plain`, `application/json`, `application/xml` or `text/html`"),
    |text| {
        let table = [
            ("application/json", ErrorType::Json),
            ("application/xml", ErrorType::Xml),
            ("text/html", ErrorType::Html),
            ("text/plain", ErrorType::Plain),
        ];
        choose(text, &table)
    },
    "The media type of a failure (502, 504, a malformed request) when the request has neither `Accept` nor a known `Content-Type`.",
);

const DEBUG_HEADER: Key<bool> = Key::new(
    "allow_debug_header",
    "off",
    Kind::Switch,
    switch::parse,
    "Whether a request with the header `Kong-Debug: 1` is answered with `Kong-Route-Id`, `Kong-Service-Id` and the like.",
);

/// A node that is told to be part of a cluster must not quietly stand alone.
const ROLE: Key<()> = Key::new(
    "role",
    "traditional",
    Kind::Choice("`traditional`"),
    |text| match text {
        "traditional" => Ok(()),
        "control_plane" | "data_plane" => Err("hybrid mode is not supported in this version".to_owned()),
        _ => Err("expected `traditional`".to_owned()),
    },
    "What the node is in a cluster. Kong's `control_plane` and `data_plane` are not supported in this version.",
);

const KEYS: &[KeyDoc] = &[LISTEN.doc, PORT_MAPS.doc, ERROR_TYPE.doc, DEBUG_HEADER.doc, router::FLAVOR.doc, ROLE.doc];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Proxy", keys: KEYS };

impl Proxy {
    pub(crate) fn read(reader: &mut Reader, prefix: &Path) -> Self {
        reader.read(&ROLE);
        let (headers, headers_upstream) = headers::read(reader);
        Self {
            demand: Demand::of(reader, &LISTEN),
            listeners: listen::read(reader, &LISTEN),
            router_flavor: reader.read(&router::FLAVOR),
            tls: tls::read_port(reader, tls::PROXY),
            port_maps: reader.read(&PORT_MAPS),
            headers,
            headers_upstream,
            error_default_type: reader.read(&ERROR_TYPE),
            allow_debug_header: reader.read(&DEBUG_HEADER),
            request_debug: RequestDebug::read(reader),
            error_pages: ErrorPages::read(reader, prefix),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PortMaps;

    #[test]
    fn mapped_ports_are_the_ones_clients_see() {
        let maps = PortMaps::parse("80:8000, 443:8443").unwrap();
        assert_eq!(
            (maps.seen_by_clients(8000), maps.seen_by_clients(8443), maps.seen_by_clients(9000)),
            (80, 443, 9000)
        );
        for text in ["80", "80:", ":8000", "0:8000", "80:65536", "a:b", "80:8000:1"] {
            assert!(PortMaps::parse(text).is_err(), "{text}");
        }
    }
}
