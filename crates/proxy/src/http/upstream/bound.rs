//! The bound on all attempts of a request together (`upstream_total_timeout`).

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::http::error::ProxyError;
use crate::http::exchange::Exchange;
use crate::http::upstream::answer::Answer;
use crate::http::upstream::failed::{Again, Failed};
use crate::wheel::Timer;

/// How long all attempts may take together.
pub(super) struct Bound(Option<(Timer, Duration)>);

impl Bound {
    pub(super) fn of(exchange: &Exchange<'_>) -> Self {
        let limit = exchange.settings.upstream.total_timeout;
        Self(limit.map(|limit| (Timer::new(&exchange.worker.wheel, limit), limit)))
    }

    /// The outcome of an attempt, or that there is no time for it.
    pub(super) fn around<A>(&mut self, mut attempt: Pin<&mut A>) -> impl Future<Output = A::Output>
    where
        A: Future<Output = Result<Answer, Box<Failed>>>,
    {
        poll_fn(move |cx| match attempt.as_mut().poll(cx) {
            Poll::Pending => self.poll(cx).map(Err),
            over => over,
        })
    }

    /// Ready once there is no time for anything more.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Box<Failed>> {
        let Some((timer, limit)) = &mut self.0 else { return Poll::Pending };
        let error = ProxyError::OutOfTime(*limit);
        timer.poll(cx).map(|()| Box::new(Failed { error, again: Again::Never }))
    }
}
