//! Lua's patterns, with a bound: the usual ones can take time that grows exponentially with the text.

mod class;
mod matcher;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::meter::{Exhausted, Meter};
use matcher::Matcher;

/// Why nothing was looked for, or why the search was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It has taken too long.
    #[error(transparent)]
    Exhausted(#[from] Exhausted),
    /// A `%` with nothing behind it.
    #[error("malformed pattern (ends with '%')")]
    EndsWithPercent,
    /// A set that does not end.
    #[error("malformed pattern (missing ']')")]
    OpenSet,
    /// `%b` without its two characters.
    #[error("unbalanced pattern")]
    Balance,
    /// `%f` without a set.
    #[error("missing '[' after '%f' in pattern")]
    Frontier,
    /// A parenthesis that closes nothing.
    #[error("invalid pattern capture")]
    Capture,
    /// A reference to a group that there is not.
    #[error("invalid capture index")]
    CaptureIndex,
    /// A parenthesis that is not closed.
    #[error("unfinished capture")]
    Unfinished,
    /// More than 32 groups.
    #[error("too many captures")]
    TooMany,
    /// Too much within each other.
    #[error("pattern too complex")]
    TooComplex,
}

/// What a group has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Capture {
    /// A part of the text.
    Part(Range<usize>),
    /// Where an empty group stands, from 0.
    Position(usize),
}

/// Where a pattern was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The part of the text that all of the pattern is.
    pub whole: Range<usize>,
    /// Its groups.
    pub captures: Vec<Capture>,
}

/// What a `^` at the beginning of a pattern means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caret {
    /// That the pattern stands where the search begins.
    Anchor,
    /// Itself, as in `gmatch`.
    Itself,
}

/// Looks for `pattern` in `text` from `from` on.
///
/// # Errors
/// Where the pattern is none, or nothing is left in `meter`.
pub fn find(
    text: &[u8],
    pattern: &[u8],
    from: usize,
    caret: Caret,
    meter: &Meter,
) -> Result<Option<Found>, PatternError> {
    let anchored = caret == Caret::Anchor && pattern.first() == Some(&b'^');
    let start = usize::from(anchored);
    let mut at = from;
    while at <= text.len() {
        let mut matcher = Matcher::new(text, pattern, meter);
        if let Some(end) = matcher.run(at, start)? {
            return Ok(Some(Found { whole: at..end, captures: matcher.captures()? }));
        }
        if anchored {
            break;
        }
        at += 1;
    }
    Ok(None)
}

/// Whether a pattern is only a text.
pub fn is_plain(pattern: &[u8]) -> bool {
    !pattern.iter().any(|byte| b"^$*+?.([%-".contains(byte))
}
