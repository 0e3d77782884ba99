//! Where the configuration of services, routes and the like is kept.

use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::reader::Reader;
use crate::section::postgres::Postgres;
use crate::section::upstream::Trusted;
use crate::switch::choose;
use std::path::{Path, PathBuf};

/// The store of entities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A file on this machine.
    Sqlite {
        /// The file, by its absolute path.
        path: PathBuf,
    },
    /// A server that several nodes may share.
    Postgres(Box<Postgres>),
    /// Nowhere: they are declared, and cannot be changed one by one.
    Off,
}

#[derive(Clone, Copy)]
enum Choice {
    Sqlite,
    Postgres,
    Off,
}

const DATABASE: Key<Choice> = Key::new(
    "database",
    "sqlite",
    Kind::Choice("`sqlite`, `postgres` or `off`"),
    |text| choose(text, &[("sqlite", Choice::Sqlite), ("postgres", Choice::Postgres), ("off", Choice::Off)]),
    "Where services, routes, consumers and so on are kept: `sqlite`, a file on this machine, `postgres`, a server that \
     several nodes may share ([database.md](database.md)), or `off`: they are declared in a file and cannot be changed one \
     by one ([declarative.md](declarative.md)). Kong's default is `postgres`.",
);

const SQLITE_PATH: Key<PathBuf> = Key::new(
    "sqlite_path",
    "gibbon.db",
    Kind::Path,
    |text| Ok(text.into()),
    "The file of the database. It holds the secrets of consumers.",
);

const KEYS: &[KeyDoc] = &[DATABASE.doc, SQLITE_PATH.doc];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Database", keys: KEYS };

impl Database {
    pub(crate) fn read(reader: &mut Reader, prefix: &Path, trusted: &[Trusted]) -> Self {
        let path = prefix.join(reader.read(&SQLITE_PATH));
        // Read in any case, so that what is wrong in it is found.
        let postgres = Postgres::read(reader, prefix, trusted);
        let choice = reader.read(&DATABASE);
        if !matches!(choice, Choice::Postgres) {
            Postgres::warn_unused(reader);
        }
        match choice {
            Choice::Sqlite => Self::Sqlite { path },
            Choice::Postgres => Self::Postgres(Box::new(postgres)),
            Choice::Off => Self::Off,
        }
    }
}
