//! The Admin API: Kong's, for every entity that is declared.
//!
//! [`AdminApi::handle`] takes a [`Request`] and gives an [`Answer`]; the server around it (sockets, limits, what
//! browsers may do, the access log) only carries them. Collections, single records, what is nested below them and
//! what they refer to are derived from the [`EntityDef`](gibbon_schema::EntityDef)s, so that a plugin's entity has
//! its paths without a line here.
//!
//! **It must not know** a particular entity or plugin, apart from the small exceptions that are declared as data or
//! have a file of their own in `routes/`; nor SQL, nor how traffic is proxied.
//!
//! **Start reading** at `dispatch`, the table of contents of the API, then `crud`.

mod about;
mod answer;
mod api;
mod audit;
mod body;
mod browser;
mod client;
mod crud;
mod declared;
mod dispatch;
mod error;
mod explain;
mod health;
mod heard;
mod history;
mod live;
mod log_levels;
mod openapi;
mod paging;
mod precondition;
mod random;
mod references;
mod request;
mod routes;
mod server;
mod session;
mod tags;
mod token;
mod warnings;

pub use about::{About, Counters};
pub use answer::Answer;
pub use api::AdminApi;
pub use body::body_as_object;
pub use browser::BrowserRules;
pub use client::Client;
pub use declared::{DeclareError, Declared};
pub use error::{ApiError, Obstacle, OffsetFault, Unresolved};
pub use heard::hear;
pub use live::observe;
pub use log_levels::LogLevels;
pub use openapi::openapi;
pub use request::Request;
pub use server::{LineSink, Port, ServerOptions, Times, serve};
pub use token::{MadeToken, TokenGate};

#[cfg(test)]
mod testing;
