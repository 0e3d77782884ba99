use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

/// What the Admin API answers, free of the engine that will carry it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// Header fields beyond those that follow from the body.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The JSON of the body; none means no body at all.
    pub body: Option<Value>,
}

impl Answer {
    /// 200 with a body.
    pub fn ok(body: impl Into<Value>) -> Self {
        Self::with(StatusCode::OK, body)
    }

    /// 201 with a body.
    pub fn created(body: impl Into<Value>) -> Self {
        Self::with(StatusCode::CREATED, body)
    }

    /// 204.
    pub fn no_content() -> Self {
        Self::empty(StatusCode::NO_CONTENT)
    }

    /// `{"message": "…"}` with a status.
    pub fn message(status: StatusCode, text: impl Into<String>) -> Self {
        Self::with(status, json!({ "message": text.into() }))
    }

    /// A body with a status.
    pub fn with(status: StatusCode, body: impl Into<Value>) -> Self {
        Self { status, headers: Vec::new(), body: Some(body.into()) }
    }

    /// A status without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), body: None }
    }

    /// The same answer with one more header field.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}
