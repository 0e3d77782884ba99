//! Holding a body in memory: for a plugin that wants to see it whole, and small chunked ones for upstreams that cannot
//! read chunks. Every other body streams.

use std::future::poll_fn;
use std::task::{Context, Poll};

use bytes::Bytes;
use gibbon_runtime::RouteEntry;

use crate::engine::body::{BodyFailure, ClientBody, RequestBody, move_bytes};
use crate::engine::outgoing::Source;
use crate::http::arrival::ArrivingBody;
use crate::http::error::ProxyError;
use crate::http::exchange::Exchange;
use crate::http::grpc;
use crate::settings::MAX_BUFFERED_BODY;

/// The largest chunked body that is sent on with its length.
const GATHERED: usize = 64 * 1024;

/// What is read at once.
const PIECE: usize = 16 * 1024;

impl Exchange<'_> {
    /// Holds the body in memory where that is wanted: all of it for a plugin that asked, and a small chunked one for
    /// upstreams that cannot read chunks, unless the route says that nothing is to be held back.
    pub(super) async fn hold_body(&mut self, entry: &RouteEntry) -> Result<(), ProxyError> {
        let for_plugin = entry.plan.wants_body(&self.head);
        // The two sides of a call speak in turns.
        let for_upstream =
            self.arriving == Ok(ArrivingBody::Unknown) && entry.route.request_buffering && !grpc::is_call(&self.head);
        if !for_plugin && !for_upstream {
            return Ok(());
        }
        match std::mem::replace(&mut self.body, RequestBody::Empty) {
            RequestBody::Stream(stream) if for_plugin => {
                let bytes = whole(stream, MAX_BUFFERED_BODY).await?;
                self.body = RequestBody::Whole(bytes);
            }
            RequestBody::Stream(stream) => {
                self.body = match gather(stream).await? {
                    Gathered::Whole(bytes) => RequestBody::Whole(bytes),
                    Gathered::Begun(resumed) => RequestBody::Resumed(resumed),
                };
            }
            other => self.body = other,
        }
        Ok(())
    }
}

/// The whole body, up to `limit` bytes.
async fn whole(mut body: Box<ClientBody>, limit: usize) -> Result<Bytes, ProxyError> {
    let mut bytes = Vec::new();
    while read_on(&mut body, &mut bytes).await? {
        if bytes.len() > limit {
            return Err(BodyFailure::TooLarge.into());
        }
    }
    Ok(bytes.into())
}

/// What has become of a chunked body.
enum Gathered {
    /// It was small: here it is.
    Whole(Bytes),
    /// It is large: what has come of it goes ahead of the rest.
    Begun(Box<Resumed>),
}

/// Reads on until the body is over or too large to be held.
async fn gather(mut body: Box<ClientBody>) -> Result<Gathered, ProxyError> {
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
