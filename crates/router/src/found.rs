//! What the router has found.

use uuid::Uuid;

use crate::bucket::{Best, CandidatePath};
use crate::spec::Schemes;

/// The route that a request belongs to.
#[derive(Clone, Copy)]
pub struct Found<'r> {
    /// The position of the route among those that the router was built of.
    pub index: usize,
    /// The route's id.
    pub id: Uuid,
    /// What the route speaks; a request in the clear may have found a route that speaks only HTTPS.
    pub schemes: Schemes,
    /// The length in bytes of the beginning of the path that the route's path matched; `None` if it has no paths.
    pub prefix: Option<usize>,
    path: &'r CandidatePath,
}

/// A group of a regex path: Kong's `uri_captures`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capture<'r, 'p> {
    /// The name of the group, if it has one.
    pub name: Option<&'r str>,
    /// What it matched, if it took part in the match.
    pub text: Option<&'p str>,
}

impl<'r> Found<'r> {
    pub(crate) fn new(best: Best<'r>) -> Self {
        let rule = &best.candidate.rule;
        Self { index: rule.index, id: rule.id, schemes: rule.schemes, prefix: best.prefix, path: &best.candidate.path }
    }

    /// The beginning of `path` (the one that was looked up) that the route's path matched.
    pub fn matched<'p>(&self, path: &'p str) -> Option<&'p str> {
        path.get(..self.prefix?)
    }

    /// The groups of the route's regex in `path` (the one that was looked up), the first group first. Empty if the
    /// matched path is no regex or has no groups. Worked out anew on every call, since few requests ask for it.
    pub fn captures<'p>(&self, path: &'p str) -> Vec<Capture<'r, 'p>> {
        let CandidatePath::Regex(pattern) = self.path else { return Vec::new() };
        let text = |span: Option<(usize, usize)>| span.and_then(|(start, end)| path.get(start..end));
        pattern.groups(path).into_iter().map(|(name, span)| Capture { name, text: text(span) }).collect()
    }
}

impl std::fmt::Debug for Found<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Found").field("index", &self.index).field("id", &self.id).field("prefix", &self.prefix).finish()
    }
}
