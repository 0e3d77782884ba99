//! From one process to the next, without a connection refused or lost: how a gateway changes to another program.
//!
//! The gateway that runs (the *predecessor*) starts the program anew (the *successor*) with one end of a channel as its
//! standard input, and the two of them go step by step:
//!
//! ```text
//! predecessor                                 successor
//!     ── the listening sockets ──────────────▶
//!                                             reads settings and database, accepts nothing
//!     ◀── prepared ───────────────────────────
//! ends its Admin API
//!     ── go ─────────────────────────────────▶
//!                                             takes the prefix, catches up, serves
//!     ◀── serving ────────────────────────────
//! accepts nothing more
//!     ── alone ──────────────────────────────▶
//!                                             begins its Admin API
//! serves what is under way, then ends
//! ```
//!
//! The sockets are the same ones, so whoever waits to be accepted waits on; and as one of the two always accepts, nobody
//! waits for long. There is one Admin API at a time, and its process is the one that accepts, so that a write is live for
//! every connection that comes after its answer. One that the predecessor still has may miss what was written in the last
//! tenth of a second. Until the successor serves it may fail, and the predecessor goes on as if nothing had been.

mod channel;
mod listeners;
mod outcome;
mod predecessor;
mod successor;

pub(crate) use listeners::Listeners;
pub(crate) use outcome::Outcome;
pub(crate) use predecessor::{Attempt, HandoverError};
pub(crate) use successor::{Successor, SuccessorError};
