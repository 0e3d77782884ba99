//! Why a request belongs to one route and not to another: told by the router itself, which is asked about one condition of
//! a route after the other.

use gibbon_router::{RequestKey, RouteSpec, Router};

use super::spec::spec;
use super::{RouteEntry, RouteTable};

/// A condition of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// `methods`.
    Methods,
    /// `hosts`.
    Hosts,
    /// `paths`.
    Paths,
    /// `headers`.
    Headers,
    /// `snis`.
    Snis,
    /// `sources`.
    Sources,
    /// `destinations`.
    Destinations,
    /// `expression`.
    Expression,
}

/// A route that a request does not belong to.
pub struct Miss<'t> {
    /// The route.
    pub entry: &'t RouteEntry,
    /// The conditions that do not hold; none where all do, and another route comes first.
    pub fails: Vec<Condition>,
}

/// All of them.
const CONDITIONS: [Condition; 8] = [
    Condition::Methods,
    Condition::Hosts,
    Condition::Paths,
    Condition::Headers,
    Condition::Snis,
    Condition::Sources,
    Condition::Destinations,
    Condition::Expression,
];

impl Condition {
    /// Its field.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Methods => "methods",
            Self::Hosts => "hosts",
            Self::Paths => "paths",
            Self::Headers => "headers",
            Self::Snis => "snis",
            Self::Sources => "sources",
            Self::Destinations => "destinations",
            Self::Expression => "expression",
        }
    }

    /// A route with this condition alone; `None` where it does not set it.
    fn alone(self, all: &RouteSpec) -> Option<RouteSpec> {
        let mut only = RouteSpec { id: all.id, protocols: all.protocols, ..RouteSpec::default() };
        let is_set = match self {
            Self::Methods => taken(&mut only.methods, &all.methods),
            Self::Hosts => taken(&mut only.hosts, &all.hosts),
            Self::Paths => taken(&mut only.paths, &all.paths),
            Self::Headers => taken(&mut only.headers, &all.headers),
            Self::Snis => taken(&mut only.snis, &all.snis),
            Self::Sources => taken(&mut only.sources, &all.sources),
            Self::Destinations => taken(&mut only.destinations, &all.destinations),
            Self::Expression => {
                only.expression.clone_from(&all.expression);
                all.expression.is_some()
            }
        };
        is_set.then_some(only)
    }
}

impl RouteTable {
    /// The `most` routes that fail a request by the fewest conditions, the nearest first; of `looked_at` routes at most,
    /// since each is compiled for it. The route with the id that is found is none of them.
    pub fn near(&self, request: &RequestKey<'_>, most: usize, looked_at: usize) -> Vec<Miss<'_>> {
        let found = self.router.find(request).map(|found| found.id);
        let others = self.entries().filter(|entry| Some(entry.route.id) != found).take(looked_at);
        let mut all: Vec<_> = others.map(|entry| self.miss(entry, request)).collect();
        all.sort_by_key(|miss| miss.fails.len());
        all.truncate(most);
        all
    }

    fn miss<'t>(&'t self, entry: &'t RouteEntry, request: &RequestKey<'_>) -> Miss<'t> {
        let all = spec(&entry.route);
        let fails = |condition: &Condition| {
            condition.alone(&all).is_some_and(|only| {
                let (router, _) = Router::build(self.router.flavor(), [only]);
                router.find(request).is_none()
            })
        };
        Miss { entry, fails: CONDITIONS.into_iter().filter(fails).collect() }
    }
}

fn taken<T: Clone>(only: &mut Vec<T>, all: &[T]) -> bool {
    only.extend_from_slice(all);
    !only.is_empty()
}
