//! The body of an answer that still comes from the upstream.

use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use gibbon_balancer::UnderWay;

use crate::engine::body_reader::{BodyReader, ReadFailure};
use crate::engine::client::{Asking, Patience, UpstreamConnection};
use crate::engine::outgoing::Source;
use crate::engine::pool::Lease;
use crate::wheel::{Timer, Wheel};

/// Why an answer broke off after its head had been passed on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ResponseFailure {
    /// The upstream sent nothing more for `read_timeout`.
    #[error("the upstream stopped sending")]
    TooSlow,
    /// The upstream has taken its answer back, or its connection broke.
    #[error("the upstream took its answer back")]
    Taken,
    /// A plugin can make nothing of it.
    #[error("the upstream's answer cannot be read")]
    Unreadable,
    /// There is no room to change it.
    #[error("too much work is waiting beside the workers")]
    Busy,
    /// The upstream's connection or framing broke.
    #[error("the upstream broke off: {0}")]
    Broken(#[from] ReadFailure),
}

/// Whether a connection can carry another request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reuse {
    Allowed,
    Forbidden,
}

/// A connection to an upstream that has left HTTP.
pub(crate) struct Protocol {
    pub(crate) connection: UpstreamConnection,
    /// How long it may be silent.
    pub(crate) patience: Patience,
    /// What counts it as under way.
    pub(crate) under_way: Option<UnderWay>,
}

/// A body on a connection, which goes back to its pool as soon as all has been read.
pub(crate) struct UpstreamBody {
    lease: Option<Lease>,
    asking: Asking,
    reader: BodyReader,
    reuse: Reuse,
    wheel: Rc<Wheel>,
    read_timeout: Duration,
    timer: Option<Timer>,
    /// What counts it as under way.
    under_way: Option<UnderWay>,
}

impl UpstreamBody {
    pub(crate) fn new(
        lease: Lease,
        asking: Asking,
        reader: BodyReader,
        reuse: Reuse,
        wheel: Rc<Wheel>,
        read_timeout: Duration,
    ) -> Self {
        let mut body =
            Self { lease: Some(lease), asking, reader, reuse, wheel, read_timeout, timer: None, under_way: None };
        body.release_when_over();
        body
    }

    /// Counts it as under way until all of it has been read, or it is given up.
    pub(crate) fn hold(&mut self, under_way: Option<UnderWay>) {
        self.under_way = under_way.filter(|_| self.lease.is_some());
    }

    /// How many bytes are left, where that is known.
    pub(crate) fn left(&self) -> Option<u64> {
        self.reader.left()
    }

    /// Whether one can tell that all of it has come: not where only the end of the connection is its end.
    pub(crate) fn tells_its_end(&self) -> bool {
        self.reader.tells_its_end()
    }

    /// Only a connection whose answer was read to its end, whose request was sent to its end, and that has nothing more
    /// to say can carry another request.
    fn release_when_over(&mut self) {
        if !self.reader.is_over() {
            return;
        }
        let Some(lease) = self.lease.take() else { return };
        self.under_way = None;
        if self.reuse == Reuse::Allowed && self.asking.is_done() {
            lease.give_back();
        }
    }

    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let timer = self.timer.get_or_insert_with(|| Timer::new(&self.wheel, self.read_timeout));
        timer.poll(cx)
    }
}

impl Source for UpstreamBody {
    type Failure = ResponseFailure;

    fn poll_into(
        &mut self,
        cx: &mut Context<'_>,
        out: &mut Vec<u8>,
        room: usize,
    ) -> Poll<Result<usize, ResponseFailure>> {
        let Some(lease) = &mut self.lease else {
            // Given back at the end, or dropped where it broke: a body that broke off never ends well.
            return Poll::Ready(if self.reader.is_over() { Ok(0) } else { Err(ReadFailure::Truncated.into()) });
        };
        // The rest of the request's body; when that fails, the answer may still come whole.
        lease.connection().go_on(&mut self.asking, cx);
        match lease.connection().poll_body(&mut self.reader, cx, out, room) {
            Poll::Ready(Ok(length)) => {
                self.timer = None;
                self.release_when_over();
                Poll::Ready(Ok(length))
            }
            Poll::Ready(Err(failure)) => {
                self.lease = None;
                Poll::Ready(Err(failure.into()))
            }
            Poll::Pending => {
                ready!(self.poll_silence(cx));
                Poll::Ready(Err(ResponseFailure::TooSlow))
            }
        }
    }
}
