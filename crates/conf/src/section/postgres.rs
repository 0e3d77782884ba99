//! How PostgreSQL is reached, when it is the database.

use crate::duration;
use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::reader::Reader;
use crate::section::upstream::Trusted;
use crate::size::count;
use crate::switch;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A PostgreSQL database.
#[derive(Clone, PartialEq, Eq)]
pub struct Postgres {
    /// A name, an address, or the folder of a Unix socket, which begins with `/`.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The user.
    pub user: String,
    /// The user's password, if there is one.
    pub password: Option<String>,
    /// The database.
    pub database: String,
    /// The schema; the server's own choice when there is none.
    pub schema: Option<String>,
    /// Encryption.
    pub ssl: PostgresSsl,
    /// The certificate that this side shows, and its key.
    pub certificate: Option<(PathBuf, PathBuf)>,
    /// How long connecting, and a statement, may take.
    pub timeout: Duration,
    /// How many connections there are at most.
    pub connections: u32,
    /// How long a call waits for its turn.
    pub patience: Duration,
    /// How long an idle connection is kept.
    pub keepalive: Duration,
    /// How often changes are asked for, besides those that the server announces.
    pub poll: Duration,
}

/// Whether connections to PostgreSQL are encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PostgresSsl {
    /// They are not.
    Off,
    /// Where the server can.
    Preferred,
    /// Always.
    Required,
    /// Always, and the server's certificate is verified against public authorities and these files.
    Verified(Vec<PathBuf>),
}

impl fmt::Debug for Postgres {
    /// As `gibbon start --vv` shows it: without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("user", &self.user)
            .field("database", &self.database)
            .field("schema", &self.schema)
            .field("ssl", &self.ssl)
            .field("timeout", &self.timeout)
            .field("connections", &self.connections)
            .field("poll", &self.poll)
            .finish_non_exhaustive()
    }
}

/// How many connections there are unless told otherwise: the Admin API is all that uses them.
const CONNECTIONS: u32 = 10;

/// Where systems keep the certificates of public authorities, for `system`.
const SYSTEM_AUTHORITIES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

const HOST: Key<String> = Key::new(
    "pg_host",
    "127.0.0.1",
    Kind::Text,
    text,
    "The server: a name, an address, or the folder of its Unix socket, such as `/var/run/postgresql`.",
);

const PORT: Key<u16> = Key::new(
    "pg_port",
    "5432",
    Kind::Count,
    |text| text.parse().ok().filter(|port| *port > 0).ok_or_else(|| "expected a port, 1 to 65535".to_owned()),
    "The port of the server; for a Unix socket, the number in its name.",
);

const USER: Key<String> = Key::new("pg_user", "kong", Kind::Text, text, "The user that the gateway is there.");

const PASSWORD: Key<Option<String>> = Key::new(
    "pg_password",
    "",
    Kind::Text,
    optional,
    "The password of that user. It is shown nowhere: neither in logs nor by `GET /`.",
);

const DATABASE: Key<String> = Key::new("pg_database", "kong", Kind::Text, text, "The name of the database.");

const SCHEMA: Key<Option<String>> = Key::new(
    "pg_schema",
    "",
    Kind::Text,
    optional,
    "The schema in which the tables are. Without one, it is the first in the server's `search_path` that exists.",
);

const TIMEOUT: Key<Duration> = Key::new(
    "pg_timeout",
    "5000",
    Kind::Count,
    milliseconds,
    "How many milliseconds connecting, and each statement, may take. Statements that go over everything, as loading at \
     start does, may take twelve times that.",
);

const SSL: Key<bool> = Key::new(
    "pg_ssl",
    "off",
    Kind::Switch,
    switch::parse,
    "Whether connections are encrypted (TLS 1.2 or 1.3) where the server can do that.",
);

const SSL_REQUIRED: Key<bool> = Key::new(
    "pg_ssl_required",
    "off",
    Kind::Switch,
    switch::parse,
    "With `pg_ssl = on`: a server that cannot encrypt is not spoken to.",
);

const SSL_VERIFY: Key<bool> = Key::new(
    "pg_ssl_verify",
    "off",
    Kind::Switch,
    switch::parse,
    "With `pg_ssl = on`: the server has to show a certificate for the name in `pg_host`, by a public authority or one in \
     `lua_ssl_trusted_certificate`. It then has to encrypt, as with `pg_ssl_required`.",
);

const SSL_CERT: Key<Option<PathBuf>> = Key::new(
    "pg_ssl_cert",
    "",
    Kind::Path,
    |text| Ok(optional(text)?.map(PathBuf::from)),
    "The certificate, in PEM, that the gateway shows to the server. It needs `pg_ssl_cert_key`.",
);

const SSL_CERT_KEY: Key<Option<PathBuf>> = Key::new(
    "pg_ssl_cert_key",
    "",
    Kind::Path,
    |text| Ok(optional(text)?.map(PathBuf::from)),
    "The private key of `pg_ssl_cert`, in PEM.",
);

const POOL_SIZE: Key<u32> = Key::new(
    "pg_pool_size",
    "0",
    Kind::Count,
    count,
    "How many connections there are at most, but never less than two; 0 is ten. One more listens for changes.",
);

const MOST_QUERIES: Key<u32> = Key::new(
    "pg_max_concurrent_queries",
    "0",
    Kind::Count,
    count,
    "How many statements run at once at most, on all of the node; 0 is as many as there are connections.",
);

const PATIENCE: Key<Duration> = Key::new(
    "pg_semaphore_timeout",
    "60000",
    Kind::Count,
    milliseconds,
    "How many milliseconds a call waits for its turn when as many statements run as may.",
);

const KEEPALIVE: Key<Duration> = Key::new(
    "pg_keepalive_timeout",
    "60000",
    Kind::Count,
    milliseconds,
    "How many milliseconds a connection that nobody needs is kept.",
);

const POLL: Key<Duration> = Key::new(
    "db_update_frequency",
    "5",
    Kind::Time,
    duration::at_least_a_millisecond,
    "How often changes by other nodes are asked for. The server announces them, so that they are live at once; this is \
     for announcements that got lost.",
);

const KEYS: &[KeyDoc] = &[
    HOST.doc,
    PORT.doc,
    USER.doc,
    PASSWORD.doc,
    DATABASE.doc,
    SCHEMA.doc,
    TIMEOUT.doc,
    SSL.doc,
    SSL_REQUIRED.doc,
    SSL_VERIFY.doc,
    SSL_CERT.doc,
    SSL_CERT_KEY.doc,
    POOL_SIZE.doc,
    MOST_QUERIES.doc,
    PATIENCE.doc,
    KEEPALIVE.doc,
    POLL.doc,
];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "PostgreSQL", keys: KEYS };

impl Postgres {
    /// For a gateway whose database is another one.
    pub(crate) fn warn_unused(reader: &mut Reader) {
        reader.warn_unused(KEYS, "the database is not PostgreSQL: set `database = postgres`");
    }

    pub(crate) fn read(reader: &mut Reader, prefix: &Path, trusted: &[Trusted]) -> Self {
        Self {
            host: reader.read(&HOST),
            port: reader.read(&PORT),
            user: reader.read(&USER),
            password: reader.read(&PASSWORD),
            database: reader.read(&DATABASE),
            schema: reader.read(&SCHEMA),
            ssl: ssl(reader, prefix, trusted),
            certificate: certificate(reader, prefix),
            timeout: reader.read(&TIMEOUT),
            connections: connections(reader.read(&POOL_SIZE), reader.read(&MOST_QUERIES)),
            patience: reader.read(&PATIENCE),
            keepalive: reader.read(&KEEPALIVE),
            poll: reader.read(&POLL),
        }
    }
}

fn ssl(reader: &mut Reader, prefix: &Path, trusted: &[Trusted]) -> PostgresSsl {
    let (on, required, verify) = (reader.read(&SSL), reader.read(&SSL_REQUIRED), reader.read(&SSL_VERIFY));
    match (on, required, verify) {
        (false, ..) => PostgresSsl::Off,
        (true, _, true) => PostgresSsl::Verified(trusted.iter().filter_map(|file| authorities(file, prefix)).collect()),
        (true, true, false) => PostgresSsl::Required,
        (true, false, false) => PostgresSsl::Preferred,
    }
}

/// A file below the prefix, or what stands for `system`, if this machine has it.
fn authorities(trusted: &Trusted, prefix: &Path) -> Option<PathBuf> {
    match trusted {
        Trusted::System => SYSTEM_AUTHORITIES.iter().map(PathBuf::from).find(|path| path.is_file()),
        Trusted::File(path) => Some(prefix.join(path)),
    }
}

fn certificate(reader: &mut Reader, prefix: &Path) -> Option<(PathBuf, PathBuf)> {
    match (reader.read(&SSL_CERT), reader.read(&SSL_CERT_KEY)) {
        (Some(certificate), Some(key)) => Some((prefix.join(certificate), prefix.join(key))),
        (None, None) => None,
        (Some(_), None) => {
            reader.refuse(&SSL_CERT, "`pg_ssl_cert_key` has to be given with it".to_owned());
            None
        }
        (None, Some(_)) => {
            reader.refuse(&SSL_CERT_KEY, "`pg_ssl_cert` has to be given with it".to_owned());
            None
        }
    }
}

fn connections(pool_size: u32, most_queries: u32) -> u32 {
    match (pool_size, most_queries) {
        (0, 0) => CONNECTIONS,
        (0, most) | (most, 0) => most,
        (size, most) => size.min(most),
    }
}

fn text(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

fn optional(text: &str) -> Result<Option<String>, String> {
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    match count(text)? {
        0 => Err("must be at least 1".to_owned()),
        number => Ok(Duration::from_millis(number.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Origin;
    use crate::reader::{Given, Rank};

    fn read(settings: &[(&str, &str)]) -> (Postgres, Reader) {
        let mut reader = Reader::default();
        for (key, value) in settings {
            let given = Given { value: (*value).to_owned(), origin: Origin::Option("-x"), rank: Rank::File };
            reader.give((*key).to_owned(), given);
        }
        let trusted = [Trusted::File("/etc/ca.pem".into()), Trusted::File("own.pem".into())];
        let postgres = Postgres::read(&mut reader, Path::new("/srv"), &trusted);
        (postgres, reader)
    }

    #[test]
    fn verifying_is_the_strongest_of_the_three_switches() {
        let cases: [(&[(&str, &str)], PostgresSsl); 5] = [
            (&[], PostgresSsl::Off),
            (&[("pg_ssl_verify", "on"), ("pg_ssl_required", "on")], PostgresSsl::Off),
            (&[("pg_ssl", "on")], PostgresSsl::Preferred),
            (&[("pg_ssl", "on"), ("pg_ssl_required", "on")], PostgresSsl::Required),
            (
                &[("pg_ssl", "on"), ("pg_ssl_verify", "on")],
                PostgresSsl::Verified(vec!["/etc/ca.pem".into(), "/srv/own.pem".into()]),
            ),
        ];
        for (settings, expected) in cases {
            assert_eq!(read(settings).0.ssl, expected);
        }
    }

    #[test]
    fn a_certificate_without_its_key_is_refused_and_so_is_a_key_alone() {
        for key in ["pg_ssl_cert", "pg_ssl_cert_key"] {
            let (_, reader) = read(&[(key, "file.pem")]);
            assert_eq!(reader.errors.len(), 1, "{key}");
        }
        let (both, _) = read(&[("pg_ssl_cert", "a.pem"), ("pg_ssl_cert_key", "/b.key")]);
        assert_eq!(both.certificate, Some(("/srv/a.pem".into(), "/b.key".into())));
    }

    #[test]
    fn the_smaller_bound_of_connections_counts() {
        for (settings, expected) in [((0, 0), CONNECTIONS), ((5, 0), 5), ((0, 7), 7), ((5, 3), 3), ((3, 5), 3)] {
            assert_eq!(connections(settings.0, settings.1), expected);
        }
    }

    #[test]
    fn times_are_in_milliseconds_and_never_zero() {
        assert_eq!(read(&[("pg_timeout", "250")]).0.timeout, Duration::from_millis(250));
        assert_eq!(read(&[("pg_timeout", "0")]).1.errors.len(), 1);
    }

    #[test]
    fn a_password_is_not_among_what_is_shown() {
        let (postgres, _) = read(&[("pg_password", "sesame")]);
        assert_eq!(postgres.password.as_deref(), Some("sesame"));
        assert!(!format!("{postgres:?}").contains("sesame"));
    }
}
