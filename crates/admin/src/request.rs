use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;

use crate::client::Client;
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
    /// Who sends it.
    pub client: Client,
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
        let path = segments(path)?;
        let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Ok(Self { method, path, query, headers, body, client: Client::default() })
    }

    /// The same request, sent by somebody of whom more is known.
    #[must_use]
    pub fn sent_by(self, client: Client) -> Self {
        Self { client, ..self }
    }

    /// The first value of a parameter of the query.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The segments of a path, decoded.
///
/// # Errors
/// [`ApiError::BadRequest`] where it is not UTF-8.
pub(crate) fn segments(path: &str) -> Result<Vec<String>, ApiError> {
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    let decoded: Result<_, _> =
        segments.map(|segment| percent_decode_str(segment).decode_utf8().map(Cow::into_owned)).collect();
    decoded.map_err(|_| ApiError::BadRequest("the path is not UTF-8".to_owned()))
}
