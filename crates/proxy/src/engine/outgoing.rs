//! What a socket has still to send, and how a body gets there.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::engine::transport::Transport;
use tokio::io::AsyncWrite;

/// So much of a body is taken before it is sent.
const LOAD: usize = 64 * 1024;

/// A buffer above this is given back when it has been sent.
const KEPT: usize = 16 * 1024;

/// A body, wherever it comes from.
pub(crate) trait Source {
    /// Why it cannot be had.
    type Failure;

    /// Puts up to `room` bytes behind what is in `out`, and tells how many; zero where it is over.
    fn poll_into(&mut self, cx: &mut Context<'_>, out: &mut Vec<u8>, room: usize)
    -> Poll<Result<usize, Self::Failure>>;
}

/// How a body is framed on the way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// As it is: its length has been said, or the end of the connection is its end.
    Plain,
    /// In chunks (RFC 9112 section 7.1).
    Chunked,
}

/// What has become of an attempt to take more of a body.
#[derive(Debug)]
pub(crate) struct Loaded<F> {
    /// Bytes of the body that are in the buffer now.
    pub(crate) length: usize,
    pub(crate) then: Then<F>,
}

/// What comes behind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then<F> {
    /// Perhaps more.
    More,
    /// The end of the body, which is in the buffer too.
    End,
    /// Nothing: the body breaks off.
    Broken(F),
}

/// A send buffer.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    bytes: Vec<u8>,
    sent: usize,
    /// Bytes that were ever handed to the socket.
    total: u64,
}

/// Four digits are enough for [`LOAD`] and less; where fewer are needed, the data moves up to them.
const SIZE_LINE: usize = 6;

impl Outgoing {
    /// Where a head is written.
    pub(crate) fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.sent >= self.bytes.len()
    }

    /// Bytes that have left, heads included.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// Forgets everything that has not been sent.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.sent = 0;
    }

    /// Takes what there is of a body, until the buffer is full or nothing more has come.
    pub(crate) fn poll_load<S: Source>(
        &mut self,
        cx: &mut Context<'_>,
        body: &mut S,
        coding: Coding,
    ) -> Poll<Loaded<S::Failure>> {
        let mark = self.bytes.len();
        if coding == Coding::Chunked {
            self.bytes.extend_from_slice(&[0; SIZE_LINE]);
        }
        let mut length = 0;
        let then = loop {
            match body.poll_into(cx, &mut self.bytes, LOAD - 1 - length) {
                Poll::Ready(Ok(0)) => break Then::End,
                Poll::Ready(Ok(more)) => length += more,
                Poll::Ready(Err(failure)) => break Then::Broken(failure),
                Poll::Pending if length > 0 => break Then::More,
                Poll::Pending => {
                    self.bytes.truncate(mark);
                    return Poll::Pending;
                }
            }
            if length >= LOAD / 2 {
                break Then::More;
            }
        };
        if coding == Coding::Chunked {
            self.close_chunk(mark, length);
            if matches!(then, Then::End) {
                self.bytes.extend_from_slice(b"0\r\n\r\n");
            }
        }
        Poll::Ready(Loaded { length, then })
    }

    /// Writes the size before the `length` bytes of data behind `mark`.
    fn close_chunk(&mut self, mark: usize, length: usize) {
        if length == 0 {
            self.bytes.truncate(mark);
            return;
        }
        let line = format!("{length:x}\r\n");
        let spare = SIZE_LINE.saturating_sub(line.len());
        self.bytes.drain(mark..mark + spare);
        if let Some(place) = self.bytes.get_mut(mark..mark + line.len()) {
            place.copy_from_slice(line.as_bytes());
        }
        self.bytes.extend_from_slice(b"\r\n");
    }

    /// Hands everything to the socket.
    pub(crate) fn poll_send(&mut self, stream: &mut Transport, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.bytes.get(self.sent..).filter(|rest| !rest.is_empty()) {
            let sent = ready!(Pin::new(&mut *stream).poll_write(cx, rest))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent += sent;
            self.total += sent as u64;
        }
        // TLS holds back what does not fill a record.
        ready!(Pin::new(&mut *stream).poll_flush(cx))?;
        self.clear();
        if self.bytes.capacity() > KEPT {
            self.bytes = Vec::new();
        }
        Poll::Ready(Ok(()))
    }

    /// Gives the memory back while nothing is to be sent.
    pub(crate) fn shrink(&mut self) {
        if self.is_empty() {
            self.bytes = Vec::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::convert::Infallible;
    use std::task::Waker;

    use super::*;

    /// Gives these pieces; an empty one is not there yet.
    struct Pieces(VecDeque<Vec<u8>>);

    impl Source for Pieces {
        type Failure = Infallible;

        fn poll_into(
            &mut self,
            _: &mut Context<'_>,
            out: &mut Vec<u8>,
            room: usize,
        ) -> Poll<Result<usize, Infallible>> {
            let Some(mut piece) = self.0.pop_front() else { return Poll::Ready(Ok(0)) };
            if piece.is_empty() {
                return Poll::Pending;
            }
            let rest = piece.split_off(piece.len().min(room));
            if !rest.is_empty() {
                self.0.push_front(rest);
            }
            out.extend_from_slice(&piece);
            Poll::Ready(Ok(piece.len()))
        }
    }

    fn loaded(pieces: &[&[u8]], coding: Coding) -> (Vec<u8>, Vec<Poll<Then<Infallible>>>) {
        let mut body = Pieces(pieces.iter().map(|piece| piece.to_vec()).collect());
        let (mut outgoing, mut steps) = (Outgoing::default(), Vec::new());
        outgoing.bytes().extend_from_slice(b"head|");
        let cx = &mut Context::from_waker(Waker::noop());
        while steps.last() != Some(&Poll::Ready(Then::End)) {
            steps.push(outgoing.poll_load(cx, &mut body, coding).map(|loaded| loaded.then));
        }
        (outgoing.bytes, steps)
    }

    #[test]
    fn a_plain_body_goes_as_it_comes() {
        let (bytes, steps) = loaded(&[b"hel", b"", b"lo", b"", b""], Coding::Plain);
        assert_eq!(bytes, b"head|hello");
        let more = Poll::Ready(Then::More);
        assert_eq!(steps, [more, more, Poll::Pending, Poll::Ready(Then::End)]);
    }

    #[test]
    fn what_comes_at_once_is_one_chunk() {
        let (bytes, _) = loaded(&[b"hel", b"lo", b"", b"world"], Coding::Chunked);
        assert_eq!(bytes, b"head|5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n");
        assert_eq!(loaded(&[], Coding::Chunked).0, b"head|0\r\n\r\n");
    }

    #[test]
    fn a_large_body_is_taken_in_chunks_of_a_bounded_size() {
        let large = vec![b'x'; 3 * LOAD];
        let (bytes, steps) = loaded(&[&large], Coding::Chunked);
        assert!(steps.len() > 3 && bytes.starts_with(b"head|ffff\r\nx"));
        let data = bytes.iter().filter(|byte| **byte == b'x').count();
        assert_eq!(data, large.len());
    }
}
