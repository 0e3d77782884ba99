//! `POST /explain`: what would become of a request, and why.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::answer::Answer;
use crate::api::AdminApi;
use crate::body;
use crate::error::ApiError;
use crate::explain::{Asked, explain};
use crate::request::Request;

pub(crate) async fn answer(api: &AdminApi, request: &Request) -> Result<Answer, ApiError> {
    let payload = body::parse(&request.headers, request.body.clone()).await?;
    let snapshot = api.configuration.snapshot();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let now = i64::try_from(now).unwrap_or(i64::MAX);
    // Slow signatures and many routes take a moment: nothing to hold up other requests with.
    let explaining =
        tokio::task::spawn_blocking(move || Asked::read(&payload.values).map(|asked| explain(&snapshot, asked, now)));
    let explained = explaining.await.map_err(|error| ApiError::Internal(error.to_string()))?;
    explained.map(Answer::ok)
}
