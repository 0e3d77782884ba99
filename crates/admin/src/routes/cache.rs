//! `/cache`: what Kong remembers of its database.
//!
//! This gateway remembers nothing of the kind: requests are served from the one snapshot that the last write has
//! published. So no key is ever found, and to forget is done before it is asked for.

use http::Method;

use crate::answer::Answer;
use crate::error::ApiError;
use crate::request::Request;

/// `DELETE /cache`
pub(crate) fn all(request: &Request) -> Result<Answer, ApiError> {
    if request.method == Method::DELETE { Ok(Answer::no_content()) } else { Err(ApiError::MethodNotAllowed) }
}

/// `GET` and `DELETE /cache/<key>`
pub(crate) fn one(request: &Request) -> Result<Answer, ApiError> {
    match request.method {
        Method::GET | Method::HEAD => Err(ApiError::NotFound),
        Method::DELETE => Ok(Answer::no_content()),
        _ => Err(ApiError::MethodNotAllowed),
    }
}
