//! Bytes both ways between a client and its upstream, until both have ended.
//!
//! What is read is written on at once, out of memory that all streams of a worker share. Only what the other side does not
//! take yet is kept, at most one piece a direction, and nothing more is read until that is gone: neither side can fill the
//! memory, and a stream on which nothing moves holds none. The end of one side is passed on to the other, which may go on
//! speaking.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use gibbon_plugin_api::stream::Carried;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::engine::client::Patience;
use crate::stream::failure::Failure;
use crate::wheel::Timer;
use crate::worker::Worker;

/// With what, and for how long.
pub(crate) struct Carrying<'c> {
    pub(crate) worker: &'c Worker,
    pub(crate) patience: Patience,
    /// What is counted.
    pub(crate) client: &'c mut Carried,
    pub(crate) upstream: &'c mut Carried,
}

/// One direction.
#[derive(Default)]
struct Way {
    /// What the reader has not taken yet.
    kept: Vec<u8>,
    taken: usize,
    /// Something has been written that may wait within TLS.
    unflushed: bool,
    stage: Stage,
    /// When something moved last, by the coarse clock.
    moved: u64,
    /// The reader takes nothing.
    blocked: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Open,
    /// The one end has said that nothing more comes, and the other is to be told.
    Ending,
    Over,
}

/// Who is at fault where a direction breaks.
enum Broken {
    Reading(io::Error),
    Writing(io::Error),
}

/// Carries on until both sides have ended, one has broken, or both were silent for too long.
pub(crate) async fn both_ways<C, U>(mut client: C, mut upstream: U, carrying: Carrying<'_>) -> Result<(), Failure>
where
    C: AsyncRead + AsyncWrite + Unpin,
    U: AsyncRead + AsyncWrite + Unpin,
{
    let Carrying { worker, patience, client: of_client, upstream: of_upstream } = carrying;
    let clock = worker.wheel.clock();
    let way = || Way { moved: clock.now(), ..Way::default() };
    let (mut up, mut down) = (way(), way());
    let mut timer = Timer::new(&worker.wheel, patience.read.min(patience.write));
    poll_fn(|cx| {
        let count = (&mut of_client.received, &mut of_upstream.sent);
        if let Poll::Ready(Err(broken)) = up.poll(cx, &mut client, &mut upstream, worker, count) {
            return Poll::Ready(Err(broken.of(Failure::Client, Failure::UpstreamBroken)));
        }
        let count = (&mut of_upstream.received, &mut of_client.sent);
        if let Poll::Ready(Err(broken)) = down.poll(cx, &mut upstream, &mut client, worker, count) {
            return Poll::Ready(Err(broken.of(Failure::UpstreamBroken, Failure::Client)));
        }
        if (up.stage, down.stage) == (Stage::Over, Stage::Over) {
            return Poll::Ready(Ok(()));
        }
        while timer.poll(cx).is_ready() {
            let left = time_left(&up, &down, patience, clock.now());
            if left.is_zero() {
                return Poll::Ready(Err(Failure::Silent(patience.read)));
            }
            timer.reset(left);
        }
        Poll::Pending
    })
    .await
}

/// How long it may still be silent: on both ways as long as one may wait to read, on one whose reader takes nothing as
/// long as one may wait to write.
fn time_left(up: &Way, down: &Way, patience: Patience, now: u64) -> Duration {
    let left = |limit: Duration, moved: u64| limit.saturating_sub(Duration::from_millis(now.saturating_sub(moved)));
    let to_read = left(patience.read, up.moved.max(down.moved));
    let to_write = [up, down].into_iter().filter(|way| way.blocked).map(|way| left(patience.write, way.moved));
    to_write.fold(to_read, Duration::min)
}

impl Broken {
    fn of(self, reading: fn(io::Error) -> Failure, writing: fn(io::Error) -> Failure) -> Failure {
        match self {
            Self::Reading(error) => reading(error),
            Self::Writing(error) => writing(error),
        }
    }
}

impl Way {
    /// Carries what there is; ready when the direction is over.
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        from: &mut (impl AsyncRead + Unpin),
        to: &mut (impl AsyncWrite + Unpin),
        worker: &Worker,
        (received, sent): (&mut u64, &mut u64),
    ) -> Poll<Result<(), Broken>> {
        while self.stage != Stage::Over {
            ready!(self.poll_kept(cx, to, worker, sent)).map_err(Broken::Writing)?;
            if self.stage == Stage::Ending {
                ready!(Pin::new(&mut *to).poll_shutdown(cx)).map_err(Broken::Writing)?;
                self.stage = Stage::Over;
                break;
            }
            let mut scratch = worker.streams.scratch.borrow_mut();
            let mut piece = ReadBuf::new(&mut scratch);
            match Pin::new(&mut *from).poll_read(cx, &mut piece) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(Err(Broken::Reading(error))),
                Poll::Pending => {
                    drop(scratch);
                    return self.poll_flush(cx, to);
                }
            }
            let piece = piece.filled();
            if piece.is_empty() {
                self.stage = Stage::Ending;
                continue;
            }
            *received += piece.len() as u64;
            self.moved = worker.wheel.clock().now();
            self.unflushed = true;
            let written = match Pin::new(&mut *to).poll_write(cx, piece) {
                Poll::Ready(written) => written.map_err(Broken::Writing)?,
                Poll::Pending => 0,
            };
            *sent += written as u64;
            self.kept.extend_from_slice(piece.get(written..).unwrap_or_default());
        }
        Poll::Ready(Ok(()))
    }

    /// Writes what was kept, and gives its memory back.
    fn poll_kept(
        &mut self,
        cx: &mut Context<'_>,
        to: &mut (impl AsyncWrite + Unpin),
        worker: &Worker,
        sent: &mut u64,
    ) -> Poll<io::Result<()>> {
        while let Some(left) = self.kept.get(self.taken..).filter(|left| !left.is_empty()) {
            self.blocked = true;
            let written = ready!(Pin::new(&mut *to).poll_write(cx, left))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.blocked = false;
            self.moved = worker.wheel.clock().now();
            *sent += written as u64;
            self.taken += written;
        }
        (self.kept, self.taken) = (Vec::new(), 0);
        Poll::Ready(Ok(()))
    }

    /// Before waiting for more, what was written has to leave.
    fn poll_flush(&mut self, cx: &mut Context<'_>, to: &mut (impl AsyncWrite + Unpin)) -> Poll<Result<(), Broken>> {
        if self.unflushed {
            match Pin::new(to).poll_flush(cx) {
                Poll::Ready(flushed) => {
                    flushed.map_err(Broken::Writing)?;
                    (self.unflushed, self.blocked) = (false, false);
                }
                Poll::Pending => self.blocked = true,
            }
        }
        Poll::Pending
    }
}
