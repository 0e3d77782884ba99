//! The store in PostgreSQL: for several nodes that share one configuration.
//!
//! Every writer first takes the row of `revision`, so that there is one at a time on all nodes and revisions are in the
//! order of commits. Reads go through a bounded pool, each statement has an end, and a connection that has died is
//! replaced by the next call. At each commit the database tells everyone who listens: see
//! [`Store::announcements`](crate::Store::announcements).

mod announcements;
mod connect;
mod connection;
mod failure;
mod migrations;
mod pools;
mod session;

pub use connect::{ClientCertificate, Connect, Tls};

use crate::migrations::{Migrations, SchemaState};
use crate::sql::SqlStore;
use crate::{Options, StoreError};
use pools::PostgresPools;

/// A store in a PostgreSQL database. It is opened with [`open_with`] and used through [`Store`](crate::Store).
pub type PostgresStore = SqlStore<PostgresPools>;

/// Opens the store in a database whose tables are there.
///
/// # Errors
/// [`StoreError::Outdated`] if the tables are to be made or brought up to date first, [`StoreError::NewerVersion`] if a
/// newer Gibbon has changed them, and [`StoreError::Unavailable`] if the database does not answer.
pub async fn open_with(connect: &Connect, options: Options) -> Result<PostgresStore, StoreError> {
    match migrations(connect).await?.state().await? {
        SchemaState::Bootstrapped(progress) if progress.new.is_empty() => {}
        behind => return Err(StoreError::Outdated(behind)),
    }
    Ok(SqlStore::new(PostgresPools::open(connect)?, options))
}

/// The same for a database that need not answer yet. Somebody else makes sure of its tables, with [`contact`].
pub(crate) fn open_lazily(connect: &Connect, options: Options) -> Result<PostgresStore, StoreError> {
    Ok(SqlStore::new(PostgresPools::open(connect)?, options))
}

/// Makes sure that the tables are as they should be, and tells which database it is that they are in.
pub(crate) async fn contact(connect: &Connect) -> Result<String, StoreError> {
    let mut migrations = migrations::PostgresMigrations::open(connect).await?;
    match migrations.state().await? {
        SchemaState::Bootstrapped(progress) if progress.new.is_empty() => migrations.identity().await,
        behind => Err(StoreError::Outdated(behind)),
    }
}

/// The tables of a database, for who brings them up to date.
///
/// # Errors
/// [`StoreError::Unavailable`] if the database does not answer.
pub async fn migrations(connect: &Connect) -> Result<Box<dyn Migrations>, StoreError> {
    Ok(Box::new(migrations::PostgresMigrations::open(connect).await?))
}
