//! TLS with clients: certificates, versions and ciphers, sessions, and whom the gateway asks who they are.

mod pem;
mod port;

use std::time::Duration;

use crate::duration;
use crate::error::Warning;
use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::list;
use crate::reader::Reader;
use crate::size;
use crate::switch::{self, choose};

pub use pem::{Pem, PemPair};
pub(crate) use pem::{of_certificate, of_key, pairs};
pub use port::{ClientCertificates, PortTls};
pub(crate) use port::{PortTlsKeys, read as read_port};

/// How TLS is spoken with clients, on whatever port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The versions that clients may speak; one at least.
    pub versions: Vec<TlsVersion>,
    /// The ciphers that they may choose from.
    pub ciphers: Ciphers,
    /// Whether the order of the gateway's ciphers counts, and not that of the client's.
    pub prefers_own_order: bool,
    /// Whether sessions are resumed by tickets.
    pub tickets: bool,
    /// How long a session can be resumed.
    pub session_timeout: Duration,
    /// How many bytes sessions without tickets may take.
    pub session_bytes: u64,
}

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsVersion {
    /// 1.2 (RFC 5246)
    V1_2,
    /// 1.3 (RFC 8446)
    V1_3,
}

/// A choice of ciphers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ciphers {
    /// Everything that is safe.
    Safe,
    /// What is approved by FIPS 140.
    Approved,
    /// These, by the names that OpenSSL gives them.
    Named(Vec<String>),
}

/// A named choice of versions and ciphers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Suite {
    Modern,
    Intermediate,
    Old,
    Fips,
    Custom,
}

const SUITE: Key<Suite> = Key::new(
    "ssl_cipher_suite",
    "intermediate",
    Kind::Choice("`modern`, `intermediate`, `old`, `fips` or `custom`"),
    |text| {
        let table = [
            ("modern", Suite::Modern),
            ("intermediate", Suite::Intermediate),
            ("old", Suite::Old),
            ("fips", Suite::Fips),
            ("custom", Suite::Custom),
        ];
        choose(text, &table)
    },
    "A named choice of versions and ciphers: `modern` is TLS 1.3, `intermediate` TLS 1.2 and 1.3, `old` the same here, \
     since nothing older is spoken; `fips` keeps to AES-GCM; `custom` takes `ssl_ciphers`.",
);

const CIPHERS: Key<Vec<String>> = Key::new(
    "ssl_ciphers",
    "",
    Kind::Text,
    |text| Ok(text.split([':', ',', ' ']).filter(|name| !name.is_empty()).map(str::to_owned).collect()),
    "The ciphers where `ssl_cipher_suite` is `custom`, by OpenSSL's names with colons between. Those that are not safe \
     any more are passed over with a warning.",
);

const VERSIONS: Key<Vec<Spoken>> = Key::new(
    "ssl_protocols",
    "TLSv1.2 TLSv1.3",
    Kind::Text,
    |text| text.split_ascii_whitespace().flat_map(list::elements).map(spoken).collect(),
    "The versions of TLS that clients may speak. When it is not given, the choice of `ssl_cipher_suite` holds. Versions \
     before 1.2 are passed over with a warning.",
)
.also(&["nginx_http_ssl_protocols"]);

const PREFER: Key<bool> = Key::new(
    "ssl_prefer_server_ciphers",
    "on",
    Kind::Switch,
    switch::parse,
    "Whether the order of the gateway's ciphers counts, and not that of the client's.",
)
.also(&["nginx_http_ssl_prefer_server_ciphers"]);

const TICKETS: Key<bool> = Key::new(
    "ssl_session_tickets",
    "on",
    Kind::Switch,
    switch::parse,
    "Whether sessions are resumed by tickets. Their keys are made anew at each start and change every few hours.",
)
.also(&["nginx_http_ssl_session_tickets"]);

const SESSION_TIMEOUT: Key<Duration> = Key::new(
    "ssl_session_timeout",
    "1d",
    Kind::Time,
    duration::parse,
    "How long a session can be resumed. A ticket is good for twelve hours at the longest.",
)
.also(&["nginx_http_ssl_session_timeout"]);

const SESSION_BYTES: Key<u64> = Key::new(
    "ssl_session_cache_size",
    "10m",
    Kind::Size,
    size::parse,
    "How much memory sessions may take that are not resumed by tickets; the oldest make room.",
);

const KEYS: &[KeyDoc] = &[
    SUITE.doc,
    CIPHERS.doc,
    VERSIONS.doc,
    PREFER.doc,
    TICKETS.doc,
    SESSION_TIMEOUT.doc,
    SESSION_BYTES.doc,
    port::PROXY.certificates.doc,
    port::PROXY.keys.doc,
    port::PROXY.verify.doc,
    port::PROXY.authorities.doc,
    port::ADMIN.certificates.doc,
    port::ADMIN.keys.doc,
    port::ADMIN.verify.doc,
    port::ADMIN.authorities.doc,
    port::MANAGER.certificates.doc,
    port::MANAGER.keys.doc,
    port::MANAGER.verify.doc,
    port::MANAGER.authorities.doc,
    port::STATUS.certificates.doc,
    port::STATUS.keys.doc,
    port::STATUS.verify.doc,
    port::STATUS.authorities.doc,
];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "TLS with clients", keys: KEYS };

pub(crate) const PROXY: &PortTlsKeys = &port::PROXY;
pub(crate) const ADMIN: &PortTlsKeys = &port::ADMIN;
pub(crate) const MANAGER: &PortTlsKeys = &port::MANAGER;
pub(crate) const STATUS: &PortTlsKeys = &port::STATUS;

/// A version as it was written: one that can be had, or one that cannot any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spoken {
    Here(TlsVersion),
    Outdated,
}

fn spoken(word: &str) -> Result<Spoken, String> {
    match word {
        "TLSv1.3" => Ok(Spoken::Here(TlsVersion::V1_3)),
        "TLSv1.2" => Ok(Spoken::Here(TlsVersion::V1_2)),
        "TLSv1.1" | "TLSv1" | "SSLv3" | "SSLv2" => Ok(Spoken::Outdated),
        _ => Err(format!("`{word}`: expected versions such as `TLSv1.2 TLSv1.3`")),
    }
}

impl Tls {
    pub(crate) fn read(reader: &mut Reader) -> Self {
        let suite = reader.read(&SUITE);
        let named = reader.read(&CIPHERS);
        let ciphers = match suite {
            Suite::Modern | Suite::Intermediate | Suite::Old => Ciphers::Safe,
            Suite::Fips => Ciphers::Approved,
            Suite::Custom => Ciphers::Named(named),
        };
        if ciphers == Ciphers::Named(Vec::new()) {
            reader.refuse(&SUITE, "`ssl_ciphers` has to name the ciphers".to_owned());
        }
        Self {
            versions: versions(reader, suite),
            ciphers,
            prefers_own_order: reader.read(&PREFER),
            tickets: reader.read(&TICKETS),
            session_timeout: reader.read(&SESSION_TIMEOUT),
            session_bytes: reader.read(&SESSION_BYTES),
        }
    }
}

fn versions(reader: &mut Reader, suite: Suite) -> Vec<TlsVersion> {
    let given = reader.read_given(&VERSIONS);
    let Some(written) = given else {
        return match suite {
            Suite::Modern => vec![TlsVersion::V1_3],
            Suite::Intermediate | Suite::Old | Suite::Fips | Suite::Custom => {
                vec![TlsVersion::V1_2, TlsVersion::V1_3]
            }
        };
    };
    if written.contains(&Spoken::Outdated) {
        let origin = reader.origin(&VERSIONS);
        let reason = "versions of TLS before 1.2 are not safe and are not spoken";
        reader.warnings.push(Warning::Line { origin, reason });
    }
    let here = |spoken: &Spoken| match spoken {
        Spoken::Here(version) => Some(*version),
        Spoken::Outdated => None,
    };
    let versions: Vec<TlsVersion> = written.iter().filter_map(here).collect();
    if versions.is_empty() {
        reader.refuse(&VERSIONS, "none of these versions is spoken".to_owned());
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::{Ciphers, Tls, TlsVersion};
    use crate::error::Origin;
    use crate::reader::{Given, Rank, Reader};

    fn read(given: &[(&str, &str)]) -> (Tls, Reader) {
        let mut reader = Reader::default();
        for (key, value) in given {
            let given = Given { value: (*value).to_owned(), origin: Origin::Option("-x"), rank: Rank::File };
            reader.give((*key).to_owned(), given);
        }
        (Tls::read(&mut reader), reader)
    }

    #[test]
    fn a_named_choice_brings_its_versions_and_ciphers() {
        use TlsVersion::{V1_2, V1_3};
        let cases = [
            ("modern", vec![V1_3], Ciphers::Safe),
            ("intermediate", vec![V1_2, V1_3], Ciphers::Safe),
            ("old", vec![V1_2, V1_3], Ciphers::Safe),
            ("fips", vec![V1_2, V1_3], Ciphers::Approved),
        ];
        for (suite, versions, ciphers) in cases {
            let (tls, reader) = read(&[("ssl_cipher_suite", suite)]);
            assert_eq!((tls.versions, tls.ciphers), (versions, ciphers), "{suite}");
            assert!(reader.errors.is_empty() && reader.warnings.is_empty());
        }
    }

    #[test]
    fn versions_that_are_given_win_and_old_ones_are_passed_over_with_a_warning() {
        let (tls, reader) = read(&[("ssl_cipher_suite", "modern"), ("nginx_http_ssl_protocols", "TLSv1.1 TLSv1.2")]);
        assert_eq!(tls.versions, [TlsVersion::V1_2]);
        assert_eq!(reader.warnings.len(), 1);
        let (_, reader) = read(&[("ssl_protocols", "TLSv1 TLSv1.1")]);
        assert_eq!(reader.errors.len(), 1);
        let (_, reader) = read(&[("ssl_protocols", "TLS1.2")]);
        assert_eq!(reader.errors.len(), 1);
    }

    #[test]
    fn ciphers_of_ones_own_are_named() {
        let (tls, reader) = read(&[("ssl_cipher_suite", "custom"), ("ssl_ciphers", "A:B")]);
        assert_eq!(tls.ciphers, Ciphers::Named(vec!["A".to_owned(), "B".to_owned()]));
        assert!(reader.errors.is_empty());
        let (_, reader) = read(&[("ssl_cipher_suite", "custom")]);
        assert_eq!(reader.errors.len(), 1);
    }
}
