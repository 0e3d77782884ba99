//! Tokens of the Admin API: optional, several, each full or read-only, known here only by their digests.
//!
//! A token is 32 random bytes, so that a plain SHA-256 is all that it takes to keep it: there is nothing to guess
//! that a slow hash would make slower.

mod failed_tries;
mod gate;
mod made;

pub use gate::TokenGate;
pub(crate) use gate::shown;
pub use made::MadeToken;

use aws_lc_rs::digest::{SHA256, digest};

/// What is kept of a token.
pub(crate) fn fingerprint(token: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(digest(&SHA256, token).as_ref()).for_each(|(to, from)| *to = *from);
    bytes
}
