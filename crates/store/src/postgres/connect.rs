use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::StoreError;

/// How a PostgreSQL database is reached.
#[derive(Clone, PartialEq, Eq)]
pub struct Connect {
    /// A name, an address, or the absolute path of the folder that a Unix socket is in.
    pub host: String,
    /// The port; for a Unix socket a part of its name.
    pub port: u16,
    /// The user.
    pub user: String,
    /// The password of the user, if the server asks for one.
    pub password: Option<String>,
    /// The database.
    pub database: String,
    /// The schema that the tables are in; without one, the first of the server's `search_path` that exists.
    pub schema: Option<String>,
    /// Whether the connection is encrypted, and who has to be at the other end.
    pub tls: Tls,
    /// What this side shows of itself on an encrypted connection.
    pub certificate: Option<ClientCertificate>,
    /// How long connecting, and each statement, may take.
    pub timeout: Duration,
    /// How many connections there are at most, beside the one that listens for changes.
    pub connections: u32,
    /// How long a call waits for its turn when all connections are in use.
    pub patience: Duration,
    /// How long a connection that nobody needs is kept open.
    pub keepalive: Duration,
}

/// Whether a connection is encrypted, and who has to be at the other end. Unix sockets are never encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Never.
    Off,
    /// Where the server can; whoever answers is believed.
    Preferred,
    /// Always; whoever answers is believed.
    Required,
    /// Always, and the server has to show a certificate for its name, by a public authority or by one of those in
    /// these files, in PEM.
    Verified(Vec<PathBuf>),
}

/// Files in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The certificate, and those between it and its authority.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl fmt::Debug for Connect {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connect")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("user", &self.user)
            .field("database", &self.database)
            .field("schema", &self.schema)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

impl Connect {
    /// The database as messages call it.
    pub(super) fn name(&self) -> String {
        format!("the database `{}` at `{}`", self.database, self.host)
    }

    /// As the driver wants it.
    pub(super) fn options(&self) -> Result<PgConnectOptions, StoreError> {
        let options = PgConnectOptions::new_without_pgpass()
            .host(&self.host)
            .port(self.port)
            .username(&self.user)
            // Always set: else the driver would take one from the process's environment.
            .password(self.password.as_deref().unwrap_or_default())
            .database(&self.database)
            .application_name("gibbon")
            // Poolers in front of the server refuse parameters at start that they do not know.
            .extra_float_digits(None)
            .disable_statement_logging();
        let options = self
            .certificate
            .iter()
            .fold(options, |options, files| options.ssl_client_cert(&files.certificate).ssl_client_key(&files.key));
        match &self.tls {
            _ if self.host.starts_with('/') => Ok(options.ssl_mode(PgSslMode::Disable)),
            Tls::Off => Ok(options.ssl_mode(PgSslMode::Disable)),
            Tls::Preferred => Ok(options.ssl_mode(PgSslMode::Prefer)),
            Tls::Required => Ok(options.ssl_mode(PgSslMode::Require)),
            Tls::Verified(files) => {
                Ok(options.ssl_mode(PgSslMode::VerifyFull).ssl_root_cert_from_pem(authorities(files)?))
            }
        }
    }

    /// What each new connection is told first. The limits are the server's side of a client that is gone: without
    /// them, one that was cut off in the middle of a write would keep all others from writing for hours.
    pub(super) fn greeting(&self) -> String {
        let schema = match &self.schema {
            Some(schema) => format!("SET search_path TO {};", quoted(schema)),
            None => String::new(),
        };
        format!(
            "{schema} SET lock_timeout TO '{}ms'; SET idle_in_transaction_session_timeout TO '60s';
             SET tcp_keepalives_idle TO 30; SET tcp_keepalives_interval TO 10; SET tcp_keepalives_count TO 3;
             SET client_min_messages TO warning",
            super::pools::TURN.as_millis()
        )
    }
}

/// A name as SQL has it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// All certificates as one text.
fn authorities(files: &[PathBuf]) -> Result<Vec<u8>, StoreError> {
    let mut all = Vec::new();
    for file in files {
        let pem = std::fs::read(file)
            .map_err(|error| StoreError::Unavailable(format!("cannot read `{}`: {error}", file.display()).into()))?;
        all.extend_from_slice(&pem);
        all.push(b'\n');
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connect() -> Connect {
        Connect {
            host: "db.example.com".to_owned(),
            port: 5432,
            user: "kong".to_owned(),
            password: Some("sesame".to_owned()),
            database: "kong".to_owned(),
            schema: Some("a\"b".to_owned()),
            tls: Tls::Off,
            certificate: None,
            timeout: Duration::from_secs(5),
            connections: 10,
            patience: Duration::from_secs(5),
            keepalive: Duration::from_secs(60),
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        assert!(!format!("{:?} {}", connect(), connect().name()).contains("sesame"));
    }

    #[test]
    fn the_name_of_a_schema_cannot_leave_its_quotes() {
        assert!(connect().greeting().starts_with("SET search_path TO \"a\"\"b\";"));
    }

    #[test]
    fn a_file_of_authorities_that_is_not_there_is_named() {
        let absent = Connect { tls: Tls::Verified(vec!["/nowhere/ca.pem".into()]), ..connect() };
        let error = absent.options().map(drop).unwrap_err();
        let text = std::error::Error::source(&error).unwrap().to_string();
        assert!(text.contains("/nowhere/ca.pem"), "{text}");
    }
}
