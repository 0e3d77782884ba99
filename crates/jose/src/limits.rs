//! What a token may cost before anything about it is known to be true.

/// Bounds on a token that is about to be parsed; beyond them it is refused.
///
/// They are checked before the work that they bound: the bytes before the token is split, depth and members while the
/// JSON is scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest compact token, in bytes.
    pub max_bytes: usize,
    /// How deep objects and arrays may nest; the outermost object counts as one.
    pub max_depth: usize,
    /// How many members the objects of one document (header or payload) may have together.
    pub max_members: usize,
}

impl Default for Limits {
    /// 16 KiB (twice what Kong's web server lets through in one header), 32 levels, 512 members.
    fn default() -> Self {
        Limits { max_bytes: 16 * 1024, max_depth: 32, max_members: 512 }
    }
}
