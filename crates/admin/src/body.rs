//! Bodies of requests: JSON, forms and multipart forms, all read into one object.
//!
//! In JSON a value has the type that it was written with. In forms all values are text, and it is the schema that
//! makes them what the field wants; [`PayloadKind`] says which of the two it was.

mod form;
mod json;
mod multipart;
mod path;
mod tree;

use bytes::Bytes;
use gibbon_schema::Object;
use http::{HeaderMap, HeaderValue, header};

use crate::error::ApiError;

/// What a body says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Payload {
    /// Its members.
    pub(crate) values: Object,
    /// How they were written.
    pub(crate) kind: PayloadKind,
}

/// How the values of a body were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PayloadKind {
    /// With their types.
    Json,
    /// As text, for the schema to coerce.
    Form,
}

/// What a body of the type `content_type` says, whoever has sent it.
///
/// # Errors
/// [`ApiError::UnsupportedMediaType`] for a type that is not read; [`ApiError::BadBody`] for a body that is not of it.
pub async fn body_as_object(content_type: &'static str, bytes: Bytes) -> Result<Object, ApiError> {
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))]);
    Ok(parse(&headers, bytes).await?.values)
}

const TWO_TYPES: &str = "there is more than one Content-Type";

/// Reads a body by its `Content-Type`.
///
/// No body and no type is an empty object, and so is an empty form.
///
/// # Errors
/// [`ApiError::UnsupportedMediaType`] for any type but the three, and for a body without a type;
/// [`ApiError::BadBody`] for one that is not of its type.
pub(crate) async fn parse(headers: &HeaderMap, bytes: Bytes) -> Result<Payload, ApiError> {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let content_type = match (types.next(), types.next()) {
        (Some(_), Some(_)) => return Err(ApiError::BadBody(TWO_TYPES)),
        (None, _) if bytes.is_empty() => return Ok(Payload::form(Object::new())),
        (None, _) => return Err(ApiError::UnsupportedMediaType),
        (Some(only), None) => only.to_str().map_err(|_| ApiError::UnsupportedMediaType)?,
    };
    match media_type(content_type).as_str() {
        "application/json" => Ok(Payload { values: json::parse(&bytes)?, kind: PayloadKind::Json }),
        "application/x-www-form-urlencoded" => Ok(Payload::form(form::parse(&bytes)?)),
        "multipart/form-data" if bytes.is_empty() => Ok(Payload::form(Object::new())),
        "multipart/form-data" => Ok(Payload::form(multipart::parse(content_type, bytes).await?)),
        _ => Err(ApiError::UnsupportedMediaType),
    }
}

/// The type without its parameters, in lower case (RFC 9110, section 8.3.1).
fn media_type(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

impl Payload {
    fn form(values: Object) -> Self {
        Self { values, kind: PayloadKind::Form }
    }
}

#[cfg(test)]
mod tests;
