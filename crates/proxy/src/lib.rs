//! The data plane: what happens to a request between a client's socket and an upstream's.
//!
//! A worker thread a core, each with its own sockets, its own connections to upstreams and its own copy of the
//! pointer to the configuration, so that no request crosses a thread ([`worker`]). The phases of a request are listed
//! in `http::request`; below them stands the engine that carries HTTP (`engine`), which nothing else knows.
//!
//! This crate never looks at the store, and never at configuration but through one snapshot a request.

mod access_log;
mod attendant;
mod certificate_phase;
mod connections;
mod counters;
pub mod data_plane;
mod date;
mod engine;
mod http;
pub mod listen;
mod peers;
pub mod reading;
pub mod settings;
mod side;
pub mod stream;
mod wheel;
mod worker;

pub use crate::http::real_ip::told as address_told_by_proxies;
pub use access_log::LineSink;
pub use counters::Counters;
pub use data_plane::{DataPlane, Drain};
pub use settings::{Settings, StreamSettings};
pub use stream::port::{StreamPort, StreamServes, WorkerPorts};
