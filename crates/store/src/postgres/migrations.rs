//! The tables and how they came to be. A script, once released, is never changed; what has to change gets a new one.
//! Each can be run again without harm.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

use super::connect::{Connect, quoted};
use super::connection::within;
use super::failure::unavailable;
use crate::StoreError;
use crate::migrations::{Lock, Migration, Migrations, Progress, Repeat, SchemaState};

const STEPS: &[Migration] = &[
    Migration { name: "0001_tables", up: include_str!("migrations/0001_tables.sql"), finish: "" },
    Migration { name: "0002_history", up: include_str!("migrations/0002_history.sql"), finish: "" },
];

/// Numbers of steps that were begun and finished.
const CREATE_PROGRESS: &str = "
    CREATE TABLE IF NOT EXISTS gibbon_schema (begun INTEGER NOT NULL, finished INTEGER NOT NULL);
    INSERT INTO gibbon_schema (begun, finished) SELECT 0, 0 WHERE NOT EXISTS (SELECT 1 FROM gibbon_schema)";

const PROGRESS: &str = "SELECT begun, finished FROM gibbon_schema";

/// Which of our names are taken in the schema that the tables go to.
const TABLES: &str = "
    SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() AND tablename = ANY ($1)";

/// What the steps make, besides the progress.
const NAMES: [&str; 8] =
    ["unique_values", "relations", "tags", "entities", "changes", "revision", "counters", "history"];
const PROGRESS_NAME: &str = "gibbon_schema";

/// Who is not allowed to ask for the number of the cluster goes without it.
const IDENTITY: &str = "
    SELECT CASE WHEN has_function_privilege('pg_control_system()', 'EXECUTE')
                THEN (SELECT system_identifier::text FROM pg_control_system()) ELSE '' END
           || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())
           || '/' || 'revision'::regclass::oid";

const ENCODING: &str = "SELECT current_setting('server_encoding')";

/// One lock for each schema.
const KEY: &str = "hashtext('gibbon migrations'), hashtext(coalesce(current_schema(), ''))";

/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>: the lock was not to be had in time.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// A connection of its own, which ends with this value, and with it the lock.
pub(super) struct PostgresMigrations {
    connection: PgConnection,
    connect: Connect,
}

impl PostgresMigrations {
    pub(super) async fn open(connect: &Connect) -> Result<Self, StoreError> {
        let opened = async {
            let mut connection = connect.options()?.connect().await.map_err(unavailable)?;
            let greeting = sqlx::raw_sql(AssertSqlSafe(connect.greeting()));
            greeting.execute(&mut connection).await.map_err(unavailable)?;
            Ok(connection)
        };
        let connection = tokio::time::timeout(connect.timeout, opened).await;
        let connection = connection.map_err(|_| unavailable(super::failure::too_slow()))??;
        let mut migrations = Self { connection, connect: connect.clone() };
        migrations.check_encoding().await?;
        Ok(migrations)
    }

    /// What no other database has, not even one that was made in the place of this: the number of the cluster, and those
    /// of the database and of one of its tables.
    pub(super) async fn identity(&mut self) -> Result<String, StoreError> {
        let query = sqlx::query_scalar(IDENTITY).fetch_one(&mut self.connection);
        within(self.connect.timeout, query).await.map_err(unavailable)
    }

    async fn check_encoding(&mut self) -> Result<(), StoreError> {
        let query = sqlx::query_scalar(ENCODING).fetch_one(&mut self.connection);
        let encoding: String = within(self.connect.timeout, query).await.map_err(unavailable)?;
        if encoding == "UTF8" {
            return Ok(());
        }
        let name = self.connect.name();
        Err(StoreError::Corrupt(format!("{name} has the encoding `{encoding}`, and it has to be `UTF8`")))
    }

    /// Runs all of these or none, and notes how many steps are then begun and finished.
    async fn run(&mut self, scripts: Vec<&'static str>, begun: usize, finished: usize) -> Result<(), StoreError> {
        let limit = self.connect.timeout;
        let mut tx = within(limit, self.connection.begin()).await.map_err(unavailable)?;
        for script in [CREATE_PROGRESS].into_iter().chain(scripts) {
            within(limit, sqlx::raw_sql(script).execute(&mut *tx)).await.map_err(unavailable)?;
        }
        let note = format!("UPDATE gibbon_schema SET begun = {begun}, finished = {finished}");
        within(limit, sqlx::raw_sql(AssertSqlSafe(note)).execute(&mut *tx)).await.map_err(unavailable)?;
        within(limit, tx.commit()).await.map_err(unavailable)
    }

    /// How many steps are begun and finished.
    async fn counts(&mut self) -> Result<(usize, usize), StoreError> {
        match self.state().await? {
            SchemaState::Empty => Ok((0, 0)),
            SchemaState::Bootstrapped(Progress { executed, pending, .. }) => {
                Ok((executed.len() + pending.len(), executed.len()))
            }
        }
    }

    async fn taken(&mut self) -> Result<Vec<String>, StoreError> {
        let names: Vec<&str> = NAMES.into_iter().chain([PROGRESS_NAME]).collect();
        let query = sqlx::query_scalar(TABLES).bind(names).fetch_all(&mut self.connection);
        within(self.connect.timeout, query).await.map_err(unavailable)
    }

    async fn make_schema(&mut self) -> Result<(), StoreError> {
        let Some(schema) = &self.connect.schema else { return Ok(()) };
        let sql = format!("CREATE SCHEMA IF NOT EXISTS {}", quoted(schema));
        let query = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connection);
        within(self.connect.timeout, query).await.map(drop).map_err(unavailable)
    }
}

fn is_locked(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).as_deref() == Some(LOCK_NOT_AVAILABLE)
}

/// Both halves of the steps that are finished, where they are to be repeated.
fn repeated(repeat: Repeat, finished: usize) -> impl Iterator<Item = &'static str> {
    let count = if repeat == Repeat::Executed { finished } else { 0 };
    STEPS.iter().take(count).flat_map(|step| [step.up, step.finish])
}

#[async_trait]
impl Migrations for PostgresMigrations {
    async fn state(&mut self) -> Result<SchemaState, StoreError> {
        let taken = self.taken().await?;
        if !taken.iter().any(|name| name == PROGRESS_NAME) {
            return match taken.first() {
                None => Ok(SchemaState::Empty),
                Some(table) => Err(StoreError::Corrupt(format!(
                    "{} has a table `{table}` of another program; choose another database, or a schema of its own",
                    self.connect.name()
                ))),
            };
        }
        let query = sqlx::query_as(PROGRESS).fetch_one(&mut self.connection);
        let (begun, finished): (i32, i32) = within(self.connect.timeout, query).await.map_err(unavailable)?;
        let number = |number: i32| u32::try_from(number).unwrap_or(0);
        let name = || self.connect.name();
        Progress::of(STEPS, number(begun), number(finished), name).map(SchemaState::Bootstrapped)
    }

    async fn lock(&mut self, patience: Duration) -> Result<Lock, StoreError> {
        let milliseconds = patience.as_millis().max(1);
        let sql = format!("SET lock_timeout TO '{milliseconds}ms'; SELECT pg_advisory_lock({KEY})");
        let query = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connection);
        match within(patience + self.connect.timeout, query).await {
            Ok(_) => Ok(Lock::Held),
            Err(error) if is_locked(&error) => Ok(Lock::Elsewhere),
            Err(error) => Err(unavailable(error)),
        }
    }

    async fn bootstrap(&mut self) -> Result<(), StoreError> {
        self.make_schema().await?;
        let scripts = STEPS.iter().flat_map(|step| [step.up, step.finish]).collect();
        self.run(scripts, STEPS.len(), STEPS.len()).await
    }

    async fn up(&mut self, repeat: Repeat) -> Result<(), StoreError> {
        let (begun, finished) = self.counts().await?;
        let first = if repeat == Repeat::Executed { finished } else { begun };
        let scripts = repeated(repeat, finished).chain(STEPS.iter().skip(first).map(|step| step.up)).collect();
        // A step without a second half is done with its first.
        let pending = STEPS.iter().skip(finished).any(|step| !step.finish.is_empty());
        self.run(scripts, STEPS.len(), if pending { finished } else { STEPS.len() }).await
    }

    async fn finish(&mut self, repeat: Repeat) -> Result<(), StoreError> {
        let (begun, finished) = self.counts().await?;
        let pending = STEPS.iter().take(begun).skip(finished).map(|step| step.finish);
        self.run(repeated(repeat, finished).chain(pending).collect(), begun, begun).await
    }

    async fn reset(&mut self) -> Result<(), StoreError> {
        let tables: Vec<String> = NAMES.into_iter().chain([PROGRESS_NAME]).map(quoted).collect();
        let sql = format!("DROP TABLE IF EXISTS {}", tables.join(", "));
        let query = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connection);
        within(self.connect.timeout, query).await.map(drop).map_err(unavailable)
    }
}
