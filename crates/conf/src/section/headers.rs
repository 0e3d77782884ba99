//! Which headers the gateway adds.

use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::reader::Reader;

/// A header that the gateway adds if it is told to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayHeader {
    /// `Via`, on answers of an upstream.
    Via,
    /// `Server`, on answers of the gateway itself.
    Server,
    /// `X-Kong-Proxy-Latency`
    ProxyLatency,
    /// `X-Kong-Response-Latency`
    ResponseLatency,
    /// `X-Kong-Admin-Latency`
    AdminLatency,
    /// `X-Kong-Upstream-Latency`
    UpstreamLatency,
    /// `X-Kong-Upstream-Status`
    UpstreamStatus,
    /// `X-Kong-Request-Id`
    RequestId,
}

/// Some of those headers, in a byte: asked on every answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GatewayHeaders(u8);

impl GatewayHeaders {
    /// Whether the header is to be added.
    #[must_use]
    pub fn contains(self, header: GatewayHeader) -> bool {
        self.0 & (1 << header as u8) != 0
    }

    fn with(self, headers: &[GatewayHeader]) -> Self {
        headers.iter().fold(self, |set, header| Self(set.0 | 1 << *header as u8))
    }

    /// `off` in front means none at all, and elsewhere nothing; names count in any case.
    fn parse(text: &str, known: &[(&str, &[GatewayHeader])]) -> Result<Self, String> {
        let mut set = Self::default();
        for (index, token) in crate::list::elements(text).enumerate() {
            match known.iter().find(|(name, _)| name.eq_ignore_ascii_case(token)) {
                Some((_, headers)) => set = set.with(headers),
                None if token == "off" && index == 0 => break,
                None if token == "off" => {}
                None => {
                    let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
                    return Err(format!("`{token}`: expected `off` or any of: {}", names.join(", ")));
                }
            }
        }
        Ok(set)
    }
}

/// The names of `headers`. The two in lower case stand for several.
const TOKENS: &[(&str, &[GatewayHeader])] = &[
    ("server_tokens", &[GatewayHeader::Via, GatewayHeader::Server]),
    (
        "latency_tokens",
        &[
            GatewayHeader::ProxyLatency,
            GatewayHeader::ResponseLatency,
            GatewayHeader::AdminLatency,
            GatewayHeader::UpstreamLatency,
        ],
    ),
    ("Via", &[GatewayHeader::Via]),
    ("Server", &[GatewayHeader::Server]),
    ("X-Kong-Proxy-Latency", &[GatewayHeader::ProxyLatency]),
    ("X-Kong-Response-Latency", &[GatewayHeader::ResponseLatency]),
    ("X-Kong-Admin-Latency", &[GatewayHeader::AdminLatency]),
    ("X-Kong-Upstream-Latency", &[GatewayHeader::UpstreamLatency]),
    ("X-Kong-Upstream-Status", &[GatewayHeader::UpstreamStatus]),
    ("X-Kong-Request-Id", &[GatewayHeader::RequestId]),
];

const UPSTREAM_TOKENS: &[(&str, &[GatewayHeader])] = &[("X-Kong-Request-Id", &[GatewayHeader::RequestId])];

const HEADERS: Key<GatewayHeaders> = Key::new(
    "headers",
    "server_tokens, latency_tokens, X-Kong-Request-Id",
    Kind::List,
    |text| GatewayHeaders::parse(text, TOKENS),
    "The headers that the gateway adds to answers, or `off`. `server_tokens` is `Via` and `Server`; `latency_tokens` is \
     `X-Kong-Proxy-Latency`, `X-Kong-Upstream-Latency`, `X-Kong-Response-Latency` and `X-Kong-Admin-Latency`; each can \
     be named alone too, and so can `X-Kong-Upstream-Status` and `X-Kong-Request-Id`.",
);

const HEADERS_UPSTREAM: Key<GatewayHeaders> = Key::new(
    "headers_upstream",
    "X-Kong-Request-Id",
    Kind::List,
    |text| GatewayHeaders::parse(text, UPSTREAM_TOKENS),
    "The headers that the gateway adds to requests on their way upstream: `X-Kong-Request-Id` or `off`.",
);

const KEYS: &[KeyDoc] = &[HEADERS.doc, HEADERS_UPSTREAM.doc];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Headers of the gateway", keys: KEYS };

/// Those of answers and those of requests.
pub(crate) fn read(reader: &mut Reader) -> (GatewayHeaders, GatewayHeaders) {
    (reader.read(&HEADERS), reader.read(&HEADERS_UPSTREAM))
}

#[cfg(test)]
mod tests {
    use super::GatewayHeader::{RequestId, Server, UpstreamLatency, UpstreamStatus, Via};
    use super::{GatewayHeaders, TOKENS};

    fn parsed(text: &str) -> GatewayHeaders {
        GatewayHeaders::parse(text, TOKENS).unwrap()
    }

    #[test]
    fn tokens_stand_for_their_headers() {
        let usual = parsed("server_tokens, latency_tokens, X-Kong-Request-Id");
        assert!([Via, Server, UpstreamLatency, RequestId].into_iter().all(|header| usual.contains(header)));
        assert!(!usual.contains(UpstreamStatus));
    }

    #[test]
    fn names_count_in_any_case_and_off_as_kong_has_it() {
        assert!(parsed("x-kong-upstream-STATUS").contains(UpstreamStatus));
        assert_eq!(parsed("off"), GatewayHeaders::default());
        assert_eq!(parsed("off, Via"), GatewayHeaders::default());
        assert!(parsed("Via, off").contains(Via));
        assert!(GatewayHeaders::parse("X-Powered-By", TOKENS).unwrap_err().contains("`X-Powered-By`"));
    }
}
