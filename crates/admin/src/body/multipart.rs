use bytes::Bytes;
use gibbon_schema::Object;
use http_body_util::{BodyDataStream, Full};
use multer::{Field, Multipart, parse_boundary};
use serde_json::Value;

use super::tree::Tree;
use crate::error::ApiError;

const MALFORMED: ApiError = ApiError::BadBody("Cannot parse multipart body");

/// Reads `multipart/form-data` (RFC 7578). A file is its text: what was meant is the key in it, not its name.
pub(super) async fn parse(content_type: &str, bytes: Bytes) -> Result<Object, ApiError> {
    let boundary = parse_boundary(content_type).map_err(|_| MALFORMED)?;
    let mut parts = Multipart::new(BodyDataStream::new(Full::new(bytes)), boundary);
    let mut tree = Tree::default();
    while let Some(part) = parts.next_field().await.map_err(|_| MALFORMED)? {
        let (name, text) = read(part).await?;
        tree.insert(&name, Value::String(text))?;
    }
    Ok(tree.into_object())
}

async fn read(part: Field<'_>) -> Result<(String, String), ApiError> {
    let name = part.name().filter(|name| !name.is_empty()).ok_or(MALFORMED)?.to_owned();
    let bytes = part.bytes().await.map_err(|_| MALFORMED)?;
    let text = String::from_utf8(bytes.into()).map_err(|_| ApiError::BadBody("a part of the form is not UTF-8"))?;
    Ok((name, text))
}
