//! `GET /status/ready`: whether the node can serve what it is configured to.

use http::StatusCode;

use crate::answer::Answer;

/// It can, as soon as it answers: everything that traffic needs is built before any port is open, and no request needs
/// the database. One that is away makes no node worse than the others, which may all be away from it: `/status` tells.
pub(crate) fn show() -> Answer {
    Answer::message(StatusCode::OK, "ready")
}
