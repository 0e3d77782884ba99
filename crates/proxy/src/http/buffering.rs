//! Holding a body in memory: for a plugin that wants to see it whole, and small chunked ones for upstreams that cannot
//! read chunks. Every other body streams.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Limited};

use crate::engine::body::{BodyFailure, ClientStream};
use crate::http::error::ProxyError;

/// The largest chunked body that is sent on with its length.
const GATHERED: usize = 64 * 1024;

/// The whole body, up to `limit` bytes.
pub(crate) async fn whole(stream: Box<ClientStream>, limit: usize) -> Result<Bytes, ProxyError> {
    let state = std::rc::Rc::clone(&stream.state);
    match Limited::new(stream, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        // The stream says itself why it failed; if it did not, it was longer than the limit here.
        Err(_) => Err(state.failure().unwrap_or(BodyFailure::TooLarge).into()),
    }
}

/// What has become of a chunked body.
pub(crate) enum Gathered {
    /// It was small: here it is.
    Whole(Bytes),
    /// It is large, or has trailers: what has come of it goes ahead of the rest.
    Begun(Box<Resumed>),
}

/// Reads on until the body is over or too large to be held.
pub(crate) async fn gather(mut stream: Box<ClientStream>) -> Result<Gathered, ProxyError> {
    let mut begun = BytesMut::new();
    while begun.len() < GATHERED {
        let Some(frame) = stream.frame().await else { return Ok(Gathered::Whole(begun.freeze())) };
        match frame.map_err(ProxyError::Body)?.into_data() {
            Ok(data) => begun.extend_from_slice(&data),
            Err(trailers) => {
                let begun = Some(begun.freeze());
                return Ok(Gathered::Begun(Box::new(Resumed { begun, trailers: Some(trailers), rest: *stream })));
            }
        }
    }
    Ok(Gathered::Begun(Box::new(Resumed { begun: Some(begun.freeze()), trailers: None, rest: *stream })))
}

/// A body whose beginning has been read already.
pub(crate) struct Resumed {
    begun: Option<Bytes>,
    trailers: Option<Frame<Bytes>>,
    rest: ClientStream,
}

impl Body for Resumed {
    type Data = Bytes;
    type Error = BodyFailure;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyFailure>>> {
        if let Some(begun) = self.begun.take() {
            return Poll::Ready(Some(Ok(Frame::data(begun))));
        }
        if let Some(trailers) = self.trailers.take() {
            return Poll::Ready(Some(Ok(trailers)));
        }
        Pin::new(&mut self.rest).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.begun.is_none() && self.trailers.is_none() && self.rest.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        // It was chunked, so nobody knows.
        SizeHint::default()
    }
}
