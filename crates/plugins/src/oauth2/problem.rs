//! What is wrong with a request, in the words of Kong: as RFC 6749 (section 5.2) and RFC 6750 (section 3) have it, and
//! with some codes of Kong's own.

use std::borrow::Cow;

use gibbon_plugin_api::Reply;
use http::header::{CACHE_CONTROL, PRAGMA, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

/// A code, and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) error: &'static str,
    pub(super) description: Cow<'static, str>,
}

impl Problem {
    pub(super) fn new(error: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        Self { error, description: description.into() }
    }

    pub(super) fn invalid_request(description: &'static str) -> Self {
        Self::new("invalid_request", description)
    }

    pub(super) fn invalid_client() -> Self {
        Self::new("invalid_client", "Invalid client authentication")
    }

    pub(super) fn provision_key() -> Self {
        Self::new("invalid_provision_key", "Invalid provision_key")
    }

    pub(super) fn user() -> Self {
        Self::new("invalid_authenticated_userid", "Missing authenticated_userid parameter")
    }

    pub(super) fn body(&self) -> Value {
        json!({ "error": self.error, "error_description": self.description })
    }
}

/// Whether an application that is refused is asked to say who it is in a header (RFC 6749, section 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Challenge {
    Basic,
    None,
}

/// An answer of one of the two endpoints. Nobody may keep it.
pub(super) fn answer(status: StatusCode, body: &Value) -> Reply {
    Reply::json(status, body)
        .with_header(CACHE_CONTROL, HeaderValue::from_static("no-store"))
        .with_header(PRAGMA, HeaderValue::from_static("no-cache"))
}

/// An answer that names a problem.
pub(super) fn refusal(body: &Value, challenge: Challenge) -> Reply {
    match challenge {
        Challenge::None => answer(StatusCode::BAD_REQUEST, body),
        Challenge::Basic => {
            let challenge = HeaderValue::from_static("Basic realm=\"OAuth2.0\"");
            answer(StatusCode::UNAUTHORIZED, body).with_header(WWW_AUTHENTICATE, challenge)
        }
    }
}

/// The answer where the records are away.
pub(super) fn failed(error: &dyn std::fmt::Display) -> Reply {
    tracing::error!("no token can be given out: {error}");
    Reply::message(StatusCode::INTERNAL_SERVER_ERROR, "An unexpected error occurred")
}
