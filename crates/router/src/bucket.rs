//! The routes that share a host, ordered so that the best one for a path is found with few comparisons.

use std::sync::Arc;

use crate::pattern::Pattern;
use crate::priority::Order;
use crate::request::RequestKey;
use crate::rule::{Method, Rule};
use crate::trie::{Forward, Trie};

/// One way into a route: one of its hosts together with one of its paths.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) order: Order,
    /// The port that must stand in the request, if the host of the route names one.
    pub(crate) port: Option<u32>,
    pub(crate) path: CandidatePath,
    pub(crate) rule: Arc<Rule>,
}

/// What the path of a request must be like.
#[derive(Debug, Clone)]
pub(crate) enum CandidatePath {
    /// There is no condition.
    Any,
    /// A prefix of this length. That the path begins with it is certain by its place in the tree.
    Prefix(u32),
    /// A regex. That the path begins with its literal part is certain by its place in the tree.
    Regex(Arc<Pattern>),
}

/// A request, with what is worked out once for all candidates.
#[derive(Clone, Copy)]
pub(crate) struct Query<'q> {
    pub(crate) request: &'q RequestKey<'q>,
    pub(crate) method: Method<'q>,
    pub(crate) port: u32,
}

/// The best candidate so far, and the length of the path that it matched if it has a path.
#[derive(Clone, Copy)]
pub(crate) struct Best<'r> {
    pub(crate) candidate: &'r Candidate,
    pub(crate) prefix: Option<usize>,
}

/// The candidates of one host (or wildcard host, or of no host), by the beginning of their paths.
///
/// It refers to nothing outside itself, so that it can be built again alone.
#[derive(Debug)]
pub(crate) struct Bucket {
    /// The candidates under one beginning, the best first.
    paths: Trie<Box<[Candidate]>>,
}

impl Bucket {
    /// Sorts candidates into a bucket. Each comes with what every path that it matches begins with.
    pub(crate) fn build(mut entries: Vec<(Arc<str>, Candidate)>) -> Self {
        entries.sort_unstable_by(|(a, x), (b, y)| a.cmp(b).then_with(|| y.order.cmp(&x.order)));
        let mut lists: Vec<(Arc<str>, Vec<Candidate>)> = Vec::new();
        for (beginning, candidate) in entries {
            match lists.last_mut() {
                Some((last, list)) if *last == beginning => list.push(candidate),
                _ => lists.push((beginning, vec![candidate])),
            }
        }
        let lists = lists.into_iter().map(|(beginning, list)| (StrBytes(beginning), list.into_boxed_slice()));
        Self { paths: Trie::build(lists.collect()) }
    }

    /// The better of `best` and of what fits best here.
    pub(crate) fn find<'r>(&'r self, query: &Query<'_>, mut best: Option<Best<'r>>) -> Option<Best<'r>> {
        for list in self.paths.prefixes_of(Forward(query.request.path.as_bytes())) {
            for candidate in list {
                // The list is in order: from here on there is nothing better in it.
                if best.is_some_and(|best| best.candidate.order >= candidate.order) {
                    break;
                }
                if let Some(prefix) = candidate.accepts(query) {
                    best = Some(Best { candidate, prefix });
                    break;
                }
            }
        }
        best
    }
}

impl Candidate {
    /// The length of the matched path, if everything fits. The regex comes last because it costs most.
    fn accepts(&self, query: &Query<'_>) -> Option<Option<usize>> {
        let fits = self.port.is_none_or(|port| port == query.port) && self.rule.fits(query.request, query.method);
        if !fits {
            return None;
        }
        match &self.path {
            CandidatePath::Any => Some(None),
            CandidatePath::Prefix(length) => Some(Some(*length as usize)),
            CandidatePath::Regex(pattern) => pattern.match_length(query.request.path).map(Some),
        }
    }
}

/// A shared text as a key of the tree.
struct StrBytes(Arc<str>);

impl AsRef<[u8]> for StrBytes {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}
