//! Error pages of one's own.

use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::reader::Reader;
use std::path::{Path, PathBuf};

/// The pages that stand in the place of the usual ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErrorPages {
    /// For `text/html`.
    pub html: Option<ErrorTemplate>,
    /// For `application/json`.
    pub json: Option<ErrorTemplate>,
    /// For `application/xml`.
    pub xml: Option<ErrorTemplate>,
    /// For `text/plain`.
    pub plain: Option<ErrorTemplate>,
}

/// A page with up to two places to fill in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorTemplate {
    /// What stands before, between and behind the places.
    texts: Vec<Box<str>>,
}

/// How large a page may be. It is sent to whoever makes a mistake.
const MAX_BYTES: usize = 1 << 20;

impl ErrorTemplate {
    /// `%s` is a place: the first for the message, the second for the id of the request. `%%` is a percent sign, and so
    /// is one with anything else behind it.
    fn parse(text: &str) -> Result<Self, String> {
        if text.len() > MAX_BYTES {
            return Err("is larger than 1 MiB".to_owned());
        }
        let mut texts = vec![String::new()];
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('%') {
            texts.iter_mut().last().into_iter().for_each(|last| last.push_str(before));
            rest = match behind.strip_prefix('s') {
                Some(behind) => {
                    texts.push(String::new());
                    behind
                }
                None => {
                    texts.iter_mut().last().into_iter().for_each(|last| last.push('%'));
                    behind.strip_prefix('%').unwrap_or(behind)
                }
            };
        }
        texts.iter_mut().last().into_iter().for_each(|last| last.push_str(rest));
        if texts.len() > 3 {
            return Err("has more than two `%s`: one for the message and one for the id of the request".to_owned());
        }
        Ok(Self { texts: texts.into_iter().map(String::into_boxed_str).collect() })
    }

    /// The page.
    #[must_use]
    pub fn fill(&self, message: &str, request_id: &str) -> String {
        let mut page = String::new();
        for (text, value) in self.texts.iter().zip(["", message, request_id]) {
            page.push_str(value);
            page.push_str(text);
        }
        page
    }
}

const fn key(name: &'static str, doc: &'static str) -> Key<PathBuf> {
    Key::new(name, "", Kind::Path, |text| Ok(text.into()), doc)
}

const HTML: Key<PathBuf> = key(
    "error_template_html",
    "A file with the page for errors in HTML. The first `%s` in it stands for the message, the second for the id of the \
     request; both may be left out. It is read at start and at each reload.",
);
const JSON: Key<PathBuf> = key(
    "error_template_json",
    "The same for errors in JSON. The message is escaped for a place inside quotes: `{\"error\": \"%s\"}`.",
);
const XML: Key<PathBuf> = key("error_template_xml", "The same for errors in XML.");
const PLAIN: Key<PathBuf> = key("error_template_plain", "The same for errors as plain text.");

const KEYS: &[KeyDoc] = &[HTML.doc, JSON.doc, XML.doc, PLAIN.doc];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Error pages", keys: KEYS };

impl ErrorPages {
    pub(crate) fn read(reader: &mut Reader, prefix: &Path) -> Self {
        let mut page = |key| read(reader, key, prefix);
        Self { html: page(&HTML), json: page(&JSON), xml: page(&XML), plain: page(&PLAIN) }
    }
}

fn read(reader: &mut Reader, key: &Key<PathBuf>, prefix: &Path) -> Option<ErrorTemplate> {
    #[cfg(test)]
    reader.read.push(key.doc.name);
    let path = prefix.join(reader.read_given(key)?);
    let text = std::fs::read_to_string(&path).map_err(|error| format!("cannot read `{}`: {error}", path.display()));
    match text.and_then(|text| ErrorTemplate::parse(&text)) {
        Ok(template) => Some(template),
        Err(reason) => {
            reader.refuse(key, reason);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorTemplate;

    fn filled(template: &str) -> String {
        ErrorTemplate::parse(template).unwrap().fill("Bad request", "id1")
    }

    #[test]
    fn the_first_place_is_the_message_and_the_second_the_id() {
        assert_eq!(filled("<p>%s</p><i>%s</i>"), "<p>Bad request</p><i>id1</i>");
        assert_eq!(filled("%s"), "Bad request");
        assert_eq!(filled("Sorry."), "Sorry.");
    }

    #[test]
    fn a_percent_sign_is_one_unless_an_s_follows() {
        assert_eq!(filled("width: 100%; 5%% %d %"), "width: 100%; 5% %d %");
        assert_eq!(filled("%%s"), "%s");
    }

    #[test]
    fn a_third_place_is_refused() {
        assert!(ErrorTemplate::parse("%s %s %s").unwrap_err().contains("more than two"));
    }
}
