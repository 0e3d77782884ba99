use std::borrow::Cow;

use gibbon_schema::Object;
use percent_encoding::percent_decode;
use serde_json::Value;

use super::tree::Tree;
use crate::error::ApiError;

const NOT_UTF8: ApiError = ApiError::BadBody("the form is not UTF-8");

/// Reads `name=value&…`. A name without `=` is true, as it is for Kong.
pub(super) fn parse(bytes: &[u8]) -> Result<Object, ApiError> {
    let mut tree = Tree::default();
    for pair in bytes.split(|byte| *byte == b'&') {
        let separator = pair.iter().position(|byte| *byte == b'=');
        let (name, value) = pair.split_at(separator.unwrap_or(pair.len()));
        if name.is_empty() {
            continue;
        }
        let value = match value.split_first() {
            Some((_, value)) => Value::String(decode(value)?),
            None => Value::Bool(true),
        };
        tree.insert(&decode(name)?, value)?;
    }
    Ok(tree.into_object())
}

/// Text that is not UTF-8 is refused: replacing a part of it would store another secret than the one that was sent.
fn decode(bytes: &[u8]) -> Result<String, ApiError> {
    let spaced: Cow<'_, [u8]> = match bytes.contains(&b'+') {
        true => bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect(),
        false => bytes.into(),
    };
    percent_decode(&spaced).decode_utf8().map(Cow::into_owned).map_err(|_| NOT_UTF8)
}
