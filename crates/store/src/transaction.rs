use async_trait::async_trait;
use gibbon_schema::{EntityDef, Object};
use uuid::Uuid;

use crate::{Change, StoreError};

/// One revision in the making: the only way to write.
///
/// Nothing of it is seen outside before [`commit`](Self::commit), and one that is dropped leaves nothing behind.
/// After a write that failed, or that was given up halfway, it can only be rolled back: every later write, and the
/// commit, answers [`StoreError::Aborted`].
#[async_trait]
pub trait Transaction: Send {
    /// The revision that a commit will make.
    fn revision(&self) -> u64;

    /// The record with this id, as this transaction sees it.
    async fn get(&mut self, kind: &str, id: Uuid) -> Result<Option<Object>, StoreError>;

    /// The record that has `value` in the unique field `field`, as this transaction sees it.
    async fn find(&mut self, kind: &str, field: &str, value: &str) -> Result<Option<Object>, StoreError>;

    /// Adds a record. `body` is as its schema prepared it.
    ///
    /// Where the schema has a field `ttl`, its seconds count from now; none or zero means for ever.
    ///
    /// # Errors
    /// [`StoreError::PrimaryKey`], [`StoreError::Unique`] and [`StoreError::ForeignKey`].
    async fn insert(&mut self, def: &EntityDef, body: &Object) -> Result<(), StoreError>;

    /// Puts `body` in the place of the record with its id, or adds it where there is none.
    ///
    /// # Errors
    /// [`StoreError::Unique`] and [`StoreError::ForeignKey`].
    async fn replace(&mut self, def: &EntityDef, body: &Object) -> Result<(), StoreError>;

    /// Deletes a record and, transitively, every record whose reference to it says `Cascade`; sets references that say
    /// `SetNull` to null.
    ///
    /// # Errors
    /// [`StoreError::Referenced`] if a reference that says `Restrict` would be left dangling.
    async fn delete(&mut self, kind: &str, id: Uuid) -> Result<Deleted, StoreError>;

    /// Deletes up to `limit` records that have expired, with all that hangs on them, and answers how many. Which they
    /// are is in [`changes`](Self::changes). An expired record that a living one holds by `Restrict` stays, unseen.
    async fn purge_expired(&mut self, limit: usize) -> Result<usize, StoreError>;

    /// From here on a reference may name a record that comes later in this transaction; commit checks them all. For
    /// imports and mirrors, whose records come in any order.
    fn defer_references(&mut self);

    /// Checks the references of all that was written so far, for those who want to know before the commit.
    ///
    /// # Errors
    /// [`StoreError::ForeignKey`] names the first that dangles.
    async fn check_references(&mut self) -> Result<(), StoreError>;

    /// Puts an entry into the history under this transaction's revision, in the place of one that it has put there
    /// before. It lasts as long as the transaction's other writes do, and until
    /// [`Options::kept_history`](crate::Options::kept_history) later ones have been remembered. It touches no record,
    /// so it is not among the changes.
    async fn remember(&mut self, entry: &Object) -> Result<(), StoreError>;

    /// Everything that this transaction has touched so far, cascades included: the last change of each record, in the
    /// order in which they were first touched.
    fn changes(&self) -> &[Change];

    /// Makes it all durable and visible at once.
    ///
    /// # Errors
    /// After [`StoreError::Unavailable`] it is not known whether the database has taken the revision;
    /// [`Store::revision`](crate::Store::revision) tells. After all others it has not.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;

    /// Takes everything back; the revision goes to the next transaction.
    async fn rollback(self: Box<Self>) -> Result<(), StoreError>;
}

/// What became of a delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deleted {
    /// The record was there and is gone.
    Removed,
    /// There was no such record.
    Absent,
}
