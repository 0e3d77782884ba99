//! What carries HTTP: the sockets, the bytes on them, and nothing of what they mean to the gateway.
//!
//! An HTTP/1 engine (RFC 9112) for both sides. A head is taken apart where it was received and copied, field by field,
//! into what goes out; bodies go from socket to buffer to socket. What two readers could read in two ways is refused
//! ([`head`], [`framing`], [`chunks`]). Everything of a connection happens in one task, which ends with it.
//!
//! Start at [`server`] for a client's connection and at [`client`] for an upstream's.

pub(crate) mod answer_head;
pub(crate) mod arrival;
pub(crate) mod body;
pub(crate) mod body_reader;
pub(crate) mod chunks;
pub(crate) mod client;
pub(crate) mod client_wire;
pub(crate) mod dial;
pub(crate) mod framing;
pub(crate) mod handshake;
pub(crate) mod head;
pub(crate) mod http2;
pub(crate) mod input;
pub(crate) mod outgoing;
pub(crate) mod pool;
pub(crate) mod progress;
pub(crate) mod proxy_protocol;
pub(crate) mod server;
pub(crate) mod transport;
pub(crate) mod upstream_body;
pub(crate) mod upstream_tls;
mod usual;
pub(crate) mod write;
