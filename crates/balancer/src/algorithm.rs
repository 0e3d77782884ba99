//! How a peer is chosen, a file for each way.
//!
//! All of them are handed the members of a [`Table`](crate::Table) and which of these may be chosen at all.

pub(crate) mod consistent_hashing;
pub mod latency;
pub(crate) mod least_connections;
pub(crate) mod round_robin;

/// The ways to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// In turn, by weight.
    RoundRobin,
    /// By a hash of something in the request.
    ConsistentHashing {
        /// Into how many parts the hashes are divided.
        slots: u32,
    },
    /// The one with the fewest requests under way, by weight.
    LeastConnections,
    /// The one that has answered fastest of late.
    Latency,
}
