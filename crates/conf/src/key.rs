//! A key: its name, default, kind of value, documentation and parser; and the table of all of them.

use crate::section;

/// What a value of a key looks like. The reference page says it in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file or folder; relative ones are below the prefix, unless the key says otherwise.
    Path,
    /// Bytes: `8k`, `10m`.
    Size,
    /// Seconds, or `500ms`, `1m`.
    Time,
    /// A whole number.
    Count,
    /// `on` or `off`.
    Switch,
    /// Elements between commas.
    List,
    /// Addresses and ports with flags.
    Listeners,
    /// One of some words.
    Choice(&'static str),
    /// Anything else; the documentation says what.
    Text,
}

impl Kind {
    /// The kind in the words of the reference page.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Size => "size",
            Self::Time => "time",
            Self::Count => "number",
            Self::Switch => "`on` or `off`",
            Self::List => "list",
            Self::Listeners => "listeners",
            Self::Choice(words) => words,
            Self::Text => "text",
        }
    }
}

/// What a user reads about a key.
#[derive(Debug, Clone, Copy)]
pub struct KeyDoc {
    /// The name in the file; upper case behind `GIBBON_` or `KONG_` in the environment.
    pub name: &'static str,
    /// Other names under which Kong's users know it.
    pub aliases: &'static [&'static str],
    /// The value when none is given, as one would write it; empty when there is none or when it depends on the machine.
    pub default: &'static str,
    /// What the value looks like.
    pub kind: Kind,
    /// What it does: sentences in Markdown.
    pub doc: &'static str,
    /// Whether a value is never repeated, since it is a secret or somebody may take it for one.
    pub secret: bool,
}

/// A group of keys that one file of `section/` declares.
#[derive(Debug, Clone, Copy)]
pub struct SectionDoc {
    /// The heading of the group.
    pub title: &'static str,
    /// The keys in the order in which they are documented.
    pub keys: &'static [KeyDoc],
}

/// A key with the parser of its value.
pub(crate) struct Key<T> {
    pub(crate) doc: KeyDoc,
    pub(crate) parse: fn(&str) -> Result<T, String>,
}

impl<T> Key<T> {
    pub(crate) const fn new(
        name: &'static str,
        default: &'static str,
        kind: Kind,
        parse: fn(&str) -> Result<T, String>,
        doc: &'static str,
    ) -> Self {
        Self { doc: KeyDoc { name, aliases: &[], default, kind, doc, secret: false }, parse }
    }

    /// Values are never repeated in messages.
    pub(crate) const fn secret(mut self) -> Self {
        self.doc.secret = true;
        self
    }

    /// Adds the other names of the key.
    pub(crate) const fn also(mut self, aliases: &'static [&'static str]) -> Self {
        self.doc.aliases = aliases;
        self
    }
}

/// Every section, in the order of the reference page.
#[must_use]
pub fn sections() -> &'static [SectionDoc] {
    &[
        section::general::DOC,
        section::logs::DOC,
        section::proxy::DOC,
        section::streams::DOC,
        section::tls::DOC,
        section::error_pages::DOC,
        section::request_debug::DOC,
        section::headers::DOC,
        section::real_ip::DOC,
        section::limits::DOC,
        section::upstream::DOC,
        section::dns::DOC,
        section::admin::DOC,
        section::manager::DOC,
        section::status::DOC,
        section::database::DOC,
        section::postgres::DOC,
        section::declarative::DOC,
        section::jwt::DOC,
        section::stored_answers::DOC,
        section::tracing::DOC,
        section::lua::DOC,
        section::vaults::DOC,
    ]
}

/// Every key that has an effect.
pub fn keys() -> impl Iterator<Item = &'static KeyDoc> {
    sections().iter().flat_map(|section| section.keys)
}

#[cfg(test)]
mod tests {
    use super::keys;
    use std::collections::HashSet;

    #[test]
    fn no_name_is_declared_twice() {
        let mut seen = HashSet::new();
        for key in keys() {
            for name in std::iter::once(&key.name).chain(key.aliases) {
                assert!(seen.insert(*name), "{name}");
            }
        }
    }

    #[test]
    fn every_key_is_documented_in_sentences() {
        for key in keys() {
            assert!(key.doc.ends_with('.') && key.doc.len() > 20, "{}: {}", key.name, key.doc);
            assert!(key.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'));
        }
    }
}
