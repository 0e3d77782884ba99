//! The compiled router.

mod build;

use std::sync::Arc;

use ahash::AHashMap;

use crate::bucket::{Bucket, Query};
use crate::found::Found;
use crate::host::split_port;
use crate::path::PathHandling;
use crate::pattern::Pattern;
use crate::request::RequestKey;
use crate::rule::Method;
use crate::spec::{RouteError, RouteSpec};
use crate::trie::{Backward, Forward, Trie};

/// All routes, compiled. It is never changed: a change of the configuration builds the next one.
///
/// Routes lie in buckets by their hosts. A request may belong to several buckets (its own host, wildcards, no host at
/// all), and a route in any of them may be the best, so all of them are asked and the best answer wins.
#[derive(Debug)]
pub struct Router {
    exact: AHashMap<Box<str>, Arc<Bucket>>,
    /// `*.example`, under the reversed suffix.
    suffixes: Trie<Arc<Bucket>>,
    /// `example.*`.
    prefixes: Trie<Arc<Bucket>>,
    /// Routes without hosts.
    hostless: Arc<Bucket>,
    /// The regexes of all paths, for the router that comes after this one.
    patterns: AHashMap<Box<str>, Arc<Pattern>>,
}

impl Router {
    /// How this flavour puts paths together, whatever `path_handling` a route is configured with: Kong honours `v1` only
    /// in its flavour `traditional`.
    pub const PATH_HANDLING: PathHandling = PathHandling::V0;

    /// Compiles routes. Those that do not compile are reported, and what of them does compile is kept
    /// (see [`RouteError`]).
    pub fn build(routes: impl IntoIterator<Item = RouteSpec>) -> (Self, Vec<RouteError>) {
        build::build(routes, AHashMap::new())
    }

    /// Compiles the routes that come after those of this router, with the regexes that it has already compiled.
    pub fn rebuild(&self, routes: impl IntoIterator<Item = RouteSpec>) -> (Self, Vec<RouteError>) {
        build::build(routes, self.patterns.clone())
    }

    /// The route that a request belongs to.
    pub fn find<'r>(&'r self, request: &RequestKey<'_>) -> Option<Found<'r>> {
        let (host, port) = split_port(request.host);
        let query =
            Query { request, method: Method::new(request.method), port: port.unwrap_or_else(|| request.port.into()) };
        let mut best = self.exact.get(host).and_then(|bucket| bucket.find(&query, None));
        for bucket in self.suffixes.prefixes_of(Backward(host.as_bytes())) {
            best = bucket.find(&query, best);
        }
        for bucket in self.prefixes.prefixes_of(Forward(host.as_bytes())) {
            best = bucket.find(&query, best);
        }
        self.hostless.find(&query, best).map(Found::new)
    }
}

#[cfg(test)]
mod tests;
