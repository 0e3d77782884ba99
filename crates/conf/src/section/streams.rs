//! The ports of streams: TCP, TLS and UDP that is proxied as it comes.

use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::listen::{self, Listener, Written};
use crate::reader::Reader;

/// Settings of streams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Streams {
    /// Where connections and datagrams are accepted; empty when streams are off.
    pub listeners: Vec<Listener>,
}

const LISTEN: Key<Vec<Written>> = Key::new(
    "stream_listen",
    "off",
    Kind::Listeners,
    listen::parse_of_streams,
    "The addresses on which TCP, TLS and UDP are proxied, or `off`. Flags: `ssl` where clients speak TLS, which is \
     terminated for routes of `tls` and passed on for those of `tls_passthrough`; `udp` for datagrams; `proxy_protocol` \
     where something in front tells who the client is, which counts where it is one of `trusted_ips`; and those of \
     `proxy_listen` but for `http2` and `deferred`. Certificates are those of `ssl_cert` and of the Admin API.",
);

const KEYS: &[KeyDoc] = &[LISTEN.doc];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Streams", keys: KEYS };

impl Streams {
    pub(crate) fn read(reader: &mut Reader) -> Self {
        Self { listeners: listen::read(reader, &LISTEN) }
    }
}
