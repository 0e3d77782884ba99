//! Holding a body in memory, for a plugin that wants to see it whole. Every other body streams.

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};

use crate::engine::body::{BodyFailure, ClientStream};
use crate::http::error::ProxyError;

/// The whole body, up to `limit` bytes.
pub(crate) async fn whole(stream: Box<ClientStream>, limit: usize) -> Result<Bytes, ProxyError> {
    let state = std::rc::Rc::clone(&stream.state);
    match Limited::new(stream, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        // The stream says itself why it failed; if it did not, it was longer than the limit here.
        Err(_) => Err(state.failure().unwrap_or(BodyFailure::TooLarge).into()),
    }
}
