//! The last writes through this API: who did what to which records, and how to take one back.
//!
//! An entry is stored in the transaction of the write that it tells of, so that there is no write without one and no
//! entry without a write. It holds records as they were before and after, whole; what is shown of it is masked.

mod entry;
mod undo;

pub(crate) use entry::{Author, Entry, Subject, capture};
pub(crate) use undo::undo;
