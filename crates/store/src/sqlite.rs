//! The store in one SQLite file: the default, with nothing else to install.
//!
//! SQLite has one writer at a time, so the store holds one connection that writes, and a few that only read. Thanks to
//! the write-ahead log readers and the writer do not wait for one another. A commit is answered after the log has
//! reached the disk (`synchronous = FULL`).

mod changes;
mod connections;
mod delete;
mod failure;
mod file;
mod history;
mod migrations;
mod page;
mod read;
mod tagged;
mod transaction;
mod write;

use std::path::Path;

use async_trait::async_trait;
use gibbon_schema::Object;
use sqlx::Sqlite;
use sqlx::pool::PoolConnection;
use uuid::Uuid;

use crate::body::View;
use crate::{
    Changes, Filter, HistoryEntry, Loaded, Options, Page, PageRequest, Store, StoreError, TagPage, TagPageRequest,
    Transaction,
};
use connections::Connections;
use failure::unavailable;
use transaction::SqliteTransaction;

/// A store in one SQLite file. It is opened with [`open`] or [`open_with`] and used through [`Store`].
#[derive(Debug)]
pub struct SqliteStore {
    connections: Connections,
    options: Options,
}

/// Opens the store at `path` with the default [`Options`].
///
/// # Errors
/// As of [`open_with`].
pub async fn open(path: &Path) -> Result<SqliteStore, StoreError> {
    open_with(path, Options::default()).await
}

/// Opens the store at `path`. The file is created where there is none, with the mode 0600, and its folder with the mode
/// 0700; tables of an older Gibbon are brought up to date.
///
/// ```
/// use gibbon_schema::{EntityDef, Schema, field};
/// use gibbon_store::{Options, Store, sqlite};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("gibbon.db");
/// let schema = Schema::new([field("name").string().unique()]);
/// let pets =
///     EntityDef { name: "pets", collection: "pets", nested: "pets", endpoint_key: Some("name"), version: 1, schema };
/// let body = serde_json::json!({ "id": "0b4bd5fd-3a5c-4f0e-a0e0-3c4a0c5a8d3b", "name": "Koko" });
/// let body = body.as_object().cloned().unwrap_or_default();
///
/// let store = sqlite::open_with(&path, Options::default()).await?;
/// let mut transaction = store.begin().await?;
/// transaction.insert(&pets, &body).await?;
/// transaction.commit().await?;
/// assert_eq!(store.find("pets", "name", "Koko").await?, Some(body));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`StoreError::NewerVersion`] if a newer Gibbon has written the file, [`StoreError::Corrupt`] if it is no database of
/// Gibbon, and [`StoreError::Unavailable`] if it cannot be opened.
pub async fn open_with(path: &Path, options: Options) -> Result<SqliteStore, StoreError> {
    file::prepare(path).map_err(|error| StoreError::Unavailable(error.into()))?;
    let connections = Connections::open(path).await?;
    migrations::run(connections.writer(), path).await?;
    Ok(SqliteStore { connections, options })
}

impl SqliteStore {
    fn view(&self) -> View<'_> {
        View { kinds: &*self.options.kinds, now: self.options.clock.now() }
    }

    async fn reader(&self) -> Result<PoolConnection<Sqlite>, StoreError> {
        self.connections.readers().acquire().await.map_err(unavailable)
    }

    /// A transaction that sees one state of the database in all its reads.
    async fn snapshot(&self) -> Result<sqlx::Transaction<'static, Sqlite>, StoreError> {
        self.connections.readers().begin().await.map_err(unavailable)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError> {
        Ok(Box::new(SqliteTransaction::begin(self.connections.writer(), &self.options).await?))
    }

    async fn get(&self, kind: &str, id: Uuid) -> Result<Option<Object>, StoreError> {
        read::get(&mut *self.reader().await?, self.view(), kind, id).await
    }

    async fn find(&self, kind: &str, field: &str, value: &str) -> Result<Option<Object>, StoreError> {
        read::find(&mut *self.reader().await?, self.view(), kind, field, value).await
    }

    async fn page(&self, kind: &str, filter: &Filter, page: PageRequest) -> Result<Page, StoreError> {
        page::page(&mut *self.reader().await?, self.view(), kind, filter, page).await
    }

    async fn tagged(&self, tag: Option<&str>, page: TagPageRequest) -> Result<TagPage, StoreError> {
        tagged::page(&mut *self.reader().await?, self.options.clock.now(), tag, page).await
    }

    async fn load(&self, kinds: &[&str]) -> Result<Loaded, StoreError> {
        let mut snapshot = self.snapshot().await?;
        read::load(&mut snapshot, self.view(), kinds).await
    }

    async fn revision(&self) -> Result<u64, StoreError> {
        read::revision(&mut *self.reader().await?).await
    }

    async fn changes_since(&self, revision: u64) -> Result<Changes, StoreError> {
        let mut snapshot = self.snapshot().await?;
        changes::since(&mut snapshot, self.view(), revision).await
    }

    async fn history(&self, before: Option<u64>, size: usize) -> Result<Vec<HistoryEntry>, StoreError> {
        history::before(&mut *self.reader().await?, before, size).await
    }

    async fn next_expiry(&self) -> Result<Option<i64>, StoreError> {
        read::next_expiry(&mut *self.reader().await?).await
    }

    async fn close(&self) {
        // Readers first: the last connection to close folds the log into the file, and only a writer can do that.
        self.connections.readers().close().await;
        self.connections.writer().close().await;
    }
}
