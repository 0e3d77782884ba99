//! Connections to upstreams that are kept for the next request.

use crate::duration;
use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::reader::Reader;
use crate::size::count;
use std::time::Duration;

/// How connections to upstreams are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// Idle connections that a worker keeps to one upstream; zero keeps none.
    pub pool_size: usize,
    /// Requests after which a connection is closed; `None` when there is no bound.
    pub max_requests: Option<u32>,
    /// How long a connection may stay idle; `None` when there is no bound.
    pub idle_timeout: Option<Duration>,
}

const POOL_SIZE: Key<u32> = Key::new(
    "upstream_keepalive_pool_size",
    "512",
    Kind::Count,
    count,
    "How many idle connections each worker keeps to one upstream (address, port and name in TLS); 0 keeps none.",
);

const MAX_REQUESTS: Key<u32> = Key::new(
    "upstream_keepalive_max_requests",
    "10000",
    Kind::Count,
    count,
    "After how many requests a connection to an upstream is closed; 0 is never.",
);

const IDLE_TIMEOUT: Key<Duration> = Key::new(
    "upstream_keepalive_idle_timeout",
    "60",
    Kind::Time,
    duration::parse,
    "How long a connection to an upstream may stay idle; 0 is for ever.",
);

const KEYS: &[KeyDoc] = &[POOL_SIZE.doc, MAX_REQUESTS.doc, IDLE_TIMEOUT.doc];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Connections to upstreams", keys: KEYS };

impl Upstream {
    pub(crate) fn read(reader: &mut Reader) -> Self {
        Self {
            pool_size: reader.read(&POOL_SIZE) as usize,
            max_requests: Some(reader.read(&MAX_REQUESTS)).filter(|n| *n > 0),
            idle_timeout: Some(reader.read(&IDLE_TIMEOUT)).filter(|time| !time.is_zero()),
        }
    }
}
