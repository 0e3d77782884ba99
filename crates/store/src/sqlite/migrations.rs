//! The tables and how they came to be. A script, once released, is never changed; what has to change gets a new one.

use std::path::Path;

use sqlx::{SqliteConnection, SqlitePool};

use super::failure::unavailable;
use crate::StoreError;

/// The script at position `n` leads from version `n` to `n + 1`.
const SCRIPTS: &[&str] = &[include_str!("migrations/0001_tables.sql"), include_str!("migrations/0002_history.sql")];

const CREATE_VERSION: &str = "
    CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT;
    INSERT INTO schema_version (version) VALUES (0)";

/// Brings the tables of the database at `path` up to date, all or nothing.
pub(super) async fn run(writer: &SqlitePool, path: &Path) -> Result<(), StoreError> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(unavailable)?;
    let version = version(&mut tx, path).await?;
    let pending = SCRIPTS.get(version as usize..).ok_or_else(|| StoreError::NewerVersion {
        what: format!("the database `{}`", path.display()),
        found: version,
        known: SCRIPTS.len() as u32,
    })?;
    if pending.is_empty() {
        return tx.rollback().await.map_err(unavailable);
    }
    for script in pending {
        sqlx::raw_sql(*script).execute(&mut *tx).await.map_err(unavailable)?;
    }
    sqlx::query("UPDATE schema_version SET version = ?")
        .bind(SCRIPTS.len() as i64)
        .execute(&mut *tx)
        .await
        .map_err(unavailable)?;
    tx.commit().await.map_err(unavailable)
}

/// The version of the tables; an empty database is made to have the version zero.
async fn version(connection: &mut SqliteConnection, path: &Path) -> Result<u32, StoreError> {
    let tables: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .fetch_all(&mut *connection)
        .await
        .map_err(unavailable)?;
    if tables.is_empty() {
        sqlx::raw_sql(CREATE_VERSION).execute(&mut *connection).await.map_err(unavailable)?;
        return Ok(0);
    }
    if !tables.iter().any(|table| table == "schema_version") {
        return Err(StoreError::Corrupt(format!("`{}` is the database of another program", path.display())));
    }
    let version: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM schema_version")
        .fetch_one(connection)
        .await
        .map_err(unavailable)?;
    version
        .and_then(|version| u32::try_from(version).ok())
        .ok_or_else(|| StoreError::Corrupt(format!("`{}` does not say its version", path.display())))
}
