//! Where the configuration of services, routes and the like is kept.

use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::reader::Reader;
use std::path::{Path, PathBuf};

/// The store of entities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A file on this machine.
    Sqlite {
        /// The file, by its absolute path.
        path: PathBuf,
    },
}

const DATABASE: Key<()> = Key::new(
    "database",
    "sqlite",
    Kind::Choice("`sqlite`"),
    |text| match text {
        "sqlite" => Ok(()),
        "postgres" | "off" => Err("is not supported in this version; use `sqlite`, which needs no server".to_owned()),
        _ => Err("expected `sqlite`".to_owned()),
    },
    "Where services, routes, consumers and so on are kept: `sqlite`, a file on this machine. Kong's `postgres` and `off` \
     are not supported in this version.",
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
    pub(crate) fn read(reader: &mut Reader, prefix: &Path) -> Self {
        reader.read(&DATABASE);
        Self::Sqlite { path: prefix.join(reader.read(&SQLITE_PATH)) }
    }
}
