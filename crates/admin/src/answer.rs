use std::sync::Arc;

use http::header::CACHE_CONTROL;
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::history::Entry;
use crate::live::Events;

/// What the Admin API answers, free of the engine that will carry it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// Header fields beyond those that follow from the body.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The JSON of the body; none means that it has none.
    pub body: Option<Value>,
    /// The text of the body, where that is no JSON.
    pub text: Option<String>,
    /// What is sent bit by bit instead of a body.
    pub(crate) events: Option<Events>,
    /// What it has changed, for the log of writes.
    pub(crate) written: Option<Arc<Entry>>,
}

impl Answer {
    /// 200 with a body.
    pub fn ok(body: impl Into<Value>) -> Self {
        Self::with(StatusCode::OK, body)
    }

    /// 200 with metrics.
    pub(crate) fn text(text: String) -> Self {
        Self { text: Some(text), ..Self::empty(StatusCode::OK) }
    }

    /// 200 with events for as long as somebody listens. Nobody on the way is to keep or to gather them.
    pub(crate) fn events(events: Events) -> Self {
        let answer = Self { events: Some(events), ..Self::empty(StatusCode::OK) };
        answer.header(CACHE_CONTROL, HeaderValue::from_static("no-store"))
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
        Self { body: Some(body.into()), ..Self::empty(status) }
    }

    /// A status without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), body: None, text: None, events: None, written: None }
    }

    /// The answer to a write that did this.
    pub(crate) fn of(self, entry: Entry) -> Self {
        Self { written: Some(Arc::new(entry)), ..self }
    }

    /// The same answer with one more header field.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}
