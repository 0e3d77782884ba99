//! Why an expression is refused.

use thiserror::Error;

/// Why an expression is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExpressionError {
    /// It is longer than this many bytes.
    #[error("longer than {0} bytes")]
    TooLong(usize),
    /// More parentheses than these are open at once.
    #[error("more than {0} parentheses within one another")]
    TooDeep(usize),
    /// More than these are joined.
    #[error("more than {0} times `&&` or `||`")]
    TooMany(usize),
    /// It cannot be parsed, or compares what cannot be compared; in the words of the parser, which may take several lines.
    #[error("{0}")]
    Invalid(String),
    /// What follows `http.path.segments.` is neither a position nor a range.
    #[error("illformed http.path.segments.* field")]
    Segments,
}
