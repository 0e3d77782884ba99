//! What carries HTTP: sockets, framing, keep-alive.
//!
//! hyper is the engine. Its types stop here: the phases of a request ([`crate::http`]) see the heads of
//! `gibbon-plugin-api` and the bodies of [`body`] alone, so that another engine can take its place.

pub(crate) mod body;
pub(crate) mod client;
pub(crate) mod client_io;
pub(crate) mod pool;
pub(crate) mod progress;
pub(crate) mod server;
pub(crate) mod server_io;
