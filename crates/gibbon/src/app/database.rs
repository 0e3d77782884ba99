//! The database of the settings: opened, and waited for where it is a server that is away.

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gibbon_conf::{Conf, Database, Postgres, PostgresSsl};
use gibbon_store::postgres::{self, ClientCertificate, Connect, Tls};
use gibbon_store::{Migrations, Mirrored, Options, SchemaState, Store, StoreError, sqlite};

use super::AppError;

/// How long a server that is away is left alone before it is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// How often it is said that a server is waited for.
const SAY_AGAIN: Duration = Duration::from_secs(10);

/// What a server that does not answer means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Absence {
    /// It is waited for, however long that takes.
    IsWaitedFor,
    /// There is nothing to be done without it.
    IsAFailure,
}

/// The name, below the prefix, of the file that keeps what is declared where there is no database.
const DECLARED: &str = "dbless.db";

/// The name, below the prefix, of the file with a copy of a server's database.
const MIRROR: &str = "mirror.db";

/// Opens the store.
pub(super) async fn open(conf: &Conf, options: Options, absence: Absence) -> Result<Arc<dyn Store>, AppError> {
    match &conf.database {
        Database::Sqlite { path } => open_file(path.clone(), options).await,
        Database::Off => open_file(conf.prefix.join(DECLARED), options).await,
        Database::Postgres(postgres) => {
            let copy = match absence {
                Absence::IsWaitedFor => Some(conf.prefix.join(MIRROR)),
                Absence::IsAFailure => None,
            };
            open_postgres(postgres, options, copy).await
        }
    }
}

async fn open_file(path: PathBuf, options: Options) -> Result<Arc<dyn Store>, AppError> {
    match sqlite::open_with(&path, options).await {
        Ok(store) => Ok(Arc::new(store)),
        Err(source) => Err(AppError::Database { path, source }),
    }
}

/// With a copy the gateway starts although the server is away, and without one it waits. A command, which keeps no copy,
/// fails.
async fn open_postgres(
    settings: &Postgres,
    options: Options,
    copy: Option<PathBuf>,
) -> Result<Arc<dyn Store>, AppError> {
    let connect = connect(settings);
    let mut said: Option<Instant> = None;
    loop {
        let opened: Result<Arc<dyn Store>, StoreError> = match &copy {
            None => postgres::open_with(&connect, options.clone()).await.map(|store| Arc::new(store) as _),
            Some(path) => {
                Mirrored::open(&connect, path.clone(), options.clone()).await.map(|store| Arc::new(store) as _)
            }
        };
        match opened {
            Ok(store) => return Ok(store),
            Err(StoreError::Outdated(SchemaState::Empty)) => return Err(AppError::NeedsBootstrapping),
            Err(StoreError::Outdated(SchemaState::Bootstrapped(_))) => return Err(AppError::NewMigrations),
            Err(StoreError::Unavailable(reason)) if copy.is_some() => {
                if said.is_none_or(|moment| moment.elapsed() >= SAY_AGAIN) {
                    said = Some(Instant::now());
                    say_away(settings, &*reason);
                }
                tokio::time::sleep(TRY_AGAIN).await;
            }
            Err(source) => return Err(AppError::Postgres { place: place(settings), source }),
        }
    }
}

/// In the log, where an operator looks for the reason why the gateway does not come up.
fn say_away(settings: &Postgres, reason: &dyn Error) {
    tracing::warn!(error = %reason, "PostgreSQL at {} does not answer; waiting for it", place(settings));
}

/// A database as messages call it.
pub(crate) fn place(settings: &Postgres) -> String {
    format!("{}:{}/{}", settings.host, settings.port, settings.database)
}

/// The tables of the database that the settings name; `None` where they name none.
///
/// # Errors
/// When it does not answer.
pub(crate) async fn migrations(database: &Database) -> Result<Option<Box<dyn Migrations>>, StoreError> {
    match database {
        Database::Sqlite { path } => sqlite::migrations(path).await.map(Some),
        Database::Postgres(settings) => postgres::migrations(&connect(settings)).await.map(Some),
        Database::Off => Ok(None),
    }
}

fn connect(settings: &Postgres) -> Connect {
    let certificate = settings.certificate.clone();
    Connect {
        host: settings.host.clone(),
        port: settings.port,
        user: settings.user.clone(),
        password: settings.password.clone(),
        database: settings.database.clone(),
        schema: settings.schema.clone(),
        tls: match &settings.ssl {
            PostgresSsl::Off => Tls::Off,
            PostgresSsl::Preferred => Tls::Preferred,
            PostgresSsl::Required => Tls::Required,
            PostgresSsl::Verified(authorities) => Tls::Verified(authorities.clone()),
        },
        certificate: certificate.map(|(certificate, key)| ClientCertificate { certificate, key }),
        timeout: settings.timeout,
        // A write asks, on a second one, what others have written.
        connections: settings.connections.max(2),
        patience: settings.patience,
        keepalive: settings.keepalive,
    }
}
