//! What PostgreSQL's errors mean for the store. All that the store expects (a value that is taken, a reference that
//! dangles) is answered by rows, not by errors, so that what is left here is trouble.

use std::io;

use sqlx::Error;

use crate::StoreError;

/// Classes and codes of <https://www.postgresql.org/docs/current/errcodes-appendix.html> that say that what is stored
/// makes no sense: a constraint that we keep by ourselves, and damage that the server has found.
const CONSTRAINT: &str = "23";
const DAMAGE: [&str; 2] = ["XX001", "XX002"];

pub(super) fn unavailable(error: Error) -> StoreError {
    let code = error.as_database_error().and_then(|error| error.code());
    match code.as_deref() {
        Some(code) if code.starts_with(CONSTRAINT) || DAMAGE.contains(&code) => StoreError::Corrupt(error.to_string()),
        _ => StoreError::Unavailable(error.into()),
    }
}

/// The server has not answered in time.
pub(super) fn too_slow() -> Error {
    Error::Io(io::Error::new(io::ErrorKind::TimedOut, "the database does not answer in time"))
}
