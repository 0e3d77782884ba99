//! The body of a request in frames.

use std::task::{Context, Poll, ready};

use bytes::Bytes;
use gibbon_plugin_api::{Headers, RequestHead};
use h2::RecvStream;
use http::header;

use crate::engine::body::{BodyBroken, move_bytes};
use crate::engine::framing::Ambiguous;
use crate::http::arrival::{Arrival, ArrivingBody};
use crate::http::survey::{Count, Survey};

/// A body that is being received.
pub(crate) struct Receiving {
    stream: RecvStream,
    /// What has come and nobody has taken.
    waiting: Bytes,
    /// What is still to come, where that was said. Frames that do not add up to it end the stream.
    left: Option<u64>,
    is_over: bool,
}

impl Receiving {
    pub(super) fn new(stream: RecvStream, headers: &Headers) -> Self {
        let length = headers.get_str(header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
        let is_over = stream.is_end_stream();
        let left = if is_over { Some(0) } else { length };
        Self { stream, waiting: Bytes::new(), left, is_over }
    }

    /// The request, whose body this is.
    pub(super) fn arrival(&self, head: Box<RequestHead>) -> Arrival {
        let survey = Survey::of(&head.headers);
        let body = match (self.left, survey.lengths) {
            (_, Count::Several) => Err(Ambiguous("several Content-Length fields")),
            (None, Count::One) => Err(Ambiguous("the Content-Length is no length")),
            (Some(0), _) => Ok(ArrivingBody::None),
            (Some(length), _) => Ok(ArrivingBody::Length(length)),
            (None, Count::None) => Ok(ArrivingBody::Unknown),
        };
        Arrival { head, survey, body }
    }

    pub(crate) fn left(&self) -> Option<u64> {
        self.left
    }

    pub(crate) fn is_over(&self) -> bool {
        self.is_over
    }

    pub(crate) fn poll_into(
        &mut self,
        cx: &mut Context<'_>,
        out: &mut Vec<u8>,
        room: usize,
    ) -> Poll<Result<usize, BodyBroken>> {
        while self.waiting.is_empty() && !self.is_over {
            match ready!(self.stream.poll_data(cx)) {
                Some(Ok(bytes)) => self.waiting = bytes,
                Some(Err(_)) => return Poll::Ready(Err(BodyBroken)),
                None => self.is_over = true,
            }
        }
        let length = move_bytes(&mut self.waiting, out, room);
        // The client may send as much again.
        let _ = self.stream.flow_control().release_capacity(length);
        self.left = self.left.map(|left| left.saturating_sub(length as u64));
        self.is_over = self.is_over || (self.waiting.is_empty() && self.stream.is_end_stream());
        Poll::Ready(Ok(length))
    }
}
