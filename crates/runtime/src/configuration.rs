//! The one way in which configuration changes: written, built, committed, and only then published with one swap.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use gibbon_plugin_api::{Node, Registry, Settings};
use gibbon_schema::Environment as _;
use gibbon_store::{Changes, Store, StoreError, Transaction};
use gibbon_tls::{ByName, Identity};
use tokio::sync::{Mutex, MutexGuard, watch};

use crate::counters::StoreCounters;
use crate::definitions::Definitions;
use crate::extent::{Extent, Touched};
use crate::fault::Fault;
use crate::plugin_records::StoreRecords;
use crate::records::Records;
use crate::secrets::Secrets;
use crate::snapshot::Snapshot;

/// The configuration of this node.
pub struct Configuration {
    store: Arc<dyn Store>,
    registry: Arc<Registry>,
    definitions: Arc<Definitions>,
    settings: Settings,
    current: ArcSwap<Snapshot>,
    /// Grows with every publication; what a worker compares before it looks at `current`.
    generation: AtomicU64,
    /// The same for those who wait for the next publication.
    publications: watch::Sender<u64>,
    records: Mutex<Records>,
    /// Revisions that workers may still hold: dropped here, so that no worker pays for it.
    retired: std::sync::Mutex<Vec<Arc<Snapshot>>>,
}

/// What asking for changes has brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// Others had written, and what they wrote is live here now.
    Changes,
    /// There was nothing new.
    Nothing,
}

/// How many expired records one write removes at most, so that no write takes long.
const PURGE_AT_ONCE: usize = 1000;

/// The configuration could not be read at start.
#[derive(Debug, thiserror::Error)]
#[error("cannot load the configuration: {0}")]
pub struct StartError(#[from] StoreError);

/// A write could not begin.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct WriteError(#[from] StoreError);

impl From<WriteError> for StoreError {
    fn from(WriteError(error): WriteError) -> Self {
        error
    }
}

/// A write was not taken; nothing of it is stored.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The records that it leaves behind could not be served.
    #[error("the change cannot be served: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Unbuildable(Vec<Fault>),
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Configuration {
    /// Loads everything from `store`. A record that does not build is left out closed and named in the snapshot's
    /// faults: stored records never keep a node from starting.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn load(
        store: Arc<dyn Store>,
        registry: Arc<Registry>,
        definitions: Arc<Definitions>,
        mut settings: Settings,
    ) -> Result<Arc<Self>, StartError> {
        settings.node.counters = Some(Arc::new(StoreCounters::new(Arc::clone(&store))));
        let plugin_records = Arc::new(StoreRecords::new());
        settings.node.records = Some(Arc::clone(&plugin_records) as _);
        settings.node.runtime = Some(tokio::runtime::Handle::current());
        let records = load_records(&*store, &definitions, &registry, &settings).await?;
        let snapshot = Snapshot::build(&records, &registry, definitions.router_flavor());
        for fault in snapshot.faults() {
            tracing::error!(kind = fault.kind, id = %fault.id, "a stored record is left out: {fault}");
        }
        warn_of_unindexed(0, &snapshot);
        let configuration = Arc::new(Self {
            store,
            registry,
            definitions,
            settings,
            current: ArcSwap::from_pointee(snapshot),
            generation: AtomicU64::new(1),
            publications: watch::channel(1).0,
            records: Mutex::new(records),
            retired: std::sync::Mutex::default(),
        });
        plugin_records.belong_to(&configuration);
        Ok(configuration)
    }

    /// The store, for reads.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// All entities.
    pub fn definitions(&self) -> &Definitions {
        &self.definitions
    }

    /// All plugins.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// What the plugins of this node share.
    pub fn node(&self) -> &Node {
        &self.settings.node
    }

    /// The revision that is live.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// A number that changes whenever [`Configuration::snapshot`] does.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// The same number, for whoever wants to wait until it changes.
    pub fn publications(&self) -> watch::Receiver<u64> {
        self.publications.subscribe()
    }

    /// Begins a write. There is one writer at a time on this node.
    ///
    /// # Errors
    /// Where the store is away.
    pub async fn write(&self) -> Result<Write<'_>, WriteError> {
        let mut records = self.records.lock().await;
        let transaction = self.store.begin().await?;
        if transaction.revision() != records.revision + 1 {
            self.catch_up(&mut records).await?;
        }
        Ok(Write { configuration: self, records, transaction })
    }

    /// Removes the records whose time is over, if there are any, as a write of its own.
    ///
    /// # Errors
    /// Where the store is away.
    pub async fn purge_expired(&self) -> Result<(), CommitError> {
        let due = self.store.next_expiry().await?.is_some_and(|time| time <= self.definitions.now());
        if !due {
            return Ok(());
        }
        let mut write = self.write().await.map_err(|WriteError(error)| error)?;
        // Another node may have done it in the meantime.
        if write.tx().purge_expired(PURGE_AT_ONCE).await? == 0 {
            return Ok(write.rollback().await?);
        }
        write.commit().await.map(drop)
    }

    /// Takes over what others have written to the same store since the revision that is live here.
    ///
    /// # Errors
    /// Where the store is away.
    pub async fn follow(&self) -> Result<Followed, WriteError> {
        let mut records = self.records.lock().await;
        Ok(self.catch_up(&mut records).await?)
    }

    async fn catch_up(&self, records: &mut Records) -> Result<Followed, StoreError> {
        let extent = match self.store.changes_since(records.revision).await? {
            Changes::List(changes) if changes.is_empty() => return Ok(Followed::Nothing),
            Changes::List(changes) => records.apply(&changes, &self.registry, &self.settings),
            Changes::TooFarBehind => {
                *records = load_records(&*self.store, &self.definitions, &self.registry, &self.settings).await?;
                Extent::Routes(Touched::all())
            }
        };
        self.publish(self.current.load().next(records, &self.registry, extent));
        Ok(Followed::Changes)
    }

    fn publish(&self, snapshot: Snapshot) {
        warn_of_unindexed(self.current.load().routes.router().unindexed(), &snapshot);
        let old = self.current.swap(Arc::new(snapshot));
        let generation = self.generation.fetch_add(1, Ordering::Release) + 1;
        self.publications.send_replace(generation);
        let mut retired = self.retired.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        retired.push(old);
        retired.retain(|snapshot| Arc::strong_count(snapshot) > 1);
    }

    /// Frees the revisions that no worker holds any more; to be called now and then beside the workers.
    pub fn sweep(&self) {
        let mut retired = self.retired.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        retired.retain(|snapshot| Arc::strong_count(snapshot) > 1);
    }
}

/// Says so when there are more regexes and expressions than before that every request is compared with.
fn warn_of_unindexed(before: usize, snapshot: &Snapshot) {
    let count = snapshot.routes.router().unindexed();
    if count > before {
        tracing::warn!(
            count,
            "every request is compared with {count} regexes or expressions of routes: they name neither a host nor what \
             paths begin with"
        );
    }
}

impl ByName for Configuration {
    fn identity(&self, name: &str) -> Option<Arc<Identity>> {
        let snapshot = self.snapshot();
        let own = snapshot.own_identity(name);
        if own.is_none() {
            snapshot.routes.unrouted().lacks_certificate(name);
        }
        own.or_else(|| snapshot.identity_for_all()).cloned()
    }

    fn for_nobody(&self) -> Option<Arc<Identity>> {
        self.snapshot().identity_for_all().cloned()
    }
}

async fn load_records(
    store: &dyn Store,
    definitions: &Arc<Definitions>,
    registry: &Registry,
    settings: &Settings,
) -> Result<Records, StoreError> {
    let kinds: Vec<&str> = definitions.iter().map(|entity| entity.name).collect();
    let loaded = store.load(&kinds).await?;
    let mut records = Records::empty(registry, Secrets::new(Arc::clone(definitions)));
    records.revision = loaded.revision;
    for (kind, body) in &loaded.records {
        if let Some(id) = body.get("id").and_then(|id| id.as_str()).and_then(|id| uuid::Uuid::try_parse(id).ok()) {
            records.put(kind, id, body, registry, settings);
        }
    }
    Ok(records)
}

/// A write under way. Dropped without [`Write::commit`], it leaves nothing behind.
pub struct Write<'a> {
    configuration: &'a Configuration,
    records: MutexGuard<'a, Records>,
    transaction: Box<dyn Transaction>,
}

impl Write<'_> {
    /// The transaction that the write goes through.
    pub fn tx(&mut self) -> &mut dyn Transaction {
        &mut *self.transaction
    }

    /// Builds the next revision, commits, and makes it live. Returns the revision.
    ///
    /// # Errors
    /// Where what was written cannot be served, or the store does not take it. In both cases nothing is stored.
    pub async fn commit(mut self) -> Result<u64, CommitError> {
        let configuration = self.configuration;
        let changes = self.transaction.changes();
        let touched: Vec<uuid::Uuid> = changes.iter().map(|change| change.id).collect();
        let mut next = self.records.clone();
        let extent = next.apply(changes, &configuration.registry, &configuration.settings);
        next.revision = self.transaction.revision();
        let snapshot = configuration.current.load().next(&next, &configuration.registry, extent);
        // A fault that was there before must not forbid writes elsewhere; one that this write makes does.
        let faults: Vec<Fault> = snapshot.faults().filter(|fault| touched.contains(&fault.id)).cloned().collect();
        if !faults.is_empty() {
            self.transaction.rollback().await?;
            return Err(CommitError::Unbuildable(faults));
        }
        self.transaction.commit().await?;
        let revision = next.revision;
        *self.records = next;
        configuration.publish(snapshot);
        Ok(revision)
    }

    /// Gives the write up.
    ///
    /// # Errors
    /// Where the store is away; nothing is stored then either.
    pub async fn rollback(self) -> Result<(), StoreError> {
        self.transaction.rollback().await
    }
}
