//! `GET /status/ready`: whether the node can serve what it is configured to.

use http::StatusCode;

use crate::answer::Answer;
use crate::api::AdminApi;

/// The routes are built before any port is open, so only the store can be missing.
pub(crate) async fn show(api: &AdminApi) -> Answer {
    match api.configuration.store().revision().await {
        Ok(_) => Answer::message(StatusCode::OK, "ready"),
        Err(error) => {
            tracing::warn!(%error, "not ready: the store is away");
            Answer::message(StatusCode::SERVICE_UNAVAILABLE, "failed to connect to database")
        }
    }
}
