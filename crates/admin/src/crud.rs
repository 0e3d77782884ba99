//! Records over HTTP, for every entity alike.
//!
//! A [`Place`] says which records a path means; `read` shows them, `write` changes them in one transaction, `key`
//! knows how a path names a record. Nothing here knows an entity by name; the one listing that can be asked for more
//! than others is declared in `by_value`.

mod by_value;
mod key;
mod names;
mod place;
mod read;
mod reader;
mod subject;
mod write;

use std::sync::Arc;

use http::Method;

pub(crate) use place::Place;
pub(crate) use read::list;
pub(crate) use reader::Reader;
pub(crate) use subject::{require, require_below};

use crate::answer::Answer;
use crate::api::AdminApi;
use crate::body;
use crate::error::ApiError;
use crate::history::Author;
use crate::precondition::Precondition;
use crate::request::Request;
use write::{Action, Change, Storage};

/// Answers a request to a place; `parameters` are the segments of the path that name records, in their order.
pub(crate) async fn answer(
    api: &AdminApi,
    place: Place,
    parameters: Vec<String>,
    request: &Request,
) -> Result<Answer, ApiError> {
    let action = match (place.is_collection(), &request.method) {
        (true, &Method::GET | &Method::HEAD) => return list(api, place, &parameters, request).await,
        (false, &Method::GET | &Method::HEAD) => return read::show(api, place, &parameters, request).await,
        (true, &Method::POST) => Action::Create(body::parse(&request.headers, request.body.clone()).await?),
        (false, &Method::PUT) => Action::Replace(body::parse(&request.headers, request.body.clone()).await?),
        (false, &Method::PATCH) => Action::Update(body::parse(&request.headers, request.body.clone()).await?),
        (false, &Method::DELETE) => Action::Delete,
        _ => return Err(ApiError::MethodNotAllowed),
    };
    let storage = if api.declared.is_some() { Storage::Declared } else { Storage::Database };
    let precondition = Precondition::of(&request.headers);
    let author = Author::of(request, api.paths.shown(&request.path, api.configuration.definitions()));
    let change = Change { place, parameters, action, precondition, author, storage };
    // A client that goes away drops this future. The change is on a task of its own, so that it is then not left
    // committed in the store and not yet live.
    let task = tokio::spawn(write::perform(Arc::clone(&api.configuration), change));
    task.await.unwrap_or_else(|error| Err(ApiError::Internal(error.to_string())))
}
