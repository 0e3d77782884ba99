//! What the regular expression of a route's path has found in the path of a request.

/// The groups of the expression; looked for when they are first asked for.
pub trait Captures {
    /// The group of that name.
    fn named(&self, name: &str) -> Option<&str>;

    /// The group of that number, from 1; 0 is all that matched.
    fn numbered(&self, number: usize) -> Option<&str>;
}

/// No groups at all.
impl Captures for () {
    fn named(&self, _: &str) -> Option<&str> {
        None
    }

    fn numbered(&self, _: usize) -> Option<&str> {
        None
    }
}
