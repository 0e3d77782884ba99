//! Whose word about a client's address, port and scheme is believed.

use crate::cidr::CidrSet;
use crate::error::Warning;
use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::reader::Reader;
use crate::switch;

/// How the address of a client behind other proxies is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RealIp {
    /// Peers whose `X-Forwarded-*` headers are believed.
    pub trusted: CidrSet,
    /// Where these name the client.
    pub source: RealIpSource,
    /// Whether to go on to the left in the header while the address found is a trusted one itself.
    pub recursive: bool,
}

/// Where a trusted peer names the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RealIpSource {
    /// In this header, in lower case: `x-real-ip`, `x-forwarded-for` or another.
    Header(Box<str>),
    /// Before the first byte of the connection.
    ProxyProtocol,
}

const TRUSTED: Key<CidrSet> = Key::new(
    "trusted_ips",
    "",
    Kind::List,
    CidrSet::parse,
    "Addresses and blocks (`10.0.0.0/8, ::1`) of proxies in front of the gateway. What these say in \
     `X-Forwarded-*` and in `real_ip_header` is believed and passed on; what others say is replaced.",
);

const HEADER: Key<RealIpSource> = Key::new(
    "real_ip_header",
    "X-Real-IP",
    Kind::Text,
    header,
    "The header in which a trusted proxy names the client: `X-Real-IP`, `X-Forwarded-For` or any other; or \
     `proxy_protocol`, for what it says by that protocol on ports that have it.",
)
.also(&["nginx_proxy_real_ip_header"]);

const RECURSIVE: Key<bool> = Key::new(
    "real_ip_recursive",
    "off",
    Kind::Switch,
    switch::parse,
    "Which address of that header counts: the last (`off`), or the last that is not in `trusted_ips` (`on`).",
)
.also(&["nginx_proxy_real_ip_recursive"]);

const KEYS: &[KeyDoc] = &[TRUSTED.doc, HEADER.doc, RECURSIVE.doc];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Addresses of clients", keys: KEYS };

fn header(text: &str) -> Result<RealIpSource, String> {
    if text == "proxy_protocol" {
        return Ok(RealIpSource::ProxyProtocol);
    }
    // RFC 9110 section 5.6.2: what a field name may consist of.
    let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if text.is_empty() || !text.bytes().all(is_token) {
        return Err("expected the name of a header, or `proxy_protocol`".to_owned());
    }
    Ok(RealIpSource::Header(text.to_ascii_lowercase().into()))
}

impl RealIp {
    pub(crate) fn read(reader: &mut Reader) -> Self {
        let trusted = reader.read(&TRUSTED);
        if trusted.names_unix() {
            let (key, origin) = (TRUSTED.doc.name, reader.origin(&TRUSTED));
            let reason = "no Unix socket is served in this version";
            reader.warnings.push(Warning::NotServed { key, origin, listener: "unix:".to_owned(), reason });
        }
        Self { trusted, source: reader.read(&HEADER), recursive: reader.read(&RECURSIVE) }
    }
}

#[cfg(test)]
mod tests {
    use super::{RealIpSource, header};

    #[test]
    fn a_header_names_the_client_or_the_proxy_protocol_does() {
        assert_eq!(header("X-Forwarded-For"), Ok(RealIpSource::Header("x-forwarded-for".into())));
        assert_eq!(header("proxy_protocol"), Ok(RealIpSource::ProxyProtocol));
        for text in ["", "X Real", "X-Real-IP:"] {
            assert!(header(text).is_err(), "{text}");
        }
    }
}
