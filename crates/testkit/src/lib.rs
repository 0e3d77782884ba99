//! What black-box tests of the gateway are written with: a gateway inside the test's own process, an upstream that
//! does as it is told, and a client that speaks raw bytes.
//!
//! Nothing here parses with the code that it tests: origin and client read HTTP/1.1 with a small reader of their own
//! ([`message`]), so that a fault of the engine cannot hide behind itself. Nothing waits for a fixed time: ports are
//! free ones, and what has to become true is waited for with [`eventually`] or a [`Gate`].
//!
//! Only `dev-dependencies` may name this crate; as a part of tests it ends a test with a panic where something is not
//! as it has to be.
//!
//! ```
//! use gibbon_testkit::{Action, Gateway, Origin};
//!
//! let origin = Origin::start(|request| Action::ok(&request.target));
//! let gateway = Gateway::start();
//! gateway.proxy_to(&origin);
//! let answer = gateway.connect().get("/hello");
//! assert_eq!((answer.status, answer.text()), (200, "/hello".to_owned()));
//! ```
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where something is not as it has to be")]

pub mod acme_server;
pub mod authority;
pub mod client;
pub mod gateway;
pub mod message;
mod name_server;
pub mod nginx;
pub mod origin;
pub mod plugin_alone;
pub mod ports;
pub mod postgres;
pub mod redis;
pub mod slapd;
pub mod stream_origin;
pub mod tls_front;
pub mod waiting;

pub use acme_server::AcmeServer;
pub use authority::{Authority, Issued};
pub use client::{Client, ReadError};
pub use gateway::{Builder, Gateway};
pub use message::{Received, Response};
pub use name_server::{NameRecord, NameServer};
pub use nginx::Nginx;
pub use origin::{Action, Origin};
pub use plugin_alone::{PluginAlone, finish};
pub use ports::{FullPort, RefusingPort, reserved_port};
pub use redis::Redis;
pub use slapd::Slapd;
pub use stream_origin::StreamOrigin;
pub use tls_front::TlsFront;
pub use waiting::{Gate, PATIENCE, eventually};
