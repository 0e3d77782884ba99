//! Records that plugins keep: found and written beside the workers, and live on all nodes as what the Admin API writes.

use std::future::Future;
use std::pin::Pin;

use gibbon_schema::Object;
use uuid::Uuid;

/// What plugins may find and write. Both are done also where nobody waits for them.
pub trait PluginRecords: Send + Sync {
    /// The record of `kind` that has `value` in the unique field `field`.
    fn find(&self, kind: &'static str, field: &'static str, value: String) -> Finding;

    /// The record of `kind` with this id.
    fn get(&self, kind: &'static str, id: Uuid) -> Finding;

    /// All records of `kind`, in the order of their ids.
    fn all(&self, kind: &'static str) -> Listing;

    /// Makes changes, all of them or none. They are live on this node when the answer comes: the records that were
    /// added and changed, in the order of the edits.
    fn write(&self, edits: Vec<Edit>) -> Writing;
}

/// A record, some time later.
pub type Finding = Pin<Box<dyn Future<Output = Result<Option<Object>, RecordsError>> + Send>>;

/// Records, some time later.
pub type Listing = Pin<Box<dyn Future<Output = Result<Vec<Object>, RecordsError>> + Send>>;

/// Records as they were written, some time later.
pub type Writing = Pin<Box<dyn Future<Output = Result<Vec<Object>, RecordsError>> + Send>>;

/// A change.
#[derive(Debug, Clone)]
pub enum Edit {
    /// Adds a record.
    Insert {
        /// Its entity.
        kind: &'static str,
        /// What is to be said of it; its schema does the rest.
        body: Object,
    },
    /// Changes fields of a record.
    Update {
        /// Its entity.
        kind: &'static str,
        /// Its id.
        id: Uuid,
        /// Their new values.
        fields: Object,
    },
    /// Deletes a record that has to be there: of several who take the same one, one gets it.
    Take {
        /// Its entity.
        kind: &'static str,
        /// Its id.
        id: Uuid,
    },
    /// Deletes a record, if it is there.
    Delete {
        /// Its entity.
        kind: &'static str,
        /// Its id.
        id: Uuid,
    },
}

/// Why records could not be had or written. Nothing was written then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordsError {
    /// A record to be taken or changed is not there any more.
    #[error("a record is not there any more")]
    Gone,
    /// Too many others are waiting.
    #[error("too much is waiting to be written")]
    Busy,
    /// What was to be written is not valid, or what it refers to is not there.
    #[error("a record is refused: {0}")]
    Refused(String),
    /// They are away.
    #[error("the records are away: {0}")]
    Away(String),
}
