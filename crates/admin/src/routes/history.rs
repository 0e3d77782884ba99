//! `/history`: what was changed through this API, by whom, and how to take it back.

use std::sync::Arc;

use gibbon_runtime::Configuration;
use http::StatusCode;

use crate::answer::Answer;
use crate::api::AdminApi;
use crate::error::ApiError;
use crate::history::{Author, Entry, undo};
use crate::paging;
use crate::request::Request;

/// `GET /history`: the newest first.
pub(crate) async fn list(api: &AdminApi, request: &Request) -> Result<Answer, ApiError> {
    let (size, before) = (paging::size(request)?, paging::after(request, read_revision)?);
    // One more than is shown tells whether there is a next page.
    let mut found = api.configuration.store().history(before, size + 1).await?;
    let more = found.len() > size;
    found.truncate(size);
    let next = found.last().filter(|_| more).map(|last| paging::offset(&[&last.revision.to_string()]));
    let shown = found.iter().filter_map(|found| Some(Entry::read(&found.entry)?.summary(found.revision)));
    Ok(Answer::ok(paging::body(shown.collect(), next, "/history", request)))
}

fn read_revision(parts: &[&str]) -> Option<u64> {
    let [revision] = parts else { return None };
    revision.parse().ok()
}

/// `GET /history/<revision>`
pub(crate) async fn show(api: &AdminApi, revision: &str) -> Result<Answer, ApiError> {
    let revision = number(revision)?;
    let entry = Entry::find(&**api.configuration.store(), revision).await?.ok_or(ApiError::NotFound)?;
    Ok(Answer::ok(entry.shown(revision, api.configuration.definitions())))
}

/// `POST /history/<revision>/undo`
pub(crate) async fn take_back(api: &AdminApi, request: &Request, revision: &str) -> Result<Answer, ApiError> {
    if api.declared.is_some() {
        return Ok(Answer::message(StatusCode::METHOD_NOT_ALLOWED, "cannot undo changes when not using a database"));
    }
    let author = Author::of(request, format!("/history/{}/undo", number(revision)?));
    let configuration: Arc<Configuration> = Arc::clone(&api.configuration);
    // As any change, it is finished even if the caller stops waiting.
    let task = tokio::spawn(undo(configuration, number(revision)?, author));
    task.await.unwrap_or_else(|error| Err(ApiError::Internal(error.to_string())))
}

/// What is no number is the revision of nothing.
fn number(revision: &str) -> Result<u64, ApiError> {
    revision.parse().map_err(|_| ApiError::NotFound)
}
