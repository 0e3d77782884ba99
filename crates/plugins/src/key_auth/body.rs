//! Keys in bodies: forms, JSON objects and multipart forms.

mod json;

use std::borrow::Cow;

use bytes::Bytes;
use gibbon_plugin_api::query;

use super::places::{Found, bytes_of, of_values, without_argument};
use crate::body_format::Format;
use crate::multipart;

/// What stands in `body` under `name`. A body that is not what its type says has nothing.
pub(crate) fn find<'b>(format: &Format, body: &'b [u8], name: &str) -> Found<'b> {
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
pub(crate) fn without(format: &Format, body: &[u8], name: &str) -> Option<Bytes> {
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
    fn a_form_has_keys_and_loses_them() {
        let body = b"a=1&key=s%20t&b=2";
        assert_eq!(find(&Format::Form, body, "key"), Found::Key(b"s t".as_slice().into()));
        assert_eq!(without(&Format::Form, body, "key").unwrap(), "a=1&b=2");
        assert_eq!(find(&Format::Form, b"key=1&key=1", "key"), Found::Several);
        assert_eq!(find(&Format::Form, b"key=\xff", "key"), Found::Nothing);
        assert_eq!(without(&Format::Form, b"a=1", "key"), None);
    }
}
