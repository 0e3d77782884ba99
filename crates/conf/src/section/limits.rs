//! What a client of the proxy may cost.

use crate::duration::{self, at_least_a_millisecond};
use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::reader::Reader;
use crate::size::{self, at_least_one};
use std::time::Duration;

/// Bounds on requests to the proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request line with all its header fields.
    pub head_bytes: usize,
    /// Bytes of a request target.
    pub uri_bytes: usize,
    /// Header fields of a request.
    pub fields: usize,
    /// From the first byte of a head (or from the start of a connection) to its last.
    pub head_time: Duration,
    /// The time in which a client has to send the next `body_progress` bytes of a body.
    pub body_time: Duration,
    /// Bytes of a body that have to come within `body_time`, unless the body ends before.
    pub body_progress: usize,
    /// How long a connection may stay open between requests; zero closes it after each.
    pub idle: Duration,
    /// Requests after which a client's connection is closed.
    pub connection_requests: u32,
    /// How long a client may leave an answer unread.
    pub send_time: Duration,
    /// How long an idle connection is kept when the gateway ends, for a request that is on its way.
    pub drain_time: Duration,
    /// Bytes of a whole body; `None` when there is no bound.
    pub body_bytes: Option<u64>,
}

const HEAD_BYTES: Key<usize> = Key::new(
    "client_head_max_size",
    "32k",
    Kind::Size,
    at_least_one,
    "The longest head of a request (its request line and all header fields); a longer one gets 400.",
);

const URI_BYTES: Key<usize> = Key::new(
    "client_uri_max_size",
    "8k",
    Kind::Size,
    at_least_one,
    "The longest path of a request with its query string; a longer one gets 414.",
);

const FIELDS: Key<usize> = Key::new(
    "client_head_max_fields",
    "200",
    Kind::Count,
    |text| at_least_one(text).and_then(|n| if n <= 10_000 { Ok(n) } else { Err("must be at most 10000".to_owned()) }),
    "The most header fields of a request; one with more gets 400.",
);

const HEAD_TIME: Key<Duration> = Key::new(
    "client_head_timeout",
    "10s",
    Kind::Time,
    at_least_a_millisecond,
    "The time in which the head of a request has to arrive; a slower client is disconnected.",
)
.also(&["nginx_http_client_header_timeout", "nginx_proxy_client_header_timeout"]);

const BODY_TIME: Key<Duration> = Key::new(
    "client_body_timeout",
    "10s",
    Kind::Time,
    at_least_a_millisecond,
    "The time in which `client_body_min_progress` bytes of a body have to arrive; a slower request gets 408.",
)
.also(&["nginx_http_client_body_timeout", "nginx_proxy_client_body_timeout"]);

const BODY_PROGRESS: Key<usize> = Key::new(
    "client_body_min_progress",
    "1k",
    Kind::Size,
    at_least_one,
    "How much of a body has to arrive within each `client_body_timeout`, so that nobody can hold a request open with \
     single bytes.",
);

const IDLE: Key<Duration> = Key::new(
    "client_idle_timeout",
    "65s",
    Kind::Time,
    duration::parse,
    "How long a connection may stay open between two requests; 0 closes it after each answer.",
)
.also(&["nginx_http_keepalive_timeout", "nginx_proxy_keepalive_timeout"]);

const CONNECTION_REQUESTS: Key<u32> = Key::new(
    "nginx_http_keepalive_requests",
    "10000",
    Kind::Count,
    |text| size::count(text).and_then(|n| if n > 0 { Ok(n) } else { Err("must be at least 1".to_owned()) }),
    "After how many requests a client's connection is closed.",
)
.also(&["nginx_proxy_keepalive_requests"]);

const SEND_TIME: Key<Duration> = Key::new(
    "nginx_http_send_timeout",
    "60s",
    Kind::Time,
    at_least_a_millisecond,
    "How long a client may leave an answer unread; then its connection is closed.",
)
.also(&["nginx_proxy_send_timeout"]);

const DRAIN_TIME: Key<Duration> = Key::new(
    "client_drain_timeout",
    "1s",
    Kind::Time,
    duration::parse,
    "How long an idle connection of a client is kept when the gateway ends or hands over to another process, for a \
     request that is on its way: it is answered, and told that the connection ends. 0 closes idle connections at once, as \
     Kong does.",
);

const BUFFERS: Key<Option<Buffers>> = Key::new(
    "nginx_http_large_client_header_buffers",
    "",
    Kind::Text,
    Buffers::parse,
    "The limits on a head in nginx's words, such as `4 8k`: where `client_head_max_size` is not set, it is the product of \
     both, and where `client_uri_max_size` is not set, it is the second.",
)
.also(&["nginx_proxy_large_client_header_buffers"]);

/// How many pieces of memory nginx would take for a head, and how large each.
struct Buffers {
    number: usize,
    bytes: usize,
}

impl Buffers {
    fn parse(text: &str) -> Result<Option<Self>, String> {
        if text.is_empty() {
            return Ok(None);
        }
        let (number, bytes) = text.split_once(' ').ok_or("expected a number and a size, such as `4 8k`")?;
        let number = at_least_one(number)?;
        let bytes = at_least_one(bytes.trim_start())?;
        number.checked_mul(bytes).map(|_| Some(Self { number, bytes })).ok_or_else(|| "is too large".to_owned())
    }
}

const BODY_BYTES: Key<u64> = Key::new(
    "nginx_http_client_max_body_size",
    "0",
    Kind::Size,
    size::parse,
    "The longest body of a request; a longer one gets 413. 0 is no bound.",
)
.also(&["nginx_proxy_client_max_body_size", "client_max_body_size"]);

const KEYS: &[KeyDoc] = &[
    HEAD_BYTES.doc,
    URI_BYTES.doc,
    FIELDS.doc,
    HEAD_TIME.doc,
    BODY_TIME.doc,
    BODY_PROGRESS.doc,
    IDLE.doc,
    CONNECTION_REQUESTS.doc,
    SEND_TIME.doc,
    DRAIN_TIME.doc,
    BUFFERS.doc,
    BODY_BYTES.doc,
];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Limits on clients", keys: KEYS };

impl Limits {
    pub(crate) fn read(reader: &mut Reader) -> Self {
        let (mut head_bytes, mut uri_bytes) = (reader.read(&HEAD_BYTES), reader.read(&URI_BYTES));
        if let Some(buffers) = reader.read(&BUFFERS) {
            if !reader.is_given(&HEAD_BYTES) {
                head_bytes = buffers.number * buffers.bytes;
            }
            if !reader.is_given(&URI_BYTES) {
                uri_bytes = buffers.bytes;
            }
        }
        let limits = Self {
            head_bytes,
            uri_bytes,
            fields: reader.read(&FIELDS),
            head_time: reader.read(&HEAD_TIME),
            body_time: reader.read(&BODY_TIME),
            body_progress: reader.read(&BODY_PROGRESS),
            idle: reader.read(&IDLE),
            connection_requests: reader.read(&CONNECTION_REQUESTS),
            send_time: reader.read(&SEND_TIME),
            drain_time: reader.read(&DRAIN_TIME),
            body_bytes: Some(reader.read(&BODY_BYTES)).filter(|bytes| *bytes > 0),
        };
        if limits.uri_bytes > limits.head_bytes {
            reader.refuse(&URI_BYTES, "is more than `client_head_max_size`, of which it is a part".to_owned());
        }
        limits
    }
}
