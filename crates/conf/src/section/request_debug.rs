//! Whether a request may ask where its time went.

use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::reader::Reader;
use crate::switch;
use std::fmt;

/// Who may ask.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RequestDebug {
    /// Whether anybody may: those on the machine itself.
    pub allowed: bool,
    /// What others have to know; without it, there are no others.
    pub token: Option<Box<str>>,
}

impl fmt::Debug for RequestDebug {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestDebug").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

const ALLOWED: Key<bool> = Key::new(
    "request_debug",
    "on",
    Kind::Switch,
    switch::parse,
    "Whether a request with the header `X-Kong-Request-Debug: *` is told where its time went: in `X-Kong-Request-Debug-Output` \
     of the answer and, with `X-Kong-Request-Debug-Log: true`, in the log. It has to come from the machine itself or to show \
     the token.",
);

const TOKEN: Key<Option<Box<str>>> = Key::new(
    "request_debug_token",
    "",
    Kind::Text,
    |text| Ok(Some(text).filter(|text| !text.is_empty()).map(Into::into)),
    "What such a request has to show in `X-Kong-Request-Debug-Token` when it comes from elsewhere. Without one, those from \
     elsewhere are told nothing; unlike Kong's, no token is made up.",
)
.secret();

const KEYS: &[KeyDoc] = &[ALLOWED.doc, TOKEN.doc];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Timing a request", keys: KEYS };

impl RequestDebug {
    pub(crate) fn read(reader: &mut Reader) -> Self {
        Self { allowed: reader.read(&ALLOWED), token: reader.read(&TOKEN) }
    }
}

#[cfg(test)]
mod tests {
    use super::RequestDebug;

    #[test]
    fn a_token_is_not_shown() {
        let debug = RequestDebug { allowed: true, token: Some("sesame".into()) };
        assert!(!format!("{debug:?}").contains("sesame"));
    }
}
