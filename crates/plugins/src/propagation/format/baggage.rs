//! Names and values that go with a context, each in a field of its own.

use gibbon_plugin_api::Headers;
use gibbon_plugin_api::headers::visible;
use http::{HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// How many are taken along; a request with more keeps the others as they are.
const MOST: usize = 64;

/// What is not encoded beside letters and digits.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Those whose fields begin with `prefix`, which is in lower case.
pub(super) fn extract(headers: &Headers, prefix: &str) -> Vec<(String, String)> {
    let item = |(name, value): (&[u8], &[u8])| {
        let name = std::str::from_utf8(name).ok()?.to_ascii_lowercase();
        let value = percent_decode_str(visible(value)?).decode_utf8_lossy().into_owned();
        Some((name.strip_prefix(prefix)?.to_owned(), value))
    };
    headers.iter().filter_map(item).take(MOST).collect()
}

pub(super) fn inject(baggage: &[(String, String)], prefix: &str, headers: &mut Headers) {
    for (name, value) in baggage {
        let name = HeaderName::try_from(format!("{prefix}{name}"));
        let value = HeaderValue::try_from(utf8_percent_encode(value, ENCODED).to_string());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.set(name, value);
        }
    }
}
