use async_trait::async_trait;

use crate::StoreError;

/// What those who use one database tell each other through it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Announcement {
    /// Somebody has committed this revision. It may be about another store in the same database, so that it is a reason
    /// to ask for changes and never a change by itself.
    Committed(u64),
    /// Somebody has told all of them something, with [`Store::tell`](crate::Store::tell).
    Told(String),
}

/// Word from the database.
#[async_trait]
pub trait Announcements: Send {
    /// Waits for the next word, which may come late. Word may also get lost.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when no more word will come: begin again with
    /// [`Store::announcements`](crate::Store::announcements), and ask for what was missed.
    async fn next(&mut self) -> Result<Announcement, StoreError>;
}
