//! Connections to upstreams: how they are kept, and whom they trust.

use crate::duration;
use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::list::parse_each;
use crate::reader::Reader;
use crate::section::tls::{self, Pem, PemPair};
use crate::size::count;
use crate::switch;
use std::path::PathBuf;
use std::time::Duration;

/// How connections to upstreams are made and kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// Idle connections that a worker keeps to one upstream; zero keeps none.
    pub pool_size: usize,
    /// Requests after which a connection is closed; `None` when there is no bound.
    pub max_requests: Option<u32>,
    /// How long a connection may stay idle; `None` when there is no bound.
    pub idle_timeout: Option<Duration>,
    /// How long all attempts of a request may take together, until an answer begins; `None` when there is no bound.
    pub total_timeout: Option<Duration>,
    /// The authorities by which upstreams are verified that have to be.
    pub trusted: Vec<Trusted>,
    /// How many certificates there may be between that of an upstream and that of its authority, where the service does not
    /// say.
    pub depth: u8,
    /// What upstreams are shown that ask for a certificate, where the service has none of its own.
    pub shown: Vec<PemPair>,
}

/// Where certificates of authorities are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trusted {
    /// Where the system keeps them.
    System,
    /// In a file, as PEM.
    File(PathBuf),
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

const TOTAL_TIMEOUT: Key<Duration> = Key::new(
    "upstream_total_timeout",
    "0",
    Kind::Time,
    duration::parse,
    "How long the attempts of one request may take all together until an answer begins, whatever the timeouts and retries of \
     its service say; then the client gets 504. 0 is no bound, as in Kong, which has none.",
);

const TRUSTED: Key<Vec<Trusted>> = Key::new(
    "lua_ssl_trusted_certificate",
    "system",
    Kind::List,
    trusted,
    "The authorities by which services with `tls_verify` are verified: `system`, and files with certificates as PEM.",
);

const DEPTH: Key<u8> = Key::new(
    "lua_ssl_verify_depth",
    "1",
    Kind::Count,
    |text| u8::try_from(count(text)?).map_err(|_| "is too large".to_owned()),
    "How many certificates there may be between that of an upstream and that of its authority, where a service with \
     `tls_verify` has no `tls_verify_depth`.",
);

const SHOWS: Key<bool> = Key::new(
    "client_ssl",
    "off",
    Kind::Switch,
    switch::parse,
    "Whether upstreams that ask for a certificate are shown the one of `client_ssl_cert`, where the service has none of \
     its own.",
);

const CERTIFICATE: Key<Vec<Pem>> = Key::new(
    "client_ssl_cert",
    "",
    Kind::Path,
    tls::of_certificate,
    "The certificate that upstreams are shown with `client_ssl = on`: a file, PEM, or PEM in base64.",
);

const KEY: Key<Vec<Pem>> =
    Key::new("client_ssl_cert_key", "", Kind::Path, tls::of_key, "The private key of `client_ssl_cert`.").secret();

fn trusted(text: &str) -> Result<Vec<Trusted>, String> {
    parse_each(text, |element| match element {
        "system" => Ok(Trusted::System),
        path if path.starts_with("-----BEGIN") => Err("expected `system` or the path of a file".to_owned()),
        path => Ok(Trusted::File(path.into())),
    })
}

const KEYS: &[KeyDoc] = &[
    POOL_SIZE.doc,
    MAX_REQUESTS.doc,
    IDLE_TIMEOUT.doc,
    TOTAL_TIMEOUT.doc,
    TRUSTED.doc,
    DEPTH.doc,
    SHOWS.doc,
    CERTIFICATE.doc,
    KEY.doc,
];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Connections to upstreams", keys: KEYS };

impl Upstream {
    pub(crate) fn read(reader: &mut Reader) -> Self {
        let shown = tls::pairs(reader, &CERTIFICATE, &KEY);
        let shows = reader.read(&SHOWS);
        if shows && shown.is_empty() {
            reader.refuse(&SHOWS, "`client_ssl_cert` has to name the certificate".to_owned());
        }
        Self {
            depth: reader.read(&DEPTH),
            shown: if shows { shown } else { Vec::new() },
            pool_size: reader.read(&POOL_SIZE) as usize,
            max_requests: Some(reader.read(&MAX_REQUESTS)).filter(|n| *n > 0),
            idle_timeout: Some(reader.read(&IDLE_TIMEOUT)).filter(|time| !time.is_zero()),
            total_timeout: Some(reader.read(&TOTAL_TIMEOUT)).filter(|time| !time.is_zero()),
            trusted: reader.read(&TRUSTED),
        }
    }
}
