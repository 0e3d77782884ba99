//! What a test of the contract works with: a database of its own, a clock that it turns by hand, and short words for
//! what all tests do.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use gibbon_schema::Object;
use gibbon_store::{Clock, Filter, Options, PageRequest, Store, StoreError, postgres, sqlite};
use gibbon_testkit::postgres::Database;
use uuid::Uuid;

use crate::kinds::{def, definitions, id_of};

/// A database for one test.
pub(crate) trait Backend: Send + Sync + 'static {
    /// Whether there is such a database on this machine.
    fn is_here() -> bool {
        true
    }
    /// How many runs a test of random ones makes: a new database takes longer here than there.
    const RANDOM_RUNS: u32;
    /// A new, empty database, which is gone when this is dropped.
    fn new() -> Self;
    /// Opens it; several stores may be open at once.
    async fn open(&self, options: Options) -> Result<Arc<dyn Store>, StoreError>;
    /// Makes it look as if a later Gibbon had written it. The answer is what an error should call it.
    async fn make_newer(&self) -> String;
}

pub(crate) struct Sqlite {
    folder: tempfile::TempDir,
}

impl Sqlite {
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("gibbon.db")
    }
}

impl Backend for Sqlite {
    const RANDOM_RUNS: u32 = 64;

    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    async fn open(&self, options: Options) -> Result<Arc<dyn Store>, StoreError> {
        Ok(Arc::new(sqlite::open_with(&self.path(), options).await?))
    }

    async fn make_newer(&self) -> String {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.path());
        let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
        sqlx::query("UPDATE schema_version SET version = 1000").execute(&pool).await.unwrap();
        pool.close().await;
        self.path().display().to_string()
    }
}

pub(crate) struct Postgres(pub(crate) Database);

impl Backend for Postgres {
    const RANDOM_RUNS: u32 = 12;

    fn is_here() -> bool {
        gibbon_testkit::postgres::is_installed()
    }

    fn new() -> Self {
        Self(Database::new())
    }

    async fn open(&self, options: Options) -> Result<Arc<dyn Store>, StoreError> {
        Ok(Arc::new(postgres::open_with(&self.0.connect(), options).await?))
    }

    async fn make_newer(&self) -> String {
        self.0.run("UPDATE gibbon_schema SET begun = 1000");
        self.0.name().to_owned()
    }
}

/// A clock that stands still until it is turned.
pub(crate) struct ManualClock(AtomicI64);

impl ManualClock {
    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

pub(crate) const START: i64 = 1_800_000_000;

/// A database with an open store, and the clock of that store.
pub(crate) struct World<B> {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) options: Options,
    pub(crate) backend: B,
}

impl<B: Backend> World<B> {
    pub(crate) async fn new() -> Self {
        Self::keeping(100_000).await
    }

    /// One whose store keeps that many rows of changes.
    pub(crate) async fn keeping(kept_changes: usize) -> Self {
        let clock = Arc::new(ManualClock(AtomicI64::new(START)));
        let options =
            Options { clock: clock.clone(), kinds: Arc::new(definitions()), kept_changes, ..Options::default() };
        let backend = B::new();
        let store = backend.open(options.clone()).await.unwrap();
        Self { store, clock, options, backend }
    }

    /// Inserts in one transaction, which is rolled back when one of them fails.
    pub(crate) async fn try_insert(&self, records: &[(&str, Object)]) -> Result<u64, StoreError> {
        let mut tx = self.store.begin().await?;
        let revision = tx.revision();
        for (kind, body) in records {
            tx.insert(def(kind), body).await?;
        }
        tx.commit().await?;
        Ok(revision)
    }

    pub(crate) async fn insert(&self, records: &[(&str, Object)]) -> u64 {
        self.try_insert(records).await.unwrap()
    }

    pub(crate) async fn try_replace(&self, kind: &str, body: &Object) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        tx.replace(def(kind), body).await?;
        tx.commit().await
    }

    pub(crate) async fn replace(&self, kind: &str, body: &Object) {
        self.try_replace(kind, body).await.unwrap();
    }

    pub(crate) async fn try_delete(&self, kind: &str, id: Uuid) -> Result<gibbon_store::Deleted, StoreError> {
        let mut tx = self.store.begin().await?;
        let deleted = tx.delete(kind, id).await?;
        tx.commit().await?;
        Ok(deleted)
    }

    pub(crate) async fn delete(&self, kind: &str, id: Uuid) {
        assert_eq!(self.try_delete(kind, id).await.unwrap(), gibbon_store::Deleted::Removed);
    }

    pub(crate) async fn get(&self, kind: &str, id: Uuid) -> Option<Object> {
        self.store.get(kind, id).await.unwrap()
    }

    pub(crate) async fn find(&self, kind: &str, field: &str, value: &str) -> Option<Uuid> {
        self.store.find(kind, field, value).await.unwrap().map(|body| id_of(&body))
    }

    /// The ids that following all pages of this size shows, in the order in which they are shown.
    pub(crate) async fn ids(&self, kind: &str, filter: &Filter, size: usize) -> Vec<Uuid> {
        let (mut ids, mut after) = (Vec::new(), None);
        loop {
            let page = self.store.page(kind, filter, PageRequest { size, after }).await.unwrap();
            assert!(page.records.len() <= size);
            ids.extend(page.records.iter().map(id_of));
            match page.next {
                Some(next) => after = Some(next),
                None => return ids,
            }
        }
    }

    pub(crate) async fn all(&self, kind: &str) -> Vec<Uuid> {
        self.ids(kind, &Filter::default(), 1_000).await
    }
}
