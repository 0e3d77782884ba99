//! A socket whose other side must not take for ever.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use super::options::Times;

/// Tells the socket whether requests are being served; then it waits for as long as that takes.
#[derive(Debug, Clone, Default)]
pub(super) struct Pacer {
    /// Requests that are being served: several with HTTP/2.
    open: Arc<AtomicUsize>,
    /// Begun and ended ones together, to see that something has changed.
    turns: Arc<AtomicUsize>,
}

impl Pacer {
    /// A head is there.
    pub(super) fn begin(&self) {
        self.open.fetch_add(1, Ordering::Relaxed);
        self.turns.fetch_add(1, Ordering::Relaxed);
    }

    /// The head of its answer is there, and the rest may take for ever: it is being served for as long as what is returned
    /// is held.
    pub(super) fn stays_open(&self) -> Open {
        Open(self.clone())
    }

    fn close(&self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
        self.turns.fetch_add(1, Ordering::Relaxed);
    }

    /// Its answer is there. The engine asked for bytes before and will not ask again until some come: it is woken, so
    /// that the wait for the next request has its end too.
    pub(super) async fn end(&self) {
        self.close();
        poll_fn(|cx| {
            cx.waker().wake_by_ref();
            Poll::Ready(())
        })
        .await;
    }
}

/// An answer of which there is no end yet.
pub(super) struct Open(Pacer);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// A socket with deadlines.
pub(super) struct Paced<S> {
    socket: S,
    pacer: Pacer,
    times: Times,
    /// What the pacer had counted at the last look.
    turns: usize,
    waiting_for: Wait,
    read: Deadline,
    write: Deadline,
}

/// What the read deadline is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wait {
    /// For nothing: a request is being served.
    Nothing,
    /// For the rest of a head.
    Head,
    /// For the next request.
    Request,
}

/// A timer that is made when it is first needed.
#[derive(Default)]
struct Deadline {
    timer: Option<Pin<Box<Sleep>>>,
    is_set: bool,
}

impl Deadline {
    fn set(&mut self, time: Duration) {
        let end = Instant::now() + time;
        match &mut self.timer {
            Some(timer) => timer.as_mut().reset(end),
            None => self.timer = Some(Box::pin(tokio::time::sleep_until(end))),
        }
        self.is_set = true;
    }

    /// Unlike [`Deadline::set`], leaves one that is set where it is.
    fn ensure(&mut self, time: Duration) {
        if !self.is_set {
            self.set(time);
        }
    }

    fn clear(&mut self) {
        self.is_set = false;
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        match &mut self.timer {
            Some(timer) if self.is_set => timer.as_mut().poll(cx).map(|()| io::ErrorKind::TimedOut.into()),
            _ => Poll::Pending,
        }
    }
}

impl<S> Paced<S> {
    /// Waits for a first request.
    pub(super) fn new(socket: S, pacer: Pacer, times: Times) -> Self {
        let (read, write) = (Deadline::default(), Deadline::default());
        Self { socket, pacer, times, turns: 0, waiting_for: Wait::Head, read, write }
    }

    /// Looks at what has been served since the last time.
    fn keep_up(&mut self) {
        let turns = self.pacer.turns.load(Ordering::Relaxed);
        if turns != self.turns {
            self.turns = turns;
            let is_open = self.pacer.open.load(Ordering::Relaxed) > 0;
            self.wait_for(if is_open { Wait::Nothing } else { Wait::Request });
        }
        self.wait_for(self.waiting_for);
    }

    fn wait_for(&mut self, what: Wait) {
        if self.waiting_for != what {
            self.waiting_for = what;
            self.read.clear();
        }
        match what {
            Wait::Nothing => self.read.clear(),
            Wait::Head => self.read.ensure(self.times.head),
            Wait::Request => self.read.ensure(self.times.idle),
        }
    }

    fn written<T>(&mut self, cx: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.write.clear();
            return outcome;
        }
        self.write.ensure(self.times.send);
        self.write.poll(cx).map(Err)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.keep_up();
        match Pin::new(&mut this.socket).poll_read(cx, buf) {
            Poll::Ready(outcome) => {
                if this.waiting_for == Wait::Request {
                    this.wait_for(Wait::Head);
                }
                Poll::Ready(outcome)
            }
            Poll::Pending => this.read.poll(cx).map(Err),
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.socket).poll_write(cx, buf);
        this.written(cx, outcome)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.socket).poll_flush(cx);
        this.written(cx, outcome)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.socket).poll_write_vectored(cx, bufs);
        this.written(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }
}
