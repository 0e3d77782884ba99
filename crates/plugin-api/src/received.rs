//! The bytes of a head as they came, which every field that nobody has changed is a part of.

use std::ops::Range;

/// A part of [`ReceivedHead::bytes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The bytes from `range.start` up to `range.end`. A head is never as long as 4 GiB: what does not fit is empty.
    pub fn new(range: Range<usize>) -> Self {
        match (u32::try_from(range.start), u32::try_from(range.end)) {
            (Ok(start), Ok(end)) => Self { start, end },
            _ => Self::default(),
        }
    }

    /// How many bytes it has.
    pub fn length(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// One head, as it was received.
#[derive(Debug, Default)]
pub struct ReceivedHead {
    /// Everything from the first byte of the first line.
    pub bytes: Vec<u8>,
}

impl ReceivedHead {
    /// The bytes of `span`; nothing where it lies outside.
    pub fn slice(&self, span: Span) -> &[u8] {
        self.bytes.get(span.range()).unwrap_or_default()
    }
}
