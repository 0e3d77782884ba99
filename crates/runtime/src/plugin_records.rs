//! The records that plugins keep, in the same store and through the same door as all others.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use gibbon_plugin_api::{Edit, Finding, Listing, PluginRecords, RecordsError, Writing};
use gibbon_schema::{Object, Violations};
use gibbon_store::{Deleted, StoreError, Transaction};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::configuration::{CommitError, Configuration, WriteError};
use crate::definitions::Definitions;

/// How long a request waits for what it has to find or write.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many requests may be finding or writing at once. Writes wait for each other, so that more would only wait longer.
const ROOM: usize = 1024;

/// See the module. Plugins are configured before the configuration is whole, which is told later.
pub(crate) struct StoreRecords {
    configuration: OnceLock<Weak<Configuration>>,
    runtime: Handle,
    room: Arc<Semaphore>,
}

impl StoreRecords {
    /// To be called on the runtime that speaks to the store.
    pub(crate) fn new() -> Self {
        let room = Arc::new(Semaphore::new(ROOM));
        Self { configuration: OnceLock::new(), runtime: Handle::current(), room }
    }

    /// From here on there is something to be found.
    pub(crate) fn belong_to(&self, configuration: &Arc<Configuration>) {
        // A second time would change nothing.
        let _ = self.configuration.set(Arc::downgrade(configuration));
    }

    /// Does `work` beside the workers, whether somebody waits for it or not.
    fn beside<T, W>(&self, work: impl FnOnce(Arc<Configuration>) -> W) -> Doing<T>
    where
        T: Send + 'static,
        W: Future<Output = Result<T, RecordsError>> + Send + 'static,
    {
        let Ok(place) = Arc::clone(&self.room).try_acquire_owned() else {
            return Box::pin(async { Err(RecordsError::Busy) });
        };
        let Some(configuration) = self.configuration.get().and_then(Weak::upgrade) else {
            return Box::pin(async { Err(RecordsError::Away("the gateway is not running".to_owned())) });
        };
        let work = work(configuration);
        let task = self.runtime.spawn(async move {
            let _place = place;
            work.await
        });
        // What has begun is brought to its end, also where nobody waits any longer.
        let waiting = self.runtime.spawn(async move { tokio::time::timeout(PATIENCE, task).await });
        Box::pin(async move {
            match waiting.await {
                Ok(Ok(Ok(outcome))) => outcome,
                Ok(Ok(Err(error))) | Err(error) => Err(away(error)),
                Ok(Err(_)) => Err(away("it takes too long")),
            }
        })
    }
}

type Doing<T> = Pin<Box<dyn Future<Output = Result<T, RecordsError>> + Send>>;

impl PluginRecords for StoreRecords {
    fn find(&self, kind: &'static str, field: &'static str, value: String) -> Finding {
        self.beside(
            move |configuration| async move { configuration.store().find(kind, field, &value).await.map_err(told) },
        )
    }

    fn get(&self, kind: &'static str, id: Uuid) -> Finding {
        self.beside(move |configuration| async move { configuration.store().get(kind, id).await.map_err(told) })
    }

    fn all(&self, kind: &'static str) -> Listing {
        self.beside(move |configuration| async move {
            let loaded = configuration.store().load(&[kind]).await.map_err(told)?;
            Ok(loaded.records.into_iter().map(|(_, record)| record).collect())
        })
    }

    fn write(&self, edits: Vec<Edit>) -> Writing {
        self.beside(move |configuration| async move { write(&configuration, edits).await })
    }
}

async fn write(configuration: &Configuration, edits: Vec<Edit>) -> Result<Vec<Object>, RecordsError> {
    let mut write = configuration.write().await.map_err(|error: WriteError| told(error.into()))?;
    match apply(configuration.definitions(), write.tx(), edits).await {
        Ok(records) => match write.commit().await {
            Ok(_) => Ok(records),
            Err(CommitError::Store(error)) => Err(told(error)),
            Err(error @ CommitError::Unbuildable(_)) => Err(RecordsError::Refused(error.to_string())),
        },
        Err(error) => {
            if let Err(error) = write.rollback().await {
                tracing::warn!("what a plugin was to write was not rolled back: {error}");
            }
            Err(error)
        }
    }
}

async fn apply(
    definitions: &Definitions,
    tx: &mut dyn Transaction,
    edits: Vec<Edit>,
) -> Result<Vec<Object>, RecordsError> {
    let unknown = |kind: &str| RecordsError::Refused(format!("there is no entity `{kind}`"));
    let invalid = |violations: Violations| RecordsError::Refused(violations.message());
    let mut records = Vec::new();
    for edit in edits {
        match edit {
            Edit::Insert { kind, body } => {
                let def = definitions.get(kind).ok_or_else(|| unknown(kind))?;
                let record = def.prepare_insert(body, definitions).map_err(invalid)?;
                tx.insert(def, &record).await.map_err(told)?;
                records.push(record);
            }
            Edit::Update { kind, id, fields } => {
                let def = definitions.get(kind).ok_or_else(|| unknown(kind))?;
                let existing = tx.get(kind, id).await.map_err(told)?.ok_or(RecordsError::Gone)?;
                let record = def.prepare_update(&existing, fields, definitions).map_err(invalid)?;
                tx.replace(def, &record).await.map_err(told)?;
                records.push(record);
            }
            Edit::Take { kind, id } => match tx.delete(kind, id).await.map_err(told)? {
                Deleted::Removed => {}
                Deleted::Absent => return Err(RecordsError::Gone),
            },
            Edit::Delete { kind, id } => {
                tx.delete(kind, id).await.map_err(told)?;
            }
        }
    }
    Ok(records)
}

fn told(error: StoreError) -> RecordsError {
    match error {
        StoreError::PrimaryKey { .. }
        | StoreError::Unique { .. }
        | StoreError::ForeignKey { .. }
        | StoreError::Referenced { .. }
        | StoreError::MissingId { .. } => RecordsError::Refused(error.to_string()),
        error => away(error),
    }
}

fn away(error: impl std::fmt::Display) -> RecordsError {
    RecordsError::Away(error.to_string())
}
