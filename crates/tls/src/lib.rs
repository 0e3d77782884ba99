//! TLS on both sides: what the gateway shows clients, what it asks of them, how sessions are resumed; and whom it believes
//! as a client of upstreams. rustls does the rest, with aws-lc-rs.
//!
//! An [`Identity`] is a certificate with its key, or several of different kinds. [`Shown`] chooses one for a handshake,
//! by the server name that the client asks for; whoever has certificates by name implements [`ByName`]. [`server::config`]
//! puts all of that together for the ports of one kind, and [`client::config`] for upstreams on some [`client::Terms`].
//!
//! This crate must not know sockets, records or HTTP.

mod anyone;
mod chain;
pub mod client;
mod client_certificates;
mod error;
mod identity;
mod names;
mod own;
pub mod server;
mod sessions;
mod shown;
mod suites;
mod verifier;

pub use error::TlsError;
pub use identity::Identity;
pub use names::{EVERY_NAME, candidates};
pub use own::own;
pub use shown::{ByName, Shown};
pub use suites::openssl_name;
