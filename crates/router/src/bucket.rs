//! The routes that share a host, ordered so that the best one for a path is found with few comparisons.

use std::sync::Arc;

use gibbon_expression::{Expression, Outcome};

use crate::pattern::Pattern;
use crate::priority::Order;
use crate::request::RequestKey;
use crate::rule::{Method, Rule};
use crate::trie::{Forward, Trie};

/// One way into a route: one of its hosts together with one of its paths.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) order: Order,
    pub(crate) port: Port,
    pub(crate) path: CandidatePath,
    pub(crate) rule: Arc<Rule>,
}

/// What the port of a request must be like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Port {
    /// There is no condition.
    Any,
    /// The one that stands in the request, or the usual one where none stands there.
    Is(u32),
    /// This one must stand in the request.
    Named(u32),
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
    /// An expression, which says everything.
    Expression(Arc<Expression>),
}

/// A request, with what is worked out once for all candidates.
#[derive(Clone, Copy)]
pub(crate) struct Query<'q> {
    pub(crate) request: &'q RequestKey<'q>,
    /// The host without its port.
    pub(crate) host: &'q str,
    pub(crate) method: Method<'q>,
    /// The port that stands in the host of the request.
    pub(crate) named_port: Option<u32>,
    /// The same, or the usual one.
    pub(crate) port: u32,
}

/// The best candidate so far, and what it matched of the path.
#[derive(Clone, Copy)]
pub(crate) struct Best<'r> {
    pub(crate) candidate: &'r Candidate,
    pub(crate) outcome: Outcome,
}

/// The candidates of one host (or wildcard host, or of no host), by the beginning of their paths.
///
/// A copy shares everything with what it was taken from, and a change copies little more than what it changes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bucket {
    /// The candidates under one beginning, the best first.
    paths: Trie<Arc<[Candidate]>>,
}

/// A candidate with what every path that it matches begins with.
pub(crate) type Entry = (Arc<str>, Candidate);

impl Bucket {
    /// Sorts candidates into a bucket.
    pub(crate) fn build(mut entries: Vec<Entry>) -> Self {
        entries.sort_unstable_by(|(a, x), (b, y)| a.cmp(b).then_with(|| y.order.cmp(&x.order)));
        let mut paths = Trie::default();
        let mut entries = entries.into_iter().peekable();
        while let Some((beginning, first)) = entries.next() {
            let others = std::iter::from_fn(|| entries.next_if(|(other, _)| *other == beginning));
            let list: Vec<_> = std::iter::once(first).chain(others.map(|(_, candidate)| candidate)).collect();
            paths.insert(beginning.as_bytes(), list.into());
        }
        Self { paths }
    }

    /// Adds one candidate.
    pub(crate) fn insert(&mut self, beginning: &str, candidate: Candidate) {
        self.paths.update(beginning.as_bytes(), |list| {
            let list = list.map_or(&[][..], |list| list);
            let (better, worse) = list.split_at(list.partition_point(|other| other.order > candidate.order));
            Some(better.iter().chain([&candidate]).chain(worse).cloned().collect())
        });
    }

    /// Takes out the candidates of a route that lie under a beginning.
    pub(crate) fn remove(&mut self, beginning: &str, index: usize) {
        self.paths.update(beginning.as_bytes(), |list| {
            let others = list?.iter().filter(|candidate| candidate.rule.index != index);
            let others: Vec<_> = others.cloned().collect();
            (!others.is_empty()).then(|| others.into())
        });
    }

    /// Whether nothing is in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// The better of `best` and of what fits best here.
    pub(crate) fn find<'r>(&'r self, query: &Query<'_>, mut best: Option<Best<'r>>) -> Option<Best<'r>> {
        self.paths.prefixes_of(Forward(query.request.path.as_bytes()), |list| {
            for candidate in &**list {
                // The list is in order: from here on there is nothing better in it.
                if best.is_some_and(|best| best.candidate.order >= candidate.order) {
                    break;
                }
                if let Some(outcome) = candidate.accepts(query) {
                    best = Some(Best { candidate, outcome });
                    break;
                }
            }
        });
        best
    }
}

impl Candidate {
    /// What of the path is matched, if everything fits. The regex or expression comes last because it costs most.
    fn accepts(&self, query: &Query<'_>) -> Option<Outcome> {
        let port_fits = match self.port {
            Port::Any => true,
            Port::Is(port) => port == query.port,
            Port::Named(port) => query.named_port == Some(port),
        };
        if !port_fits || !self.rule.fits(query) {
            return None;
        }
        match &self.path {
            CandidatePath::Any => Some(Outcome::default()),
            CandidatePath::Prefix(length) => Some(Outcome::of_path(*length as usize)),
            CandidatePath::Regex(pattern) => pattern.match_length(query.request.path).map(Outcome::of_path),
            CandidatePath::Expression(expression) => expression.evaluate(query),
        }
    }

    /// Whether it is compared with requests, and not only found in its place.
    pub(crate) fn is_compared(&self) -> bool {
        matches!(self.path, CandidatePath::Regex(_) | CandidatePath::Expression(_))
    }
}
