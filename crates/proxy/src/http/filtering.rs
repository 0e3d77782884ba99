//! Bodies that plugins change while they stream.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use gibbon_plugin_api::{BodyFilter, Busy, FilterJob, Filtered as Piece, offload};

use crate::engine::body::{ResponseBody, move_bytes};
use crate::engine::outgoing::Source;
use crate::engine::upstream_body::ResponseFailure;
use crate::worker::Worker;

/// What is read at once.
const PIECE: usize = 16 * 1024;

type Working = Pin<Box<dyn Future<Output = Result<Option<Vec<u8>>, Busy>>>>;

/// A body, and what is made of it.
pub(crate) struct Filtered {
    body: ResponseBody,
    filter: Box<dyn BodyFilter>,
    worker: Rc<Worker>,
    /// What has come and was not given to the filter yet.
    scratch: Vec<u8>,
    /// What goes to the client next.
    waiting: Bytes,
    working: Option<Working>,
    is_over: bool,
}

/// The body with what the filters make of it, one after the other.
pub(crate) fn filtered(body: ResponseBody, filters: Vec<Box<dyn BodyFilter>>, worker: &Rc<Worker>) -> ResponseBody {
    filters.into_iter().fold(body, |body, filter| {
        ResponseBody::Filtered(Box::new(Filtered {
            body,
            filter,
            worker: Rc::clone(worker),
            scratch: Vec::new(),
            waiting: Bytes::new(),
            working: None,
            is_over: false,
        }))
    })
}

impl Filtered {
    /// Makes the next piece; whether there may be more.
    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, ResponseFailure>> {
        if let Some(working) = &mut self.working {
            let done = ready!(working.as_mut().poll(cx));
            self.working = None;
            let made = done.map_err(|_| ResponseFailure::Busy)?.ok_or(ResponseFailure::Unreadable)?;
            self.waiting = made.into();
            return Poll::Ready(Ok(true));
        }
        match self.filter.next() {
            Some(Piece::Ready(bytes)) => self.waiting = bytes.into(),
            Some(Piece::Beside(job)) => self.working = Some(self.begin(job)?),
            Some(Piece::Unreadable) => return Poll::Ready(Err(ResponseFailure::Unreadable)),
            None if self.is_over => return Poll::Ready(Ok(false)),
            None => {
                self.scratch.clear();
                match ready!(self.body.poll_into(cx, &mut self.scratch, PIECE))? {
                    0 => {
                        self.is_over = true;
                        self.filter.end(self.body.take_trailers());
                    }
                    _ => self.filter.push(&self.scratch),
                }
            }
        }
        Poll::Ready(Ok(true))
    }

    fn begin(&self, job: FilterJob) -> Result<Working, ResponseFailure> {
        let working = offload::submit(&self.worker.shared.side, job).map_err(|_| ResponseFailure::Busy)?;
        Ok(Box::pin(working))
    }
}

impl Source for Filtered {
    type Failure = ResponseFailure;

    fn poll_into(
        &mut self,
        cx: &mut Context<'_>,
        out: &mut Vec<u8>,
        room: usize,
    ) -> Poll<Result<usize, ResponseFailure>> {
        while self.waiting.is_empty() {
            if !ready!(self.poll_step(cx))? {
                return Poll::Ready(Ok(0));
            }
        }
        Poll::Ready(Ok(move_bytes(&mut self.waiting, out, room)))
    }
}
