//! Where a request goes once its service is known.
//!
//! - [`dns`]: from the name of a host to its addresses.
//! - [`Table`]: the peers of an upstream, and the choice among them; a file of `algorithm/` for each way to choose.
//! - [`health`]: what makes a peer unhealthy, and healthy again.
//!
//! Choosing takes no lock, allocates nothing and waits for nothing. Who asks whom for what is not known here: this crate
//! knows nothing of routes, services, plugins or HTTP. Start reading at `table.rs`.

pub mod algorithm;
pub mod dns;
pub mod hash;
pub mod health;
pub mod peer;
pub mod table;

pub use algorithm::Algorithm;
pub use peer::{Peer, UnderWay};
pub use table::{Checks, Member, NoPeer, Table, Wish};
