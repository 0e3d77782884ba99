use async_trait::async_trait;

use crate::StoreError;

/// Word from the database that somebody has committed.
#[async_trait]
pub trait Announcements: Send {
    /// Waits for the next word; it is the revision of a commit. Word may get lost, come late, or be about another store
    /// in the same database, so that it is a reason to ask for changes and never a change by itself.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when no more word will come: begin again with
    /// [`Store::announcements`](crate::Store::announcements), and ask for what was missed.
    async fn next(&mut self) -> Result<u64, StoreError>;
}
