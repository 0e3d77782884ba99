//! What a gateway without a database serves.

use crate::error::Warning;
use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::reader::Reader;
use crate::section::database::Database;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where the configuration of a gateway without a database comes from.
#[derive(Clone, PartialEq, Eq, Default)]
pub enum Declared {
    /// From nowhere: what was last given to the Admin API is served.
    #[default]
    Nothing,
    /// From a file, by its absolute path.
    File(PathBuf),
    /// From the settings themselves.
    Text(String),
}

/// Without the text: it holds the secrets of consumers.
impl fmt::Debug for Declared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("Nothing"),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Text(_) => f.write_str("Text(..)"),
        }
    }
}

const FILE: Key<Option<PathBuf>> = Key::new(
    "declarative_config",
    "",
    Kind::Path,
    |text| Ok((!text.is_empty()).then(|| text.into())),
    "With `database = off`, the file of services, routes, consumers and so on, in YAML or JSON. It is read at each start, \
     where a mistake in it is an error, and at each reload, where what was served before is served on. A relative path is \
     below the folder in which the command runs. Without a file, a gateway serves what was last given to \
     `POST /config`, also after a restart.",
);

const TEXT: Key<Option<String>> = Key::new(
    "declarative_config_string",
    "",
    Kind::Text,
    |text| Ok((!text.is_empty()).then(|| text.to_owned())),
    "With `database = off`, the content of such a file, for places where there is no file. `declarative_config` wins over \
     it.",
);

const KEYS: &[KeyDoc] = &[FILE.doc, TEXT.doc];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Without a database", keys: KEYS };

impl Declared {
    pub(crate) fn read(reader: &mut Reader, database: &Database, folder: &Path) -> Self {
        let file = reader.read(&FILE).map(|path| Self::File(folder.join(path)));
        let text = reader.read(&TEXT).map(Self::Text);
        if *database == Database::Off {
            return file.or(text).unwrap_or_default();
        }
        let given =
            [(FILE.doc.name, file.map(|_| reader.origin(&FILE))), (TEXT.doc.name, text.map(|_| reader.origin(&TEXT)))];
        let keys: Vec<_> = given.into_iter().filter_map(|(key, origin)| Some((key.to_owned(), origin?))).collect();
        if !keys.is_empty() {
            reader.warnings.push(Warning::NoEffect { keys, reason: "it counts with `database = off` only" });
        }
        Self::Nothing
    }
}
