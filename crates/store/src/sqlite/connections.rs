use std::path::Path;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Sqlite, SqlitePool, Transaction};

use super::connection::Lent;
use super::failure::unavailable;
use crate::sql::{Connection as _, Pools, Row as _, Statement, TAKE_REVISION};
use crate::{Announcements, StoreError};

/// How many reads run at once. Each has a thread of its own; Admin reads are short and few.
const READERS: u32 = 4;

/// How long a call waits for its turn, and for another process that holds the file's lock.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most that the writer keeps of the file in memory: minus KiB, as SQLite counts. It is used by large imports, which
/// touch every page of the indexes again and again.
const WRITER_CACHE: &str = "-32768";

/// The log is cut back to this size in bytes after a large import.
const LOG_LIMIT: &str = "67108864";

/// The one connection that writes, and those that read.
#[derive(Debug)]
pub struct Connections {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Connections {
    pub(super) async fn open(path: &Path) -> Result<Self, StoreError> {
        let writer =
            pool(1).connect_with(options(path).pragma("cache_size", WRITER_CACHE)).await.map_err(unavailable)?;
        let readers = pool(READERS).connect_lazy_with(options(path).pragma("query_only", "ON"));
        Ok(Self { writer, readers })
    }

    /// A pool of one: whoever has its connection is the writer.
    pub(super) fn writer(&self) -> &SqlitePool {
        &self.writer
    }
}

impl Pools for Connections {
    type Reader = Lent<PoolConnection<Sqlite>>;
    type Snapshot = Lent<Transaction<'static, Sqlite>>;
    type Session = Lent<Transaction<'static, Sqlite>>;

    async fn reader(&self) -> Result<Self::Reader, StoreError> {
        Ok(Lent(self.readers.acquire().await.map_err(unavailable)?))
    }

    async fn snapshot(&self) -> Result<Self::Snapshot, StoreError> {
        Ok(Lent(self.readers.begin().await.map_err(unavailable)?))
    }

    async fn counter(&self) -> Result<Self::Reader, StoreError> {
        Ok(Lent(self.writer.acquire().await.map_err(unavailable)?))
    }

    async fn begin(&self) -> Result<(Self::Session, u64), StoreError> {
        let mut session = Lent(self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(unavailable)?);
        let revision = session.fetch_one(Statement::new(TAKE_REVISION), |row| row.unsigned(0)).await?;
        Ok((session, revision))
    }

    async fn announcements(&self) -> Result<Option<Box<dyn Announcements>>, StoreError> {
        Ok(None)
    }

    async fn tell(&self, _word: &str) -> Result<(), StoreError> {
        Ok(())
    }

    async fn close(&self) {
        // Readers first: the last connection to close folds the log into the file, and only a writer can do that.
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .pragma("journal_size_limit", LOG_LIMIT)
        // Records hold secrets: large sorts must not leave them in files under /tmp.
        .pragma("temp_store", "MEMORY")
        .thread_name(|id| format!("store-{id}"))
        .disable_statement_logging()
}

fn pool(size: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(size)
        .acquire_timeout(PATIENCE)
        // A connection keeps its prepared statements for as long as the store is open.
        .idle_timeout(None)
        .max_lifetime(None)
        .after_release(|connection, _| {
            Box::pin(async move {
                // A full disk makes SQLite end the transaction on its own; the driver, which counts for itself, would
                // then refuse every later BEGIN. Such a connection is closed, and the next call opens a new one.
                connection.ping().await?;
                Ok(!connection.is_in_transaction())
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_writer_recovers_when_sqlite_has_ended_a_transaction_on_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gibbon.db");
        super::super::file::prepare(&path).unwrap();
        let connections = Connections::open(&path).await.unwrap();
        let mut tx = connections.writer().begin_with("BEGIN IMMEDIATE").await.unwrap();
        // What a full disk or a failed read does behind the back of the driver.
        sqlx::query("ROLLBACK").execute(&mut *tx).await.unwrap();
        drop(tx);
        connections.writer().begin_with("BEGIN IMMEDIATE").await.unwrap().commit().await.unwrap();
    }

    #[tokio::test]
    async fn readers_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gibbon.db");
        super::super::file::prepare(&path).unwrap();
        let connections = Connections::open(&path).await.unwrap();
        let result = sqlx::query("CREATE TABLE t (n INTEGER)").execute(&connections.readers).await;
        assert!(result.is_err());
    }
}
