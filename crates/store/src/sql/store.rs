use async_trait::async_trait;
use gibbon_schema::Object;
use uuid::Uuid;

use super::transaction::WriteTransaction;
use super::{Connection, Session, changes, counters, history, page, read, tagged};
use crate::body::View;
use crate::{
    Announcements, Changes, Count, Filter, HistoryEntry, Loaded, Options, Page, PageRequest, Store, StoreError,
    TagPage, TagPageRequest, Transaction,
};

/// Where the connections of a database come from.
pub(crate) trait Pools: Send + Sync + 'static {
    /// What a single read runs on.
    type Reader: Connection;
    /// What several reads of one state run on.
    type Snapshot: Connection;
    /// What a transaction writes through.
    type Session: Session;

    /// A connection for one read.
    fn reader(&self) -> impl Future<Output = Result<Self::Reader, StoreError>> + Send;
    /// A connection that sees one state of the database in all its reads.
    fn snapshot(&self) -> impl Future<Output = Result<Self::Snapshot, StoreError>> + Send;
    /// A connection that can write what is no configuration.
    fn counter(&self) -> impl Future<Output = Result<Self::Reader, StoreError>> + Send;
    /// A transaction that has taken the revision which is the other half of the answer.
    fn begin(&self) -> impl Future<Output = Result<(Self::Session, u64), StoreError>> + Send;
    /// Word of commits, where others than this process may make some.
    fn announcements(&self) -> impl Future<Output = Result<Option<Box<dyn Announcements>>, StoreError>> + Send;
    /// Tells the others something, where there are others.
    fn tell(&self, word: &str) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Waits for what is under way, and closes all connections.
    fn close(&self) -> impl Future<Output = ()> + Send;
}

/// A store in a database that speaks SQL. It is opened by the module of that database, and used through [`Store`].
#[derive(Debug)]
pub struct SqlStore<P> {
    pools: P,
    options: Options,
}

impl<P> SqlStore<P> {
    pub(crate) fn new(pools: P, options: Options) -> Self {
        Self { pools, options }
    }

    fn view(&self) -> View<'_> {
        View { kinds: &*self.options.kinds, now: self.options.clock.now() }
    }
}

#[async_trait]
impl<P: Pools> Store for SqlStore<P> {
    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError> {
        let (session, revision) = self.pools.begin().await?;
        Ok(Box::new(WriteTransaction::new(session, revision, &self.options)))
    }

    async fn get(&self, kind: &str, id: Uuid) -> Result<Option<Object>, StoreError> {
        read::get(&mut self.pools.reader().await?, self.view(), kind, id).await
    }

    async fn find(&self, kind: &str, field: &str, value: &str) -> Result<Option<Object>, StoreError> {
        read::find(&mut self.pools.reader().await?, self.view(), kind, field, value).await
    }

    async fn page(&self, kind: &str, filter: &Filter, page: PageRequest) -> Result<Page, StoreError> {
        page::page(&mut self.pools.reader().await?, self.view(), kind, filter, page).await
    }

    async fn tagged(&self, tag: Option<&str>, page: TagPageRequest) -> Result<TagPage, StoreError> {
        tagged::page(&mut self.pools.reader().await?, self.options.clock.now(), tag, page).await
    }

    async fn load(&self, kinds: &[&str]) -> Result<Loaded, StoreError> {
        read::load(&mut self.pools.snapshot().await?, self.view(), kinds).await
    }

    async fn revision(&self) -> Result<u64, StoreError> {
        read::revision(&mut self.pools.reader().await?).await
    }

    async fn changes_since(&self, revision: u64) -> Result<Changes, StoreError> {
        changes::since(&mut self.pools.snapshot().await?, self.view(), revision).await
    }

    async fn history(&self, before: Option<u64>, size: usize) -> Result<Vec<HistoryEntry>, StoreError> {
        history::before(&mut self.pools.reader().await?, before, size).await
    }

    async fn next_expiry(&self) -> Result<Option<i64>, StoreError> {
        read::next_expiry(&mut self.pools.reader().await?).await
    }

    async fn count(&self, counts: &[Count]) -> Result<Vec<i64>, StoreError> {
        counters::add(&mut self.pools.counter().await?, counts).await
    }

    async fn forget_counts(&self, now: i64) -> Result<(), StoreError> {
        counters::forget(&mut self.pools.counter().await?, now).await
    }

    async fn announcements(&self) -> Result<Option<Box<dyn Announcements>>, StoreError> {
        self.pools.announcements().await
    }

    async fn tell(&self, word: &str) -> Result<(), StoreError> {
        self.pools.tell(word).await
    }

    async fn close(&self) {
        self.pools.close().await;
    }
}
