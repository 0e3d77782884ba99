use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;

use crate::error::ApiError;

/// A request to the Admin API, free of the engine that carried it.
#[derive(Debug, Clone)]
pub struct Request {
    /// What is to be done.
    pub method: Method,
    /// The segments of the path, percent-decoded. Empty segments are dropped, so that a trailing slash means nothing.
    pub path: Vec<String>,
    /// The parameters of the query, decoded, in the order in which they were sent.
    pub query: Vec<(String, String)>,
    /// The header fields.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Request {
    /// A request from the target that stands in the request line, such as `/services/a%20b?size=10`.
    ///
    /// Segments are split before they are decoded, so that `%2F` is a character of a name and no separator.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] where the path is not UTF-8: replacing a part of it would name another record than the
    /// one that is meant, and two such names could become one.
    pub fn new(method: Method, target: &str, headers: HeaderMap, body: Bytes) -> Result<Self, ApiError> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = path.split('/').filter(|segment| !segment.is_empty());
        let path: Result<_, _> =
            path.map(|segment| percent_decode_str(segment).decode_utf8().map(Cow::into_owned)).collect();
        let path = path.map_err(|_| ApiError::BadRequest("the path is not UTF-8".to_owned()))?;
        let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Ok(Self { method, path, query, headers, body })
    }

    /// The first value of a parameter of the query.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}
