//! The pages of a listing: `size`, the opaque `offset`, and the path of the next page.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::error::{ApiError, OffsetFault};
use crate::request::Request;

/// How many records a page has unless told otherwise.
const DEFAULT_SIZE: usize = 100;

/// How many it has at most.
const MAX_SIZE: f64 = 1000.0;

/// What a part of a path and the value of a parameter may carry as it is (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Text as a segment of a path or a value in a query.
pub(crate) fn escape(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// How many records the client wants to see.
pub(crate) fn size(request: &Request) -> Result<usize, ApiError> {
    let Some(text) = request.query_value("size") else { return Ok(DEFAULT_SIZE) };
    let Ok(size) = text.trim().parse::<f64>() else {
        return Err(ApiError::InvalidSize { reason: "size must be a number" });
    };
    if size.fract() == 0.0 && (1.0..=MAX_SIZE).contains(&size) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number from 1 to 1000")]
        return Ok(size as usize);
    }
    Err(ApiError::InvalidSize { reason: "size must be an integer between 1 and 1000" })
}

/// Where the client wants to go on, as `read` understands the texts that [`offset`] was made of.
pub(crate) fn after<T>(request: &Request, read: impl Fn(&[&str]) -> Option<T>) -> Result<Option<T>, ApiError> {
    let Some(text) = request.query_value("offset") else { return Ok(None) };
    let fault = |reason| ApiError::InvalidOffset { offset: text.to_owned(), reason };
    // Both alphabets and missing padding are taken, so that offsets survive clients that re-encode them.
    let standard = text.replace('-', "+").replace('_', "/");
    let json = base64_simd::forgiving_decode_to_vec(standard.as_bytes()).map_err(|_| fault(OffsetFault::Encoding))?;
    let parts: Vec<Value> = serde_json::from_slice(&json).map_err(|_| fault(OffsetFault::Content))?;
    let texts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
    let complete = (texts.len() == parts.len()).then_some(texts.as_slice());
    complete.and_then(read).map(Some).ok_or_else(|| fault(OffsetFault::Content))
}

/// The offset that says: after the record that has these texts. No character of it needs escaping.
pub(crate) fn offset(parts: &[&str]) -> String {
    base64_simd::URL_SAFE_NO_PAD.encode_to_string(json!(parts).to_string())
}

/// The id in an offset of a listing that is in the order of ids.
pub(crate) fn read_id(parts: &[&str]) -> Option<Uuid> {
    let [id] = parts else { return None };
    Uuid::try_parse(id).ok()
}

/// The body of a page of the listing at `path`.
pub(crate) fn body(data: Vec<Value>, next: Option<String>, path: &str, request: &Request) -> Value {
    let Some(offset) = next else { return json!({ "data": data, "next": null }) };
    let mut url = format!("{path}?offset={offset}");
    for name in ["tags", "size"] {
        if let Some(value) = request.query_value(name) {
            url.push_str(&format!("&{name}={}", escape(value)));
        }
    }
    json!({ "data": data, "offset": offset, "next": url })
}
