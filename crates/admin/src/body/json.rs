use gibbon_schema::Object;

use crate::error::ApiError;

/// Reads a JSON object. Its depth is bounded by the parser's own limit of 128; of members with one name the last
/// counts, as in Kong.
pub(super) fn parse(bytes: &[u8]) -> Result<Object, ApiError> {
    serde_json::from_slice(bytes).map_err(|_| ApiError::BadBody("Cannot parse JSON body"))
}
