use gibbon_conf::{AdminToken, TokenAccess};

use super::fingerprint;
use crate::random;

/// By this one sees what a text is that turns up in a log or a repository.
const PREFIX: &str = "gibbon_";

/// A new token: the text for whoever will send it, and what the gateway is told of it.
pub struct MadeToken {
    /// The token, to be shown once.
    pub text: String,
    /// What stands in the setting `admin_tokens`.
    pub kept: AdminToken,
}

impl MadeToken {
    /// Makes a token of that name.
    ///
    /// # Errors
    /// Where the system has no randomness.
    pub fn new(name: &str, access: TokenAccess) -> Result<Self, getrandom::Error> {
        let text = format!("{PREFIX}{}", random::text()?);
        let kept = AdminToken { name: name.to_owned(), access, sha256: fingerprint(text.as_bytes()) };
        Ok(Self { text, kept })
    }
}
