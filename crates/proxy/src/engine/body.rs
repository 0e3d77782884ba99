//! The two bodies of an exchange. Both stream; neither is held in memory but for what a plugin asked to see.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use crate::access_log::Entry;
use crate::engine::pool::Lease;
use crate::engine::progress::Progress;
use crate::http::buffering::Resumed;
use crate::wheel::{Timer, Wheel};

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
    Whole(Option<Bytes>),
    Stream(Box<ClientStream>),
    Resumed(Box<Resumed>),
}

/// A body that still comes from the client.
pub(crate) struct ClientStream {
    pub(crate) incoming: Incoming,
    pub(crate) progress: Arc<Progress>,
    pub(crate) state: Rc<BodyState>,
    /// How much may still come; `None` where there is no limit.
    pub(crate) allowance: Option<u64>,
    /// The number of bytes that counts as coming forward.
    pub(crate) window: u64,
}

impl ClientStream {
    fn finish(&self) {
        self.state.finished.set(true);
        self.progress.body_ended();
    }

    fn fail(&self, failure: BodyFailure) -> Poll<Option<Result<Frame<Bytes>, BodyFailure>>> {
        self.state.failure.set(Some(failure));
        Poll::Ready(Some(Err(failure)))
    }

    fn account(&mut self, frame: Frame<Bytes>) -> Poll<Option<Result<Frame<Bytes>, BodyFailure>>> {
        let length = frame.data_ref().map_or(0, |data| data.len() as u64);
        self.progress.body_received(length, self.window);
        if let Some(allowance) = &mut self.allowance {
            match allowance.checked_sub(length) {
                Some(left) => *allowance = left,
                None => return self.fail(BodyFailure::TooLarge),
            }
        }
        Poll::Ready(Some(Ok(frame)))
    }
}

impl Body for ClientStream {
    type Data = Bytes;
    type Error = BodyFailure;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyFailure>>> {
        self.state.started.set(true);
        match Pin::new(&mut self.incoming).poll_frame(cx) {
            Poll::Pending if self.progress.body_expired() => self.fail(BodyFailure::TooSlow),
            Poll::Pending => {
                self.progress.body_pending(cx);
                Poll::Pending
            }
            Poll::Ready(None) => {
                self.finish();
                Poll::Ready(None)
            }
            Poll::Ready(Some(Err(_))) => self.fail(BodyFailure::Broken),
            Poll::Ready(Some(Ok(frame))) => {
                let outcome = self.account(frame);
                if self.incoming.is_end_stream() {
                    self.finish();
                }
                outcome
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyFailure;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyFailure>>> {
        match self.get_mut() {
            Self::Empty => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Stream(stream) => Pin::new(stream).poll_frame(cx),
            Self::Resumed(resumed) => Pin::new(resumed).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty | Self::Whole(None) => true,
            Self::Whole(Some(_)) => false,
            Self::Stream(stream) => stream.is_end_stream(),
            Self::Resumed(resumed) => resumed.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty | Self::Whole(None) => SizeHint::with_exact(0),
            Self::Whole(Some(bytes)) => SizeHint::with_exact(bytes.len() as u64),
            Self::Stream(stream) => stream.size_hint(),
            Self::Resumed(resumed) => resumed.size_hint(),
        }
    }
}

/// Why an answer broke off after its head had been passed on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ResponseFailure {
    /// The upstream sent nothing more for `read_timeout`.
    #[error("the upstream stopped sending")]
    TooSlow,
    /// The upstream's connection or framing broke.
    #[error("the upstream broke off: {0}")]
    Broken(#[from] hyper::Error),
}

/// A response's body on its way to the client.
pub(crate) struct ResponseBody {
    source: Source,
    /// Told when the answer is over.
    progress: Option<Arc<Progress>>,
    /// The line that the request gets in the access log, written when the answer is over.
    entry: Option<Box<Entry>>,
}

enum Source {
    Empty,
    Whole(Option<Bytes>),
    Stream(Box<UpstreamStream>),
}

/// A body that still comes from the upstream.
pub(crate) struct UpstreamStream {
    pub(crate) incoming: Incoming,
    pub(crate) lease: Option<Lease>,
    pub(crate) wheel: Rc<Wheel>,
    pub(crate) read_timeout: Duration,
    pub(crate) timer: Option<Timer>,
}

impl ResponseBody {
    pub(crate) fn empty() -> Self {
        Self::of(Source::Empty)
    }

    pub(crate) fn whole(bytes: Bytes) -> Self {
        Self::of(Source::Whole((!bytes.is_empty()).then_some(bytes)))
    }

    pub(crate) fn stream(stream: Box<UpstreamStream>) -> Self {
        if stream.incoming.is_end_stream() {
            // Dropping it gives its connection back.
            return Self::empty();
        }
        Self::of(Source::Stream(stream))
    }

    fn of(source: Source) -> Self {
        Self { source, progress: None, entry: None }
    }

    /// Ties the body to the connection that it goes out on.
    pub(crate) fn on(mut self, progress: Arc<Progress>) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Gives the request its line in the access log.
    pub(crate) fn logged(mut self, entry: Option<Box<Entry>>) -> Self {
        self.entry = entry;
        self
    }

    fn count(&mut self, frame: &Frame<Bytes>) {
        if let (Some(entry), Some(data)) = (&mut self.entry, frame.data_ref()) {
            entry.bytes += data.len() as u64;
        }
    }

    fn poll_source(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, ResponseFailure>>> {
        match &mut self.source {
            Source::Empty => Poll::Ready(None),
            Source::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Source::Stream(stream) => match Pin::new(&mut stream.incoming).poll_frame(cx) {
                Poll::Ready(frame) => {
                    stream.timer = None;
                    if frame.is_none() {
                        // The end of a chunked body shows only here.
                        stream.release();
                    }
                    Poll::Ready(frame.map(|frame| frame.map_err(ResponseFailure::Broken)))
                }
                Poll::Pending => {
                    ready!(stream.poll_silence(cx));
                    Poll::Ready(Some(Err(ResponseFailure::TooSlow)))
                }
            },
        }
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        if let Some(progress) = &self.progress {
            progress.end_request();
        }
    }
}

impl UpstreamStream {
    /// Gives the connection back.
    fn release(&mut self) {
        if let Some(lease) = self.lease.take() {
            lease.give_back();
        }
    }

    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let timer = self.timer.get_or_insert_with(|| Timer::new(&self.wheel, self.read_timeout));
        timer.poll(cx)
    }
}

impl Drop for UpstreamStream {
    fn drop(&mut self) {
        // Only a connection whose answer was read to its end can carry another request.
        if self.incoming.is_end_stream() {
            self.release();
        }
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = ResponseFailure;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ResponseFailure>>> {
        let frame = ready!(self.poll_source(cx));
        if let Some(Ok(frame)) = &frame {
            self.count(frame);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        match &self.source {
            Source::Empty | Source::Whole(None) => true,
            Source::Whole(Some(_)) => false,
            Source::Stream(stream) => stream.incoming.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Empty | Source::Whole(None) => SizeHint::with_exact(0),
            Source::Whole(Some(bytes)) => SizeHint::with_exact(bytes.len() as u64),
            Source::Stream(stream) => stream.incoming.size_hint(),
        }
    }
}
