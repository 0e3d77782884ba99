//! Counts that several nodes share.

use std::future::Future;
use std::pin::Pin;

/// A count within a window of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedWindow {
    /// What is counted, the window included.
    pub name: String,
    /// When the window began, in seconds since 1970.
    pub start: i64,
    /// From when on nobody asks for it any more.
    pub expires_at: i64,
}

/// Counts that cannot be had now.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the counts cannot be had: {0}")]
pub struct CountersAway(pub String);

/// The counts after an addition, in the order of the windows.
pub type Counting = Pin<Box<dyn Future<Output = Result<Vec<i64>, CountersAway>> + Send>>;

/// A place for counts that nodes share. Waiting for it holds up one request and no worker.
pub trait SharedCounters: Send + Sync {
    /// Adds to all windows, and gives what they hold then.
    fn add(&self, windows: Vec<CountedWindow>, amount: i64) -> Counting;
}
