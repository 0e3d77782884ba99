//! The bound on all attempts of a request together (`upstream_total_timeout`).

use std::task::{Context, Poll};
use std::time::Duration;

use crate::http::error::ProxyError;
use crate::http::request::Exchange;
use crate::http::upstream::{Again, Failed};
use crate::wheel::Timer;

/// How long all attempts may take together.
pub(super) struct Bound(Option<(Timer, Duration)>);

impl Bound {
    pub(super) fn of(exchange: &Exchange<'_>) -> Self {
        let limit = exchange.settings.upstream.total_timeout;
        Self(limit.map(|limit| (Timer::new(&exchange.worker.wheel, limit), limit)))
    }

    /// Ready once there is no time for anything more.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Box<Failed>> {
        let Some((timer, limit)) = &mut self.0 else { return Poll::Pending };
        let error = ProxyError::OutOfTime(*limit);
        timer.poll(cx).map(|()| Box::new(Failed { error, again: Again::Never }))
    }
}
