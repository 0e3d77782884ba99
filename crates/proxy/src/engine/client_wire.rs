//! A client's connection: its socket, what has been received, and the body of the request that is being served.

use std::cell::{Cell, RefCell};
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use gibbon_plugin_api::RequestHead;
use tokio::io::AsyncWrite;

use crate::engine::body_reader::{BodyReader, ReadFailure};
use crate::engine::head::{self, BadHead, HeadLimits};
use crate::engine::input::Input;
use crate::engine::outgoing::Outgoing;
use crate::engine::progress::Progress;
use crate::engine::transport::Transport;

/// How much of later requests is received while one is served.
const AHEAD: usize = 16 * 1024;

/// How much of a line that is none goes into the log.
const LOGGED_LINE: usize = 1024;

const GO_ON: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// Shared by the conversation on the connection and the body of its request, which never overlap for longer than a
/// poll.
pub(crate) struct ClientWire {
    stream: RefCell<Transport>,
    input: RefCell<Input>,
    body: RefCell<BodyReader>,
    /// What is left to be sent of the word to go on, for a client that waits for it (RFC 9110 section 10.1.1).
    go_on: Cell<&'static [u8]>,
    /// How much of a head that has not ended was looked at.
    seen: Cell<usize>,
    progress: Rc<Progress>,
}

/// How waiting for a request ended.
pub(crate) enum NextHead {
    Head(Box<RequestHead>),
    Bad(BadHead),
    /// The client has left.
    Gone,
}

impl ClientWire {
    pub(crate) fn new(stream: Transport, progress: Rc<Progress>) -> Self {
        Self {
            stream: RefCell::new(stream),
            input: RefCell::default(),
            body: RefCell::new(BodyReader::Over),
            go_on: Cell::new(&[]),
            seen: Cell::new(0),
            progress,
        }
    }

    /// Whether nothing of another request has come.
    pub(crate) fn is_idle(&self) -> bool {
        self.input.borrow().is_empty()
    }

    /// What has been received of a first line, for the log.
    pub(crate) fn first_line(&self) -> Vec<u8> {
        let input = self.input.borrow();
        let line = input.unread().split(|byte| *byte == b'\n').next().unwrap_or_default();
        line.get(..LOGGED_LINE).unwrap_or(line).trim_ascii_end().to_vec()
    }

    /// The next head.
    pub(crate) fn poll_head(&self, cx: &mut Context<'_>, limits: HeadLimits) -> Poll<NextHead> {
        let mut input = self.input.borrow_mut();
        loop {
            match self.take_head(&mut input, limits) {
                Ok(None) => {}
                Ok(Some(head)) => return Poll::Ready(NextHead::Head(head)),
                Err(bad) => return Poll::Ready(NextHead::Bad(bad)),
            }
            match ready!(input.poll_receive(&mut self.stream.borrow_mut(), cx)) {
                Ok(0) | Err(_) => return Poll::Ready(NextHead::Gone),
                Ok(_) => self.progress.received(),
            }
        }
    }

    fn take_head(&self, input: &mut Input, limits: HeadLimits) -> Result<Option<Box<RequestHead>>, BadHead> {
        let (received, seen) = (input.unread().len(), self.seen.get());
        if received == 0 || (seen > 0 && received < limits.bytes && !head::may_have_ended(input.unread(), seen)) {
            self.seen.set(received);
            return Ok(None);
        }
        match head::read(input.unread(), limits)? {
            Some((head, length)) => {
                input.consume(length);
                self.seen.set(0);
                Ok(Some(head))
            }
            None => {
                self.seen.set(received);
                Ok(None)
            }
        }
    }

    /// The head has been read; a body framed like this follows.
    pub(crate) fn begin_body(&self, body: BodyReader, expectation: Expectation) {
        let waits = expectation == Expectation::GoOn && self.input.borrow().is_empty();
        self.go_on.set(if waits { GO_ON } else { &[] });
        *self.body.borrow_mut() = body;
    }

    /// Whether the body has been read to its end.
    pub(crate) fn body_is_over(&self) -> bool {
        self.body.borrow().is_over()
    }

    /// How much of the body is left to be read, where that is known.
    pub(crate) fn body_left(&self) -> Option<u64> {
        self.body.borrow().left()
    }

    /// Reads more of the body.
    pub(crate) fn poll_body(
        &self,
        cx: &mut Context<'_>,
        out: &mut Vec<u8>,
        room: usize,
    ) -> Poll<Result<usize, ReadFailure>> {
        let mut stream = self.stream.borrow_mut();
        while !self.go_on.get().is_empty() {
            let word = self.go_on.get();
            let sent = ready!(Pin::new(&mut *stream).poll_write(cx, word))?;
            self.go_on.set(word.get(sent..).unwrap_or_default());
        }
        self.body.borrow_mut().poll_into(&mut stream, &mut self.input.borrow_mut(), cx, out, room)
    }

    /// Nobody wants the rest of the body: whether it has all been received, so that another request can follow.
    pub(crate) fn discard_body(&self) -> bool {
        // Who has not been told to go on sends nothing, or does not wait; nobody knows.
        self.body.borrow_mut().discard_received(&mut self.input.borrow_mut())
    }

    /// Ready when the client has left, while a request is served whose body has been read. What it sends ahead is kept.
    pub(crate) fn poll_gone(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut input = self.input.borrow_mut();
        while self.body.borrow().is_over() && input.unread().len() < AHEAD {
            match ready!(input.poll_receive(&mut self.stream.borrow_mut(), cx)) {
                Ok(0) | Err(_) => return Poll::Ready(()),
                Ok(_) => {}
            }
        }
        Poll::Pending
    }

    /// Sends everything.
    pub(crate) fn poll_send(&self, outgoing: &mut Outgoing, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = outgoing.poll_send(&mut self.stream.borrow_mut(), cx);
        match outcome {
            Poll::Pending => self.progress.write_blocked(),
            Poll::Ready(_) => self.progress.written(),
        }
        outcome
    }

    /// Says that nothing more will be sent, where the other side could not tell that from a connection that was cut.
    pub(crate) fn poll_close(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut stream = self.stream.borrow_mut();
        if !stream.is_tls() {
            return Poll::Ready(());
        }
        let outcome = Pin::new(&mut *stream).poll_shutdown(cx);
        match outcome {
            Poll::Pending => self.progress.write_blocked(),
            Poll::Ready(_) => self.progress.written(),
        }
        outcome.map(drop)
    }

    /// Says that nothing more will be sent, then reads what still comes and forgets it, until the client has no more to
    /// say: a connection that is closed with something unread in it is reset, and a reset can overtake the answer (RFC
    /// 9112 section 9.6).
    pub(crate) fn poll_linger(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut stream = self.stream.borrow_mut();
        let mut input = self.input.borrow_mut();
        if ready!(Pin::new(&mut *stream).poll_shutdown(cx)).is_err() {
            return Poll::Ready(());
        }
        loop {
            let received = input.unread().len();
            input.consume(received);
            match ready!(input.poll_receive(&mut stream, cx)) {
                Ok(0) | Err(_) => return Poll::Ready(()),
                Ok(_) => {}
            }
        }
    }

    /// Gives memory back that a waiting connection has no use for.
    pub(crate) fn shrink(&self) {
        self.input.borrow_mut().shrink();
    }

    /// The socket and what has been received, for what is no HTTP any more.
    pub(crate) fn into_parts(self) -> (Transport, Vec<u8>) {
        let received = self.input.borrow().unread().to_vec();
        (self.stream.into_inner(), received)
    }
}

/// Whether the client waits to be told to send its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expectation {
    Nothing,
    GoOn,
}
