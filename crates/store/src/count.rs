/// An addition to a count that nodes share, within a window of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// What is counted; text of ours, without NUL. No two of one call have the same name and window.
    pub name: String,
    /// When the window began, in seconds since 1970.
    pub window_start: i64,
    /// How much is added; it may be negative.
    pub amount: i64,
    /// From when on the count may be forgotten.
    pub expires_at: i64,
}
