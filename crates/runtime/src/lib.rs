//! The configuration as the data plane sees it.
//!
//! Records from the store become typed structs ([`records`]), these become one immutable [`Snapshot`] ([`snapshot`]),
//! and [`Configuration`] publishes it with one swap. The build is a pure function of records: the same code starts
//! the gateway and tries out an Admin write before it is committed.
//!
//! This crate knows no socket and no HTTP. Start at [`configuration`].

pub mod configuration;
mod counters;
pub mod definitions;
pub mod extent;
pub mod fault;
pub mod feed;
pub mod inventory;
pub mod live;
pub mod plan;
mod plugin_records;
pub mod records;
pub mod routes;
pub mod secrets;
pub mod snapshot;
pub mod streams;

pub use configuration::{CommitError, Configuration, Followed, StartError, Write, WriteError};
pub use definitions::Definitions;
pub use extent::Extent;
pub use fault::Fault;
pub use inventory::Inventory;
pub use live::{Pool, Pools};
pub use plan::{Instance, Plan, Step};
pub use records::Records;
pub use routes::{Condition, Miss, Origin, RouteEntry, RouteState, RouteTable, Selection};
pub use secrets::Secrets;
pub use snapshot::Snapshot;
pub use streams::StreamTable;
