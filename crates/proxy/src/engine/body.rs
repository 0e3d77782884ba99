//! The two bodies of an exchange. Both stream; neither is held in memory but for what a plugin asked to see.

use std::cell::Cell;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http::HeaderMap;

use crate::engine::client_wire::ClientWire;
use crate::engine::http2::Receiving;
use crate::engine::http2::upstream::Answering;
use crate::engine::outgoing::Source;
use crate::engine::progress::Progress;
use crate::engine::upstream_body::{Protocol, ResponseFailure, UpstreamBody};
use crate::http::buffering::Resumed;
use crate::http::copying::Copied;
use crate::http::filtering::Filtered;

/// Why a request's body could not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyFailure {
    /// It is larger than the configured limit.
    #[error("the request's body is too large")]
    TooLarge,
    /// It does not come forward.
    #[error("the request's body does not come forward")]
    TooSlow,
    /// The client broke off, or its framing is wrong.
    #[error("the request's body is broken")]
    Broken,
}

/// How much of a request's body has been taken; shared with whoever decides whether to try again.
#[derive(Debug, Default)]
pub(crate) struct BodyState {
    started: Cell<bool>,
    finished: Cell<bool>,
    failure: Cell<Option<BodyFailure>>,
}

impl BodyState {
    /// Whether any of it has been asked for: then it cannot be sent a second time.
    pub(crate) fn is_started(&self) -> bool {
        self.started.get()
    }

    /// Whether all of it has been read from the client.
    pub(crate) fn is_finished(&self) -> bool {
        self.finished.get()
    }

    pub(crate) fn failure(&self) -> Option<BodyFailure> {
        self.failure.get()
    }
}

/// A request's body on its way to the upstream.
pub(crate) enum RequestBody {
    Empty,
    Whole(Bytes),
    Stream(Box<ClientBody>),
    Resumed(Box<Resumed>),
}

/// Where a body comes from that has not been read.
pub(crate) enum BodySource {
    /// From the connection itself.
    Http1(Rc<ClientWire>),
    /// From one stream of it.
    Http2(Box<Receiving>),
}

/// The client broke off, or its framing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BodyBroken;

impl BodySource {
    /// How much is left, where that is known.
    pub(crate) fn left(&self) -> Option<u64> {
        match self {
            Self::Http1(wire) => wire.body_left(),
            Self::Http2(receiving) => receiving.left(),
        }
    }

    fn is_over(&self) -> bool {
        match self {
            Self::Http1(wire) => wire.body_is_over(),
            Self::Http2(receiving) => receiving.is_over(),
        }
    }

    fn poll_into(&mut self, cx: &mut Context<'_>, out: &mut Vec<u8>, room: usize) -> Poll<Result<usize, BodyBroken>> {
        match self {
            Self::Http1(wire) => wire.poll_body(cx, out, room).map_err(|_| BodyBroken),
            Self::Http2(receiving) => receiving.poll_into(cx, out, room),
        }
    }
}

/// A body that still comes from the client.
pub(crate) struct ClientBody {
    pub(crate) source: BodySource,
    pub(crate) progress: Rc<Progress>,
    pub(crate) state: Rc<BodyState>,
    /// How much may still come; `None` where there is no limit.
    pub(crate) allowance: Option<u64>,
    /// The number of bytes that counts as coming forward.
    pub(crate) window: u64,
}

impl RequestBody {
    /// Bounds what is still to come; whether that is less than was allowed before.
    pub(crate) fn limit(&mut self, bytes: u64) -> bool {
        match self {
            Self::Empty | Self::Whole(_) => false,
            Self::Stream(stream) => stream.limit(bytes),
            Self::Resumed(resumed) => resumed.limit(bytes),
        }
    }
}

impl ClientBody {
    /// As [`RequestBody::limit`].
    pub(crate) fn limit(&mut self, bytes: u64) -> bool {
        let is_less = self.allowance.is_none_or(|allowance| bytes < allowance);
        if is_less {
            self.allowance = Some(bytes);
        }
        is_less
    }

    fn fail(&self, failure: BodyFailure) -> Poll<Result<usize, BodyFailure>> {
        self.state.failure.set(Some(failure));
        Poll::Ready(Err(failure))
    }

    fn account(&mut self, length: usize) -> Poll<Result<usize, BodyFailure>> {
        self.progress.body_received(length as u64, self.window);
        if let Some(allowance) = &mut self.allowance {
            match allowance.checked_sub(length as u64) {
                Some(left) => *allowance = left,
                None => return self.fail(BodyFailure::TooLarge),
            }
        }
        Poll::Ready(Ok(length))
    }
}

impl Source for ClientBody {
    type Failure = BodyFailure;

    fn poll_into(&mut self, cx: &mut Context<'_>, out: &mut Vec<u8>, room: usize) -> Poll<Result<usize, BodyFailure>> {
        self.state.started.set(true);
        match self.source.poll_into(cx, out, room) {
            Poll::Pending if self.progress.body_expired() => self.fail(BodyFailure::TooSlow),
            Poll::Pending => {
                self.progress.body_pending(cx);
                Poll::Pending
            }
            Poll::Ready(Err(BodyBroken)) => self.fail(BodyFailure::Broken),
            Poll::Ready(Ok(length)) => {
                let outcome = self.account(length);
                if self.source.is_over() {
                    self.state.finished.set(true);
                }
                outcome
            }
        }
    }
}

impl Source for RequestBody {
    type Failure = BodyFailure;

    fn poll_into(&mut self, cx: &mut Context<'_>, out: &mut Vec<u8>, room: usize) -> Poll<Result<usize, BodyFailure>> {
        match self {
            Self::Empty => Poll::Ready(Ok(0)),
            Self::Whole(bytes) => Poll::Ready(Ok(move_bytes(bytes, out, room))),
            Self::Stream(stream) => stream.poll_into(cx, out, room),
            Self::Resumed(resumed) => resumed.poll_into(cx, out, room),
        }
    }
}

/// Moves up to `room` bytes to the end of `out`; how many.
pub(crate) fn move_bytes(bytes: &mut Bytes, out: &mut Vec<u8>, room: usize) -> usize {
    let length = bytes.len().min(room);
    out.extend_from_slice(bytes.get(..length).unwrap_or_default());
    bytes.advance(length);
    length
}

/// A response's body on its way to the client.
pub(crate) enum ResponseBody {
    /// In memory; perhaps empty.
    Whole(Bytes),
    /// From the upstream.
    Upstream(Box<UpstreamBody>),
    /// From an upstream of gRPC.
    Call(Box<Answering>),
    /// As the one within, of which plugins keep a copy.
    Copied(Box<Copied>),
    /// What plugins make of the one within.
    Filtered(Box<Filtered>),
    /// None: the connection carries something else from now on.
    Switched(Box<Protocol>),
}

impl ResponseBody {
    /// The fields behind it, once it is over.
    pub(crate) fn take_trailers(&mut self) -> Option<HeaderMap> {
        match self {
            Self::Call(body) => body.take_trailers(),
            Self::Copied(copied) => copied.body.take_trailers(),
            Self::Whole(_) | Self::Upstream(_) | Self::Filtered(_) | Self::Switched(_) => None,
        }
    }

    /// Whether it comes over a connection of HTTP/1 to an upstream.
    pub(crate) fn is_of_upstream(&self) -> bool {
        match self {
            Self::Upstream(_) => true,
            Self::Copied(copied) => copied.body.is_of_upstream(),
            Self::Whole(_) | Self::Call(_) | Self::Filtered(_) | Self::Switched(_) => false,
        }
    }

    /// Whether one can tell that all of it has come, and there is nothing behind it.
    pub(crate) fn tells_its_end(&self) -> bool {
        match self {
            Self::Upstream(body) => body.tells_its_end(),
            Self::Copied(copied) => copied.body.tells_its_end(),
            Self::Whole(_) => true,
            Self::Call(_) | Self::Filtered(_) | Self::Switched(_) => false,
        }
    }

    pub(crate) fn empty() -> Self {
        Self::Whole(Bytes::new())
    }

    /// How long it is, where that is known.
    pub(crate) fn length(&self) -> Option<u64> {
        match self {
            Self::Whole(bytes) => Some(bytes.len() as u64),
            Self::Upstream(body) => body.left(),
            Self::Call(body) => body.is_over().then_some(0),
            Self::Copied(copied) => copied.body.length(),
            Self::Filtered(_) => None,
            Self::Switched(_) => Some(0),
        }
    }
}

impl Source for ResponseBody {
    type Failure = ResponseFailure;

    fn poll_into(
        &mut self,
        cx: &mut Context<'_>,
        out: &mut Vec<u8>,
        room: usize,
    ) -> Poll<Result<usize, ResponseFailure>> {
        match self {
            Self::Whole(bytes) => Poll::Ready(Ok(move_bytes(bytes, out, room))),
            Self::Upstream(body) => body.poll_into(cx, out, room),
            Self::Call(body) => body.poll_into(cx, out, room),
            Self::Copied(copied) => copied.poll_into(cx, out, room),
            Self::Filtered(filtered) => filtered.poll_into(cx, out, room),
            Self::Switched(_) => Poll::Ready(Ok(0)),
        }
    }
}
