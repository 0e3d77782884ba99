//! Keys in bodies: forms, JSON objects and multipart forms.

mod json;
mod multipart;

use std::borrow::Cow;

use bytes::Bytes;
use gibbon_plugin_api::query;

use super::places::{Found, bytes_of, of_values, without_argument};

/// A format of bodies that has names and values.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// `application/x-www-form-urlencoded`
    Form,
    /// `application/json`
    Json,
    /// `multipart/form-data`, with its boundary (RFC 7578 section 4.1).
    Multipart(Box<str>),
}

impl Format {
    /// The format that a `Content-Type` names; `None` for all others.
    pub(super) fn of(content_type: &str) -> Option<Self> {
        let mut parameters = content_type.split(';').map(str::trim);
        let essence = parameters.next()?;
        if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Some(Self::Form);
        }
        if essence.eq_ignore_ascii_case("application/json") {
            return Some(Self::Json);
        }
        if !essence.eq_ignore_ascii_case("multipart/form-data") {
            return None;
        }
        let (_, boundary) = parameters
            .filter_map(|parameter| parameter.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
        let boundary = boundary.trim().trim_matches('"');
        (!boundary.is_empty()).then(|| Self::Multipart(boundary.into()))
    }
}

/// What stands in `body` under `name`. A body that is not what its type says has nothing.
pub(super) fn find<'b>(format: &Format, body: &'b [u8], name: &str) -> Found<'b> {
    match format {
        Format::Form => {
            let Ok(form) = std::str::from_utf8(body) else { return Found::Nothing };
            let named = query::arguments(form).filter(|argument| argument.name == name);
            of_values(named.filter_map(|argument| argument.value).map(bytes_of))
        }
        Format::Json => json::find(body, name),
        Format::Multipart(boundary) => {
            let parts = multipart::parts(body, boundary);
            of_values(parts.iter().filter(|part| part.is_named(name)).map(|part| Cow::Borrowed(part.value)))
        }
    }
}

/// `body` without what stands under `name`; `None` where there is nothing to take away.
pub(super) fn without(format: &Format, body: &[u8], name: &str) -> Option<Bytes> {
    match format {
        Format::Form => {
            without_argument(std::str::from_utf8(body).ok()?, name).map(|rest| Bytes::from(String::from(rest)))
        }
        Format::Json => json::without(body, name),
        Format::Multipart(boundary) => multipart::without(body, boundary, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_known_by_its_media_type() {
        for (content_type, format) in [
            ("application/x-www-form-urlencoded", Some(Format::Form)),
            ("Application/JSON; charset=utf-8", Some(Format::Json)),
            ("multipart/form-data; charset=x; Boundary=\"a b\"", Some(Format::Multipart("a b".into()))),
            ("multipart/form-data", None),
            ("multipart/form-data; boundary=", None),
            ("application/jsonp", None),
            ("text/plain", None),
            ("", None),
        ] {
            assert_eq!(Format::of(content_type), format, "{content_type}");
        }
    }

    #[test]
    fn a_form_has_keys_and_loses_them() {
        let body = b"a=1&key=s%20t&b=2";
        assert_eq!(find(&Format::Form, body, "key"), Found::Key(b"s t".as_slice().into()));
        assert_eq!(without(&Format::Form, body, "key").unwrap(), "a=1&b=2");
        assert_eq!(find(&Format::Form, b"key=1&key=1", "key"), Found::Several);
        assert_eq!(find(&Format::Form, b"key=\xff", "key"), Found::Nothing);
        assert_eq!(without(&Format::Form, b"a=1", "key"), None);
    }
}
