//! Settings of the verification of tokens that concern the whole node.

use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::reader::Reader;
use crate::{list, size};

/// Node-wide settings of the jwt plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jwt {
    /// Bytes that each worker may use to remember tokens whose signature it has verified; zero turns that off.
    pub verified_tokens_bytes: usize,
    /// Hosts that keys of issuers may be fetched from at private addresses, or without TLS: `host`, `host:port`, or
    /// either behind `http://`.
    pub issuer_hosts: Vec<String>,
}

const CACHE: Key<usize> = Key::new(
    "jwt_verified_tokens_size",
    "8m",
    Kind::Size,
    |text| size::parse(text).and_then(|bytes| usize::try_from(bytes).map_err(|_| "is too large".to_owned())),
    "How much memory each worker may use to remember tokens whose signature it has verified, so that the next request \
     with the same token need not be verified again. Expiry and every other rule are checked on each request all the \
     same. 0 turns it off.",
);

const ISSUER_HOSTS: Key<Vec<String>> = Key::new(
    "jwt_issuer_hosts",
    "",
    Kind::List,
    |text| list::parse_each(text, issuer_host),
    "Hosts whose keys the jwt plugin may fetch although their addresses are private, loopback or link-local: `host` or \
     `host:port`. Behind `http://` also without TLS, which belongs on a developer's machine alone: whoever can change what \
     is sent there can sign tokens. All other keys are fetched from public addresses over TLS. The same holds for issuers \
     that are asked about tokens.",
);

/// An entry of `jwt_issuer_hosts`: a host with nothing of a URL behind it.
fn issuer_host(entry: &str) -> Result<String, String> {
    let host = entry.strip_prefix("http://").unwrap_or(entry);
    if host.is_empty() || host.contains(['/', '@', '?', '#', ' ']) {
        return Err("is neither `host`, `host:port` nor either behind `http://`".to_owned());
    }
    Ok(entry.to_ascii_lowercase())
}

const KEYS: &[KeyDoc] = &[CACHE.doc, ISSUER_HOSTS.doc];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Tokens", keys: KEYS };

impl Jwt {
    pub(crate) fn read(reader: &mut Reader) -> Self {
        Self { verified_tokens_bytes: reader.read(&CACHE), issuer_hosts: reader.read(&ISSUER_HOSTS) }
    }
}
