//! An answer that the gateway gives itself.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use crate::headers::Headers;

/// An answer of the gateway's own.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// Fields beside those that describe the body.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body.
    pub body: ReplyBody,
}

/// The body of a [`Reply`].
#[derive(Debug, Clone)]
pub enum ReplyBody {
    /// None.
    Empty,
    /// Compact JSON, always; carries no request id.
    Json(Bytes),
    /// A message in the form that the client accepts (JSON, plain text, HTML or XML), with the request's id.
    Error(Cow<'static, str>),
    /// Anything else.
    Raw {
        /// Its media type, if it has one.
        content_type: Option<HeaderValue>,
        /// Its bytes.
        bytes: Bytes,
    },
    /// What an upstream has answered to such a request before.
    Stored {
        /// The fields that it had, in place of the gateway's own. The length of the body is the engine's, but for an
        /// answer to HEAD, which has none.
        headers: Headers,
        /// Its bytes.
        bytes: Bytes,
    },
}

impl Reply {
    /// Compact JSON.
    pub fn json(status: StatusCode, body: &Value) -> Self {
        Self { status, headers: Vec::new(), body: ReplyBody::Json(body.to_string().into()) }
    }

    /// Compact `{"message":…}`.
    pub fn message(status: StatusCode, message: &str) -> Self {
        Self::json(status, &serde_json::json!({ "message": message }))
    }

    /// A negotiated error page.
    pub fn error(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, headers: Vec::new(), body: ReplyBody::Error(message.into()) }
    }

    /// Adds a field.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}
