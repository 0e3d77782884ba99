//! Settings of the verification of tokens that concern the whole node.

use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::reader::Reader;
use crate::size;

/// Node-wide settings of the jwt plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jwt {
    /// Bytes that each worker may use to remember tokens whose signature it has verified; zero turns that off.
    pub verified_tokens_bytes: usize,
}

const CACHE: Key<usize> = Key::new(
    "jwt_verified_tokens_size",
    "8m",
    Kind::Size,
    |text| size::parse(text).and_then(|bytes| usize::try_from(bytes).map_err(|_| "is too large".to_owned())),
    "How much memory each worker may use to remember tokens whose signature it has verified, so that the next request \
     with the same token need not be verified again. Expiry and every other rule are checked on each request all the \
     same. 0 turns it off.",
);

const KEYS: &[KeyDoc] = &[CACHE.doc];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Tokens", keys: KEYS };

impl Jwt {
    pub(crate) fn read(reader: &mut Reader) -> Self {
        Self { verified_tokens_bytes: reader.read(&CACHE) }
    }
}
