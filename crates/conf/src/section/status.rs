//! The Status API: a port on which others ask how the node is, and can change nothing.

use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::listen::{self, Listener, Written};
use crate::reader::Reader;
use crate::section::tls::{self, PortTls};

/// Settings of the Status API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Where requests are accepted; empty when the Status API is off.
    pub listeners: Vec<Listener>,
    /// What clients of those with TLS are shown, and asked for.
    pub tls: PortTls,
    /// Whether anybody asked for these.
    pub demand: Demand,
}

/// How a setting came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// By default: what cannot be had is missed by nobody.
    Usual,
    /// By somebody who wants it.
    Explicit,
}

impl Demand {
    pub(crate) fn of<T>(reader: &mut Reader, key: &Key<T>) -> Self {
        if reader.is_given(key) { Self::Explicit } else { Self::Usual }
    }
}

const LISTEN: Key<Vec<Written>> = Key::new(
    "status_listen",
    "127.0.0.1:8007",
    Kind::Listeners,
    listen::parse,
    "The addresses of the Status API (`/status`, `/status/ready` and `/metrics`), or `off`; flags as in `proxy_listen`. \
     It changes nothing and shows no configuration, so monitoring may reach it where the Admin API is closed. If the \
     port of the default is taken, the gateway starts without it and says so.",
);

const KEYS: &[KeyDoc] = &[LISTEN.doc];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Status API", keys: KEYS };

impl Status {
    pub(crate) fn read(reader: &mut Reader) -> Self {
        let demand = Demand::of(reader, &LISTEN);
        Self { listeners: listen::read_direct(reader, &LISTEN), tls: tls::read_port(reader, tls::STATUS), demand }
    }
}
