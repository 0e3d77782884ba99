//! Streams: connections and datagrams that are proxied as they come, whatever is spoken on them.
//!
//! `session.rs` is one connection from its first byte to its last, and lists its phases in order: what comes first
//! (`arrival.rs`, `hello.rs`), the route (`routing.rs`), the plugins (`plugins.rs`), the upstream (`connect.rs`), the bytes
//! (`carry.rs`), what is logged (`record.rs`). Datagrams have their own folder, `udp`. Nothing here knows HTTP.

pub(crate) mod accept;
mod ahead;
mod arrival;
mod carry;
mod connect;
mod failure;
mod hello;
mod plugins;
pub mod port;
mod record;
mod routing;
mod session;
pub(crate) mod udp;

use std::cell::{Cell, RefCell};

/// What is read at once, and the largest datagram.
const PIECE: usize = 64 * 1024;

/// What the streams of one worker have in common.
pub(crate) struct Streams {
    /// Where bytes are while they pass: a stream on which nothing moves holds no buffer.
    scratch: RefCell<Box<[u8]>>,
    /// Bytes of datagrams that wait for their upstream.
    waiting: Cell<usize>,
}

impl Default for Streams {
    fn default() -> Self {
        Self { scratch: RefCell::new(vec![0; PIECE].into()), waiting: Cell::new(0) }
    }
}
