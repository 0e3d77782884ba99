//! What a socket has received and nobody has read yet.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::task::{Context, Poll};

use crate::engine::transport::Transport;
use bytes::BufMut;
use tokio::io::AsyncReadExt;

/// Room that is made before a read; most heads fit.
const ROOM: usize = 4 * 1024;

/// A receive buffer.
#[derive(Debug, Default)]
pub(crate) struct Input {
    bytes: Vec<u8>,
    read: usize,
}

impl Input {
    /// What has been received and not been read.
    pub(crate) fn unread(&self) -> &[u8] {
        self.bytes.get(self.read..).unwrap_or_default()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.read >= self.bytes.len()
    }

    /// `length` bytes have been read.
    pub(crate) fn consume(&mut self, length: usize) {
        self.read += length;
        if self.is_empty() {
            self.bytes.clear();
            self.read = 0;
        }
    }

    /// Moves up to `most` bytes to the end of `out`; how many.
    pub(crate) fn move_to(&mut self, out: &mut Vec<u8>, most: usize) -> usize {
        let unread = self.unread();
        let moved = unread.get(..most).unwrap_or(unread);
        let length = moved.len();
        out.extend_from_slice(moved);
        self.consume(length);
        length
    }

    /// Receives more; zero where the other side has ended.
    pub(crate) fn poll_receive(&mut self, stream: &mut Transport, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if self.read > 0 {
            self.bytes.drain(..self.read);
            self.read = 0;
        }
        poll_read(stream, cx, &mut self.bytes, ROOM)
    }

    /// Gives the memory back while nothing is to be held.
    pub(crate) fn shrink(&mut self) {
        if self.is_empty() {
            *self = Self::default();
        }
    }
}

/// Reads up to `most` bytes from a socket behind what is in `out`; zero where the other side has ended.
pub(crate) fn poll_read(
    stream: &mut Transport,
    cx: &mut Context<'_>,
    out: &mut Vec<u8>,
    most: usize,
) -> Poll<io::Result<usize>> {
    out.reserve(most);
    let mut room = out.limit(most);
    pin!(stream.read_buf(&mut room)).poll(cx)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_been_read_is_gone() {
        let mut input = Input { bytes: b"hello".to_vec(), read: 0 };
        let mut out = Vec::new();
        assert_eq!(input.move_to(&mut out, 2), 2);
        assert_eq!((&*out, input.unread()), (&b"he"[..], &b"llo"[..]));
        input.consume(1);
        assert_eq!(input.move_to(&mut out, 9), 2);
        assert!(input.is_empty() && out == b"helo");
    }
}
