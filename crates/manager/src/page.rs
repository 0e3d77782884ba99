//! The first page, which is written anew for each request: it holds the word by which its styles are known.

use gibbon_conf::Manager as Settings;

use crate::files;

/// Where the build has left room for the path below which the manager is found.
const BASE: &str = "<base href=\"/\"";

/// Where it has left room for the word by which styles are known.
const NONCE: &str = "__CSP_NONCE__";

/// What a gateway without pages says.
const ABSENT: &str = include_str!("absent.html");

/// The first page.
pub(crate) struct Page {
    text: String,
}

impl Page {
    /// The page of these settings.
    pub(crate) fn new(settings: &Settings) -> Self {
        let text = files::find("index.html").map_or(ABSENT, files::File::text);
        Self { text: text.replace(BASE, &format!("<base href=\"{}/\"", settings.path)) }
    }

    /// The page with a word that nobody could foresee.
    pub(crate) fn with_nonce(&self, nonce: &str) -> String {
        self.text.replace(NONCE, nonce)
    }
}

/// What a page may load: what comes from this very port, and styles that it makes itself and that hold the word. Nothing may
/// frame it, and no script stands in it.
pub(crate) fn policy(nonce: &str) -> String {
    format!(
        "default-src 'self'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; object-src 'none'; \
         base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )
}
