//! How much of what upstreams answer may be kept.

use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::reader::Reader;
use crate::size;

/// The memory of the proxy-cache plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswers {
    /// Bytes that all answers in one dictionary may take together; zero keeps none.
    pub bytes: u64,
}

const MEMORY: Key<u64> = Key::new(
    "mem_cache_size",
    "128m",
    Kind::Size,
    size::parse,
    "How much memory each dictionary of the proxy-cache plugin may use for answers of upstreams; those that are asked \
     for least make room. An answer of more than a sixteenth of it, or of more than 4 MiB, is not kept. 0 keeps none. \
     Nothing else is kept there.",
);

const KEYS: &[KeyDoc] = &[MEMORY.doc];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Stored answers", keys: KEYS };

impl StoredAnswers {
    pub(crate) fn read(reader: &mut Reader) -> Self {
        Self { bytes: reader.read(&MEMORY) }
    }
}
