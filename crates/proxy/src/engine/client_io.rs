//! An upstream's socket as the engine sees it: counts what moves, for `read_timeout` and `write_timeout`, which
//! bound the time between two operations and not the whole exchange.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::engine::progress::CoarseClock;

/// What has moved on an upstream connection, and when.
#[derive(Debug)]
pub(crate) struct Traffic {
    clock: Arc<CoarseClock>,
    last: AtomicU64,
    write_blocked: AtomicBool,
}

impl Traffic {
    pub(crate) fn new(clock: Arc<CoarseClock>) -> Self {
        Self { last: AtomicU64::new(clock.now()), clock, write_blocked: AtomicBool::new(false) }
    }

    /// An exchange begins: silence counts from now.
    pub(crate) fn begin(&self) {
        self.last.store(self.clock.now(), Relaxed);
    }

    /// How long nothing has moved, to one tick of the worker's clock.
    pub(crate) fn silence(&self) -> Duration {
        Duration::from_millis(self.clock.now().saturating_sub(self.last.load(Relaxed)))
    }

    /// Whether the upstream does not take what is to be written.
    pub(crate) fn is_write_blocked(&self) -> bool {
        self.write_blocked.load(Relaxed)
    }

    fn moved(&self) {
        self.last.store(self.clock.now(), Relaxed);
    }
}

pub(crate) struct ClientIo {
    stream: TokioIo<TcpStream>,
    traffic: Arc<Traffic>,
}

impl ClientIo {
    pub(crate) fn new(stream: TcpStream, traffic: Arc<Traffic>) -> Self {
        Self { stream: TokioIo::new(stream), traffic }
    }

    fn note(&self, outcome: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.traffic.write_blocked.store(outcome.is_pending(), Relaxed);
        if outcome.is_ready() {
            self.traffic.moved();
        }
        outcome
    }
}

impl Read for ClientIo {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buf);
        if outcome.is_ready() {
            self.traffic.moved();
        }
        outcome
    }
}

impl Write for ClientIo {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.note(outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.note(outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
