//! From routes to buckets.

use std::cmp::Reverse;
use std::sync::Arc;

use ahash::AHashMap;

use super::Router;
use crate::bucket::{Bucket, Candidate, CandidatePath};
use crate::host::{HostPattern, split_port};
use crate::path;
use crate::pattern::Pattern;
use crate::priority::{HostShape, Order, PathShape, Shape};
use crate::rule::Rule;
use crate::spec::{RouteError, RouteFault, RouteSpec};
use crate::split::{Part, regex_of, split};
use crate::trie::Trie;

/// What will become a bucket: candidates, each with the beginning of its paths.
type Entries = Vec<(Arc<str>, Candidate)>;
type Patterns = AHashMap<Box<str>, Arc<Pattern>>;

/// Compiles routes, with regexes that are known already.
pub(super) fn build(routes: impl IntoIterator<Item = RouteSpec>, known: Patterns) -> (Router, Vec<RouteError>) {
    let mut builder = Builder { known, ..Builder::default() };
    for (index, route) in routes.into_iter().enumerate() {
        builder.add(index, &route);
    }
    builder.finish()
}

#[derive(Default)]
struct Builder {
    hosts: AHashMap<HostPattern, Entries>,
    hostless: Entries,
    known: Patterns,
    used: Patterns,
    errors: Vec<RouteError>,
}

impl Builder {
    fn add(&mut self, index: usize, route: &RouteSpec) {
        let mut faults = Vec::new();
        let shape = shape(route);
        let parts = split(route);
        if shape.attributes() == 0 && route.paths.is_empty() {
            faults.push(RouteFault::Unconditional);
        } else {
            let rule = Arc::new(Rule::compile(index, route, &mut faults));
            let hosts: Vec<_> = route.hosts.iter().map(|host| split_port(host)).collect();
            for part in &parts {
                let priority = Shape { paths: part.shape, ..shape }.priority();
                for (beginning, path, position) in self.paths(part, &mut faults) {
                    let order = Order { priority, id: part.id, path: Reverse(position) };
                    self.insert(&hosts, beginning, &Candidate { order, port: None, path, rule: Arc::clone(&rule) });
                }
            }
        }
        self.errors.extend(faults.into_iter().map(|fault| RouteError { id: route.id, fault }));
    }

    /// The paths of a part, each with its beginning and its position. A path that does not compile is left out.
    fn paths(&mut self, part: &Part<'_>, faults: &mut Vec<RouteFault>) -> Vec<(Arc<str>, CandidatePath, u32)> {
        if part.shape == PathShape::None {
            return vec![("".into(), CandidatePath::Any, 0)];
        }
        let mut compiled = Vec::with_capacity(part.paths.len());
        for (position, &path) in (0..).zip(&part.paths) {
            match self.path(path) {
                Ok((beginning, path)) => compiled.push((beginning, path, position)),
                Err(reason) => faults.push(RouteFault::Path { path: path.to_owned(), reason }),
            }
        }
        compiled
    }

    fn path(&mut self, path: &str) -> Result<(Arc<str>, CandidatePath), String> {
        if let Some(regex) = regex_of(path) {
            let pattern = self.pattern(regex)?;
            return Ok((pattern.literal().into(), CandidatePath::Regex(pattern)));
        }
        // Requests are compared in their normal form, so the prefix must have it too. A path that has none, because a
        // request for it would be refused, stays as it is.
        let normal = path::normalize(path.as_bytes()).unwrap_or_else(|_| path.into());
        Ok((normal.as_ref().into(), CandidatePath::Prefix(normal.len() as u32)))
    }

    fn pattern(&mut self, regex: &str) -> Result<Arc<Pattern>, String> {
        if let Some(pattern) = self.used.get(regex) {
            return Ok(Arc::clone(pattern));
        }
        let pattern = match self.known.get(regex) {
            Some(pattern) => Arc::clone(pattern),
            None => Arc::new(Pattern::path(regex)?),
        };
        self.used.insert(regex.into(), Arc::clone(&pattern));
        Ok(pattern)
    }

    /// Puts a candidate into the bucket of each of its hosts.
    fn insert(&mut self, hosts: &[(&str, Option<u32>)], beginning: Arc<str>, candidate: &Candidate) {
        for &(host, port) in hosts {
            let entry = (Arc::clone(&beginning), Candidate { port, ..candidate.clone() });
            self.hosts.entry(HostPattern::host(host)).or_default().push(entry);
        }
        if hosts.is_empty() {
            self.hostless.push((beginning, candidate.clone()));
        }
    }

    fn finish(self) -> (Router, Vec<RouteError>) {
        let mut exact = AHashMap::new();
        let (mut suffixes, mut prefixes) = (Vec::new(), Vec::new());
        for (host, entries) in self.hosts {
            let bucket = Arc::new(Bucket::build(entries));
            match host {
                HostPattern::Exact(name) => drop(exact.insert(name, bucket)),
                HostPattern::Suffix(end) => suffixes.push((end.bytes().rev().collect::<Vec<u8>>(), bucket)),
                HostPattern::Prefix(start) => prefixes.push((start.into_boxed_bytes(), bucket)),
            }
        }
        suffixes.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        prefixes.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let router = Router {
            exact,
            suffixes: Trie::build(suffixes),
            prefixes: Trie::build(prefixes),
            hostless: Arc::new(Bucket::build(self.hostless)),
            patterns: self.used,
        };
        (router, self.errors)
    }
}

/// What of a route decides about its priority; the paths are filled in for each part.
fn shape(route: &RouteSpec) -> Shape {
    let hosts = match () {
        () if route.hosts.is_empty() => HostShape::None,
        () if route.hosts.iter().any(|host| host.contains('*')) => HostShape::Wildcard,
        () => HostShape::Plain,
    };
    Shape {
        methods: route.methods.len(),
        hosts,
        paths: PathShape::None,
        headers: route.headers.len(),
        snis: route.snis.len(),
    }
}
