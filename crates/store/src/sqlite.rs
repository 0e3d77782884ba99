//! The store in one SQLite file: the default, with nothing else to install.
//!
//! SQLite has one writer at a time, so the store holds one connection that writes, and a few that only read. Thanks to
//! the write-ahead log readers and the writer do not wait for one another. A commit is answered after the log has
//! reached the disk (`synchronous = FULL`).

mod connection;
mod connections;
mod failure;
mod file;
mod migrations;

use std::path::Path;

use crate::sql::SqlStore;
use crate::{Migrations, Options, StoreError};
use connections::Connections;
use migrations::SqliteMigrations;

/// A store in one SQLite file. It is opened with [`open`] or [`open_with`] and used through [`Store`](crate::Store).
pub type SqliteStore = SqlStore<Connections>;

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
    Ok(SqlStore::new(connections, options))
}

/// The tables of the file at `path`, for who looks after them. [`open_with`] brings them up to date by itself. The file
/// is created where there is none.
///
/// # Errors
/// [`StoreError::Unavailable`] if it cannot be opened.
pub async fn migrations(path: &Path) -> Result<Box<dyn Migrations>, StoreError> {
    file::prepare(path).map_err(|error| StoreError::Unavailable(error.into()))?;
    let writer = Connections::open(path).await?.writer().clone();
    Ok(Box::new(SqliteMigrations { writer, path: path.to_owned() }))
}
