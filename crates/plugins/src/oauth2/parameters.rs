//! What a request says: the arguments of its query and, of those methods that have one, the members of its body, which
//! come before them.

use std::collections::HashMap;

use gibbon_plugin_api::{RequestCx, RequestHead, query};
use http::Method;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use crate::body_format::Format;
use crate::multipart;

/// The longest body that is read, in bytes. What is longer says nothing.
const LONGEST_BODY: usize = 64 * 1024;

/// So many arguments of a query are read, as in Kong.
const MOST_ARGUMENTS: usize = 100;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Parameters(HashMap<String, Given>);

/// What stands under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Given {
    /// One text.
    Text(String),
    /// Several values, or one that is no text. No parameter may be that (RFC 6749, section 3.2).
    Other,
}

impl Parameters {
    pub(super) fn of(cx: &RequestCx<'_>) -> Self {
        let mut all = Self::default();
        for argument in cx.query().take(MOST_ARGUMENTS) {
            all.add(argument.name.into_owned(), argument.value.map(std::borrow::Cow::into_owned));
        }
        if let (Some(format), Some(body)) = (format_of_body(cx.head), &cx.body)
            && body.len() <= LONGEST_BODY
        {
            all.0.extend(of_body(&format, body).0);
        }
        all
    }

    /// What stands under a name, if anything does.
    pub(super) fn get(&self, name: &str) -> Option<&Given> {
        self.0.get(name)
    }

    /// The text under a name.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Given::Text(text) => Some(text),
            Given::Other => None,
        }
    }

    /// A name without a value is not a text; a name that stands twice has none.
    fn add(&mut self, name: String, value: Option<String>) {
        let given = value.map_or(Given::Other, Given::Text);
        self.0.entry(name).and_modify(|known| *known = Given::Other).or_insert(given);
    }
}

/// The format of a body in which there may be parameters.
pub(super) fn format_of_body(head: &RequestHead) -> Option<Format> {
    let may_have = [Method::POST, Method::PUT, Method::PATCH].contains(&head.method);
    may_have.then(|| Format::of(head.headers.get_str(CONTENT_TYPE)?)).flatten()
}

fn of_body(format: &Format, body: &[u8]) -> Parameters {
    let mut all = Parameters::default();
    match format {
        Format::Form => {
            let form = std::str::from_utf8(body).unwrap_or_default();
            for argument in query::arguments(form).take(MOST_ARGUMENTS) {
                all.add(argument.name.into_owned(), argument.value.map(std::borrow::Cow::into_owned));
            }
        }
        Format::Json => {
            let members = serde_json::from_slice::<serde_json::Map<String, Value>>(body).unwrap_or_default();
            for (name, value) in members.into_iter().filter(|(_, value)| !value.is_null()) {
                let text = if let Value::String(text) = value { Some(text) } else { None };
                all.add(name, text);
            }
        }
        Format::Multipart(boundary) => {
            for part in multipart::parts(body, boundary).iter().take(MOST_ARGUMENTS) {
                let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
                if let Some(name) = part.name.and_then(text) {
                    all.add(name, text(part.value));
                }
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Option<Given> {
        Some(Given::Text(text.to_owned()))
    }

    #[test]
    fn a_parameter_is_one_text_in_any_format() {
        let multipart = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n";
        for (format, body) in [
            (Format::Form, "a=1&b=2&b=3&c"),
            (Format::Json, r#"{"a":"1","b":["2","3"],"c":true,"d":null}"#),
            (Format::Multipart("x".into()), multipart),
        ] {
            let all = of_body(&format, body.as_bytes());
            assert_eq!(all.get("a"), text("1").as_ref(), "{body}");
            assert_eq!((all.text("b"), all.text("c"), all.get("d")), (None, None, None), "{body}");
        }
        assert_eq!(of_body(&Format::Form, b"b=2&b=3").get("b"), Some(&Given::Other));
    }

    #[test]
    fn what_cannot_be_read_says_nothing() {
        for body in [&b"\xff"[..], b"{", b"[1]", b"null"] {
            assert!(of_body(&Format::Json, body).0.is_empty());
        }
    }
}
