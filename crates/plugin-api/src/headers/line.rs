//! Where a field stands that needs not be written anew.

use super::{Field, Span};
use crate::known_name::KnownName;

/// The length of the colon and the space.
const SEPARATOR_LENGTH: u32 = 2;

/// A line of a head that was received: name, colon, one space, value, CRLF.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    start: u32,
    name_end: u32,
    end: u32,
}

impl Line {
    /// The line that begins at `start`, whose name ends at `name_end`, and whose value ends at `end`; `None` in a head
    /// of 4 GiB.
    #[inline]
    pub fn new(start: usize, name_end: usize, end: usize) -> Option<Self> {
        Some(Self { start: start.try_into().ok()?, name_end: name_end.try_into().ok()?, end: end.try_into().ok()? })
    }

    #[inline]
    pub(super) fn field(self, head: &[u8]) -> Field {
        let name = Span { start: self.start, end: self.name_end };
        let value = Span { start: self.name_end.saturating_add(SEPARATOR_LENGTH), end: self.end };
        Field { name, value, known: KnownName::of(name.of(head)), is_line: true }
    }
}
