//! Holding a body in memory: for a plugin that wants to see it whole, and small chunked ones for upstreams that cannot
//! read chunks. Every other body streams.

use std::future::poll_fn;
use std::task::{Context, Poll};

use bytes::Bytes;

use crate::engine::body::{BodyFailure, ClientBody, move_bytes};
use crate::engine::outgoing::Source;
use crate::http::error::ProxyError;

/// The largest chunked body that is sent on with its length.
const GATHERED: usize = 64 * 1024;

/// What is read at once.
const PIECE: usize = 16 * 1024;

/// The whole body, up to `limit` bytes.
pub(crate) async fn whole(mut body: Box<ClientBody>, limit: usize) -> Result<Bytes, ProxyError> {
    let mut bytes = Vec::new();
    while read_on(&mut body, &mut bytes).await? {
        if bytes.len() > limit {
            return Err(BodyFailure::TooLarge.into());
        }
    }
    Ok(bytes.into())
}

/// What has become of a chunked body.
pub(crate) enum Gathered {
    /// It was small: here it is.
    Whole(Bytes),
    /// It is large: what has come of it goes ahead of the rest.
    Begun(Box<Resumed>),
}

/// Reads on until the body is over or too large to be held.
pub(crate) async fn gather(mut body: Box<ClientBody>) -> Result<Gathered, ProxyError> {
    let mut begun = Vec::new();
    while begun.len() < GATHERED {
        if !read_on(&mut body, &mut begun).await? {
            return Ok(Gathered::Whole(begun.into()));
        }
    }
    Ok(Gathered::Begun(Box::new(Resumed { begun: begun.into(), rest: body })))
}

/// Whether there was more.
async fn read_on(body: &mut ClientBody, bytes: &mut Vec<u8>) -> Result<bool, ProxyError> {
    Ok(poll_fn(|cx| body.poll_into(cx, bytes, PIECE)).await? > 0)
}

/// A body whose beginning has been read already.
pub(crate) struct Resumed {
    begun: Bytes,
    rest: Box<ClientBody>,
}

impl Resumed {
    /// Bounds the whole of it; whether that is less than was allowed before.
    pub(crate) fn limit(&mut self, bytes: u64) -> bool {
        // What has come beyond the bound is noticed with the next byte: a body whose beginning is held has more.
        self.rest.limit(bytes.saturating_sub(self.begun.len() as u64))
    }
}

impl Source for Resumed {
    type Failure = BodyFailure;

    fn poll_into(&mut self, cx: &mut Context<'_>, out: &mut Vec<u8>, room: usize) -> Poll<Result<usize, BodyFailure>> {
        match move_bytes(&mut self.begun, out, room) {
            0 => self.rest.poll_into(cx, out, room),
            length => Poll::Ready(Ok(length)),
        }
    }
}
