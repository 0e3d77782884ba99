//! The tables and how they came to be. A script, once released, is never changed; what has to change gets a new one.
//! Each can be run again without harm. A file has one program, so that a step has no second half here.

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, Sqlite, SqliteConnection, SqlitePool, Transaction};

use super::failure::unavailable;
use crate::StoreError;
use crate::migrations::{Lock, Migration, Migrations, Progress, Repeat, SchemaState};

/// The script at position `n` leads from version `n` to `n + 1`.
const STEPS: &[Migration] = &[
    Migration { name: "0001_tables", up: include_str!("migrations/0001_tables.sql"), finish: "" },
    Migration { name: "0002_history", up: include_str!("migrations/0002_history.sql"), finish: "" },
];

const CREATE_VERSION: &str = "
    CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT;
    INSERT INTO schema_version (version) VALUES (0)";

/// What the steps make, in an order in which it can be taken away.
const TABLES: [&str; 9] =
    ["unique_values", "relations", "tags", "entities", "changes", "revision", "counters", "history", "schema_version"];

/// Brings the tables of the database at `path` up to date, all or nothing.
pub(super) async fn run(writer: &SqlitePool, path: &Path) -> Result<(), StoreError> {
    bring_up(writer, path, Repeat::Nothing).await
}

async fn bring_up(writer: &SqlitePool, path: &Path, repeat: Repeat) -> Result<(), StoreError> {
    let mut tx = begin(writer).await?;
    let done = match state(&mut tx, path).await? {
        SchemaState::Empty => {
            execute(&mut tx, CREATE_VERSION).await?;
            0
        }
        SchemaState::Bootstrapped(progress) => progress.executed.len(),
    };
    let first = if repeat == Repeat::Executed { 0 } else { done };
    if first == STEPS.len() {
        return tx.rollback().await.map_err(unavailable);
    }
    for step in STEPS.iter().skip(first) {
        execute(&mut tx, step.up).await?;
    }
    let note = format!("UPDATE schema_version SET version = {}", STEPS.len());
    sqlx::raw_sql(AssertSqlSafe(note)).execute(&mut *tx).await.map_err(unavailable)?;
    tx.commit().await.map_err(unavailable)
}

async fn begin(writer: &SqlitePool) -> Result<Transaction<'static, Sqlite>, StoreError> {
    writer.begin_with("BEGIN IMMEDIATE").await.map_err(unavailable)
}

async fn execute(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), StoreError> {
    sqlx::raw_sql(sql).execute(connection).await.map(drop).map_err(unavailable)
}

async fn state(connection: &mut SqliteConnection, path: &Path) -> Result<SchemaState, StoreError> {
    let tables: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .fetch_all(&mut *connection)
        .await
        .map_err(unavailable)?;
    if tables.is_empty() {
        return Ok(SchemaState::Empty);
    }
    if !tables.iter().any(|table| table == "schema_version") {
        return Err(StoreError::Corrupt(format!("`{}` is the database of another program", path.display())));
    }
    let version: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM schema_version")
        .fetch_one(connection)
        .await
        .map_err(unavailable)?;
    let version = version
        .and_then(|version| u32::try_from(version).ok())
        .ok_or_else(|| StoreError::Corrupt(format!("`{}` does not say its version", path.display())))?;
    let progress = Progress::of(STEPS, version, version, || format!("the database `{}`", path.display()))?;
    Ok(SchemaState::Bootstrapped(progress))
}

/// The tables of a file. Each change is one transaction, so that the file's own lock is enough.
pub(super) struct SqliteMigrations {
    pub(super) writer: SqlitePool,
    pub(super) path: PathBuf,
}

#[async_trait]
impl Migrations for SqliteMigrations {
    async fn state(&mut self) -> Result<SchemaState, StoreError> {
        let mut connection = self.writer.acquire().await.map_err(unavailable)?;
        state(&mut connection, &self.path).await
    }

    async fn lock(&mut self, _patience: Duration) -> Result<Lock, StoreError> {
        Ok(Lock::Held)
    }

    async fn bootstrap(&mut self) -> Result<(), StoreError> {
        bring_up(&self.writer, &self.path, Repeat::Nothing).await
    }

    async fn up(&mut self, repeat: Repeat) -> Result<(), StoreError> {
        bring_up(&self.writer, &self.path, repeat).await
    }

    async fn finish(&mut self, repeat: Repeat) -> Result<(), StoreError> {
        match repeat {
            Repeat::Nothing => Ok(()),
            Repeat::Executed => bring_up(&self.writer, &self.path, repeat).await,
        }
    }

    async fn reset(&mut self) -> Result<(), StoreError> {
        let mut tx = begin(&self.writer).await?;
        for table in TABLES {
            let sql = format!("DROP TABLE IF EXISTS {table}");
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *tx).await.map_err(unavailable)?;
        }
        tx.commit().await.map_err(unavailable)
    }
}
