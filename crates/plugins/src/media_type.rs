//! Media types (RFC 9110 section 8.3.1) as configurations and messages name them.

use std::borrow::Cow;

/// Texts to which the web server below Kong adds its charset.
const TEXTS: [&str; 6] =
    ["text/html", "text/xml", "text/plain", "text/vnd.wap.wml", "application/javascript", "application/rss+xml"];

/// The type itself, without parameters.
pub(crate) fn essence(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or(content_type).trim()
}

/// The same with the charset that texts of the gateway have, where it names none.
pub(crate) fn with_charset(content_type: &str) -> Cow<'_, str> {
    let is_text = TEXTS.iter().any(|text| essence(content_type).eq_ignore_ascii_case(text));
    if is_text && !content_type.to_ascii_lowercase().contains("charset=") {
        format!("{content_type}; charset=UTF-8").into()
    } else {
        content_type.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_a_charset_gets_one() {
        assert_eq!(with_charset("text/html"), "text/html; charset=UTF-8");
        assert_eq!(with_charset("Text/Plain; format=flowed"), "Text/Plain; format=flowed; charset=UTF-8");
        for kept in ["text/html; Charset=latin1", "application/json", "image/png", ""] {
            assert_eq!(with_charset(kept), kept);
        }
    }
}
