//! What SQLite's errors mean for the store. All that the store expects (a value that is taken, a reference that
//! dangles) is answered by rows, not by errors, so that what is left here is trouble.

use sqlx::Error;

use crate::StoreError;

/// Primary result codes, <https://www.sqlite.org/rescode.html>; extended codes have them in their low byte.
const SQLITE_CORRUPT: u32 = 11;
const SQLITE_CONSTRAINT: u32 = 19;
const SQLITE_NOTADB: u32 = 26;

pub(super) fn unavailable(error: Error) -> StoreError {
    let code = error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<u32>().ok());
    match code.map(|code| code & 0xff) {
        Some(SQLITE_CORRUPT | SQLITE_CONSTRAINT | SQLITE_NOTADB) => StoreError::Corrupt(error.to_string()),
        _ => StoreError::Unavailable(error.into()),
    }
}
