//! Reading a body by its framing, for both sides: from what has been received, then straight from the socket into the
//! buffer that it goes out from.

use std::io;
use std::task::{Context, Poll, ready};

use crate::engine::chunks::{BadChunk, Chunks};
use crate::engine::input::{Input, poll_read};
use crate::engine::transport::Transport;

/// Why a body could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadFailure {
    #[error("the connection broke: {0}")]
    Io(#[from] io::Error),
    #[error("the connection ended before the body")]
    Truncated,
    #[error(transparent)]
    Chunk(#[from] BadChunk),
}

/// Where in a body a reader is.
#[derive(Debug, Clone)]
pub(crate) enum BodyReader {
    /// So many bytes are left.
    Length(u64),
    /// In chunks.
    Chunked(Chunks),
    /// Until the other side ends the connection; only answers are framed so.
    UntilClose,
    /// All of it has been read, or there was none.
    Over,
}

impl BodyReader {
    /// A body of `length` bytes.
    pub(crate) fn of_length(length: u64) -> Self {
        if length == 0 { Self::Over } else { Self::Length(length) }
    }

    pub(crate) fn is_over(&self) -> bool {
        matches!(self, Self::Over)
    }

    /// How many bytes are left, where that is known.
    pub(crate) fn left(&self) -> Option<u64> {
        match self {
            Self::Over => Some(0),
            Self::Length(left) => Some(*left),
            Self::Chunked(_) | Self::UntilClose => None,
        }
    }

    /// Whether the body says itself where it ends.
    pub(crate) fn tells_its_end(&self) -> bool {
        !matches!(self, Self::UntilClose)
    }

    /// Reads up to `room` bytes of the body behind what is in `out`; zero where it is over.
    pub(crate) fn poll_into(
        &mut self,
        stream: &mut Transport,
        input: &mut Input,
        cx: &mut Context<'_>,
        out: &mut Vec<u8>,
        room: usize,
    ) -> Poll<Result<usize, ReadFailure>> {
        loop {
            let left = match self {
                Self::Over => return Poll::Ready(Ok(0)),
                Self::Length(left) => *left,
                Self::UntilClose => u64::MAX,
                Self::Chunked(chunks) if chunks.data_left() > 0 => chunks.data_left(),
                Self::Chunked(_) => {
                    ready!(self.poll_to_data(stream, input, cx))?;
                    continue;
                }
            };
            let room = usize::try_from(left).map_or(room, |left| left.min(room));
            let mut length = input.move_to(out, room);
            if length == 0 {
                length = ready!(poll_read(stream, cx, out, room))?;
            }
            if length == 0 && !matches!(self, Self::UntilClose) {
                return Poll::Ready(Err(ReadFailure::Truncated));
            }
            self.took(length);
            return Poll::Ready(Ok(length));
        }
    }

    /// Reads between the data of two chunks.
    fn poll_to_data(
        &mut self,
        stream: &mut Transport,
        input: &mut Input,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), ReadFailure>> {
        if input.is_empty() && ready!(input.poll_receive(stream, cx))? == 0 {
            return Poll::Ready(Err(ReadFailure::Truncated));
        }
        Poll::Ready(self.skip_to_data(input))
    }

    fn skip_to_data(&mut self, input: &mut Input) -> Result<(), ReadFailure> {
        if let Self::Chunked(chunks) = self {
            input.consume(chunks.advance(input.unread())?);
            if chunks.is_over() {
                *self = Self::Over;
            }
        }
        Ok(())
    }

    fn took(&mut self, length: usize) {
        let ends = match self {
            Self::Length(left) => {
                *left = left.saturating_sub(length as u64);
                *left == 0
            }
            Self::Chunked(chunks) => {
                chunks.took(length as u64);
                false
            }
            Self::UntilClose => length == 0,
            Self::Over => true,
        };
        if ends {
            *self = Self::Over;
        }
    }

    /// Forgets what has been received of the body; whether that was all of it.
    pub(crate) fn discard_received(&mut self, input: &mut Input) -> bool {
        while !self.is_over() && !input.is_empty() {
            let data = match self {
                Self::Chunked(chunks) if chunks.data_left() == 0 => {
                    if self.skip_to_data(input).is_err() {
                        return false;
                    }
                    continue;
                }
                Self::Chunked(chunks) => chunks.data_left(),
                Self::Length(left) => *left,
                Self::UntilClose | Self::Over => return self.is_over(),
            };
            let length = usize::try_from(data).map_or(input.unread().len(), |data| data.min(input.unread().len()));
            input.consume(length);
            self.took(length);
        }
        self.is_over()
    }
}
