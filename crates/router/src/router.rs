//! The compiled router.

mod compile;

use crate::bucket::Query;
use crate::flavor::Flavor;
use crate::found::Found;
use crate::host::split_port;
use crate::index::{Index, Placed};
use crate::patterns::Patterns;
use crate::request::RequestKey;
use crate::rule::Method;
use crate::spec::{RouteError, RouteSpec, Scheme};

use compile::Compiler;

/// All routes, compiled. It is never changed: a change of the configuration makes the next one, which shares with this
/// one all that stays as it is.
#[derive(Debug)]
pub struct Router {
    flavor: Flavor,
    index: Index,
    patterns: Patterns,
    unindexed: usize,
}

/// A route that is no longer there, is there from now on, or is another one.
#[derive(Debug, Clone)]
pub struct Change {
    /// The number that [`Found::index`] gives.
    pub index: usize,
    /// The route as the router has it so far, if it has it.
    pub before: Option<RouteSpec>,
    /// The route as the next router has it, if it has it.
    pub after: Option<RouteSpec>,
}

impl Router {
    /// Compiles routes. Those that do not compile are reported, and what of them does compile is kept
    /// (see [`RouteError`]). What is found of a route is its position among them.
    pub fn build(flavor: Flavor, routes: impl IntoIterator<Item = RouteSpec>) -> (Self, Vec<RouteError>) {
        Self { flavor, index: Index::default(), patterns: Patterns::default(), unindexed: 0 }.rebuilt(routes)
    }

    /// The same for other routes, with the regexes that are compiled already.
    #[must_use]
    pub fn rebuilt(&self, routes: impl IntoIterator<Item = RouteSpec>) -> (Self, Vec<RouteError>) {
        let mut patterns = self.patterns.clone();
        let mut compiler = Compiler::new(self.flavor, &mut patterns);
        let numbered = routes.into_iter().enumerate();
        let all: Vec<_> = numbered.flat_map(|(index, route)| compiler.compile(index, &route)).collect();
        let errors = compiler.errors;
        let unindexed = unindexed(&all);
        (Self { flavor: self.flavor, index: Index::build(all), patterns, unindexed }, errors)
    }

    /// The router after some changes. It costs what changes, and not what is there. Of the routes that are new or
    /// other ones, those that do not compile are reported.
    #[must_use]
    pub fn changed(&self, changes: impl IntoIterator<Item = Change>) -> (Self, Vec<RouteError>) {
        let (mut index, mut patterns, mut count) = (self.index.clone(), self.patterns.clone(), self.unindexed);
        let mut errors = Vec::new();
        for change in changes {
            if let Some(before) = &change.before {
                let places = Compiler::new(self.flavor, &mut patterns).compile(change.index, before);
                places.iter().for_each(|place| index.remove(place));
                count = count.saturating_sub(unindexed(&places));
            }
            if let Some(after) = &change.after {
                let mut compiler = Compiler::new(self.flavor, &mut patterns);
                let places = compiler.compile(change.index, after);
                count += unindexed(&places);
                places.into_iter().for_each(|place| index.insert(place));
                errors.extend(compiler.errors);
            }
        }
        (Self { flavor: self.flavor, index, patterns, unindexed: count }, errors)
    }

    /// How it matches.
    pub fn flavor(&self) -> Flavor {
        self.flavor
    }

    /// How many regexes and expressions every request is compared with, because they name neither a host nor a beginning
    /// of paths to look them up by. Each costs every request that finds nothing better before.
    pub fn unindexed(&self) -> usize {
        self.unindexed
    }

    /// The route that a request belongs to.
    pub fn find<'r>(&'r self, request: &RequestKey<'_>) -> Option<Found<'r>> {
        let (host, named_port) = split_port(request.host);
        let usual_port = match (self.flavor, request.scheme) {
            (Flavor::TraditionalCompatible | Flavor::Expressions, _) => request.port,
            (Flavor::Traditional, Scheme::Http) => 80,
            (Flavor::Traditional, Scheme::Https) => 443,
        };
        let port = named_port.unwrap_or_else(|| usual_port.into());
        let query = Query { request, host, method: Method::new(request.method), named_port, port };
        self.index.find(host, &query).map(Found::new)
    }
}

fn unindexed(places: &[Placed]) -> usize {
    places.iter().filter(|place| place.is_unindexed()).count()
}

#[cfg(test)]
mod tests;
