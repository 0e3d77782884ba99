//! What the router has found.

use std::borrow::Cow;

use gibbon_expression::{Group, Outcome};
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
    outcome: Outcome,
}

impl<'r> Found<'r> {
    pub(crate) fn new(best: Best<'r>) -> Self {
        let Best { candidate, outcome } = best;
        let rule = &candidate.rule;
        let path = &candidate.path;
        Self { index: rule.index, id: rule.id, schemes: rule.schemes, prefix: outcome.path, path, outcome }
    }

    /// The beginning of `path` (the one that was looked up) that the route's path matched.
    pub fn matched<'p>(&self, path: &'p str) -> Option<&'p str> {
        path.get(..self.prefix?)
    }

    /// The groups of the route's regex in `path` (the one that was looked up), the first group first. Empty if the
    /// matched path is no regex or has no groups. Worked out anew on every call, since few requests ask for it.
    pub fn captures<'p>(&self, path: &'p str) -> Vec<Group<'r, 'p>> {
        match self.path {
            CandidatePath::Any | CandidatePath::Prefix(_) => Vec::new(),
            CandidatePath::Regex(pattern) => {
                let text = |span: Option<(usize, usize)>| span.and_then(|(start, end)| path.get(start..end));
                let numbered = (1..).zip(pattern.groups(path));
                let capture =
                    |(number, (name, span))| Group { number: Some(number), name, text: text(span).map(Cow::Borrowed) };
                numbered.map(capture).collect()
            }
            CandidatePath::Expression(expression) => expression.groups(path, self.outcome),
        }
    }
}

impl std::fmt::Debug for Found<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Found").field("index", &self.index).field("id", &self.id).field("prefix", &self.prefix).finish()
    }
}
