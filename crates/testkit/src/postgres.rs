//! PostgreSQL for tests: a server of their own, with a database for each.
//!
//! The server is started by the first test that needs it, is shared by all tests of a run, and ends with the run. Where
//! PostgreSQL is not installed such a test is left out: it begins with [`is_installed`], and a step of
//! `cargo xtask test` of its own says that it was skipped.

mod cluster;
mod door;
mod installation;

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::path::{Path, PathBuf};

use gibbon_store::postgres::Connect;

pub use door::Door;
pub use installation::is_installed;

use cluster::Cluster;

/// The user of all databases, and the password with which it comes in over TCP; through the Unix socket none is asked.
pub const USER: &str = "postgres";
/// As of [`USER`].
pub const PASSWORD: &str = "sesame of the tests";

/// The certificate, in PEM, of the authority of the server's certificate for `localhost`.
pub const AUTHORITY: &str = include_str!("postgres/tls/authority.pem");

/// A database for one test. It goes when dropped, with all connections to it.
pub struct Database {
    cluster: Cluster,
    name: String,
}

impl Database {
    /// A database with the tables of a store, and no record.
    ///
    /// # Panics
    /// Where the server does not start.
    pub fn new() -> Self {
        Self::of(cluster::TEMPLATE)
    }

    /// A database with nothing in it.
    pub fn empty() -> Self {
        Self::of("template0")
    }

    fn of(template: &str) -> Self {
        let cluster = Cluster::of_this_run();
        let name = format!("test_{:x}", RandomState::new().build_hasher().finish());
        cluster.run("postgres", &format!("CREATE DATABASE {name} TEMPLATE {template}"));
        Self { cluster, name }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it is reached through a Unix socket.
    pub fn connect(&self) -> Connect {
        self.cluster.connect(&self.name)
    }

    /// How it is reached through TCP.
    pub fn connect_by_tcp(&self) -> Connect {
        Connect { host: "localhost".to_owned(), password: Some(PASSWORD.to_owned()), ..self.connect() }
    }

    /// How it is reached through a door.
    pub fn connect_through(&self, door: &Door) -> Connect {
        Connect { port: door.port(), host: "127.0.0.1".to_owned(), ..self.connect_by_tcp() }
    }

    /// A door to the server.
    pub fn door(&self) -> Door {
        Door::to(self.cluster.port())
    }

    /// The keys of a configuration file with which a gateway uses it.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let connect = self.connect();
        vec![
            ("database", "postgres".to_owned()),
            ("pg_host", connect.host),
            ("pg_port", connect.port.to_string()),
            ("pg_user", connect.user),
            ("pg_database", connect.database),
        ]
    }

    /// Runs SQL in it, as an administrator would; the answer has a line a row and `|` between columns.
    ///
    /// # Panics
    /// Where the server refuses it.
    pub fn run(&self, sql: &str) -> String {
        self.cluster.run(&self.name, sql)
    }

    /// Ends every connection to it.
    pub fn cut_connections(&self) {
        self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
    }

    /// Writes the certificate of the server's authority into a folder.
    pub fn authority_in(&self, folder: &Path) -> PathBuf {
        let path = folder.join("authority.pem");
        std::fs::write(&path, AUTHORITY).expect("a folder of the test can be written to");
        path
    }
}

impl Default for Database {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.cluster.run("postgres", &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}
