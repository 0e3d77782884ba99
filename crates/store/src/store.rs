use async_trait::async_trait;
use gibbon_schema::Object;
use uuid::Uuid;

use crate::{
    Announcements, Changes, Count, Filter, HistoryEntry, Page, PageRequest, StoreError, TagPage, TagPageRequest,
    Transaction,
};

/// A database of records.
///
/// Each call sees one committed state. Records that have expired are never seen; where a record has a lifetime, its
/// `ttl` is what is left of it, in seconds.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Begins a transaction, which takes the next revision.
    ///
    /// There is one writer at a time: this waits until the transactions before it have ended, and gives up with
    /// [`StoreError::Unavailable`] after some seconds.
    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError>;

    /// The record with this id.
    async fn get(&self, kind: &str, id: Uuid) -> Result<Option<Object>, StoreError>;

    /// The record that has `value` in the unique field `field`.
    async fn find(&self, kind: &str, field: &str, value: &str) -> Result<Option<Object>, StoreError>;

    /// A page of the records of a kind, ordered by id.
    ///
    /// Whoever follows [`Page::next`] to the end sees every record that was there all the time exactly once.
    async fn page(&self, kind: &str, filter: &Filter, page: PageRequest) -> Result<Page, StoreError>;

    /// A page of all tags, or of the records that have one tag.
    async fn tagged(&self, tag: Option<&str>, page: TagPageRequest) -> Result<TagPage, StoreError>;

    /// Everything of these kinds, in one consistent read: what a node starts with, or when it is too far behind.
    async fn load(&self, kinds: &[&str]) -> Result<Loaded, StoreError>;

    /// The revision of the last commit; zero in a new store.
    async fn revision(&self) -> Result<u64, StoreError>;

    /// What has changed in the revisions after `revision`.
    async fn changes_since(&self, revision: u64) -> Result<Changes, StoreError>;

    /// Up to `size` entries of the history, the newest first; with `before`, only those of earlier revisions.
    async fn history(&self, before: Option<u64>, size: usize) -> Result<Vec<HistoryEntry>, StoreError>;

    /// The Unix second at which the next record expires, or did: the time for [`Transaction::purge_expired`].
    async fn next_expiry(&self) -> Result<Option<i64>, StoreError>;

    /// Adds to counts that nodes share, to all of them or to none; what they hold then, in the same order. It makes no
    /// revision.
    async fn count(&self, counts: &[Count]) -> Result<Vec<i64>, StoreError>;

    /// Forgets the counts whose time is over at `now`, a Unix second.
    async fn forget_counts(&self, now: i64) -> Result<(), StoreError>;

    /// Word of commits by others, who write to the same database; none where this process is the only one to write.
    ///
    /// What was committed before the answer is announced to nobody: ask for changes after it.
    async fn announcements(&self) -> Result<Option<Box<dyn Announcements>>, StoreError>;

    /// Tells all who follow the announcements of this store something, this process among them. Where this process is
    /// the only one, there is nobody to tell.
    async fn tell(&self, word: &str) -> Result<(), StoreError>;

    /// The revision of the copy that was loaded in the place of the database, as long as that has not answered yet; none
    /// for a store that keeps no copy.
    fn copy_in_use(&self) -> Option<u64> {
        None
    }

    /// Brings the copy up to date that the store keeps for when its database is away, if it keeps one; `live` is the
    /// revision that this node serves.
    async fn keep_copy(&self, _live: u64) -> Result<(), StoreError> {
        Ok(())
    }

    /// Waits for what is under way, then closes the database. Later calls fail.
    async fn close(&self);
}

/// The records of one consistent read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// The revision that they are the state of.
    pub revision: u64,
    /// Kind and body, kind by kind as asked for, and by id within a kind.
    pub records: Vec<(String, Object)>,
}
