//! From routes to candidates.

use std::cmp::Reverse;
use std::sync::Arc;

use gibbon_expression::{Expression, Host, Reach, Subsystem};

use crate::bucket::{Candidate, CandidatePath, Port};
use crate::flavor::Flavor;
use crate::host::{HostPattern, split_port};
use crate::index::Placed;
use crate::path;
use crate::patterns::Patterns;
use crate::priority::{HostShape, Order, PathShape, Shape};
use crate::rule::Rule;
use crate::spec::{ExpressionSpec, RouteError, RouteFault, RouteSpec};
use crate::split::{Part, regex_of, split};

/// Compiles routes one by one. The same route comes to the same places each time.
pub(super) struct Compiler<'p> {
    flavor: Flavor,
    patterns: &'p mut Patterns,
    pub(super) errors: Vec<RouteError>,
}

impl<'p> Compiler<'p> {
    pub(super) fn new(flavor: Flavor, patterns: &'p mut Patterns) -> Self {
        Self { flavor, patterns, errors: Vec::new() }
    }

    /// The candidates of a route: one for each of its paths in the place of each of its hosts.
    pub(super) fn compile(&mut self, index: usize, route: &RouteSpec) -> Vec<Placed> {
        let mut faults = Vec::new();
        let mut places = Vec::new();
        let shape = shape(route, self.flavor);
        if let Some(expression) = &route.expression {
            places = self.expression(index, route, expression, &mut faults);
        } else if shape.attributes() == 0 && route.paths.is_empty() {
            faults.push(RouteFault::Unconditional);
        } else {
            let rule = Arc::new(Rule::compile(index, route, self.flavor, &mut faults));
            let hosts: Vec<_> = route.hosts.iter().map(|host| self.host(host)).collect();
            for part in split(route, self.flavor) {
                let shape = Shape { paths: part.shape, ..shape };
                for (beginning, path, position) in self.paths(&part, &mut faults) {
                    let order = Order::new(self.flavor, &shape, part.tie, Reverse(position));
                    let candidate = Candidate { order, port: Port::Any, path, rule: Arc::clone(&rule) };
                    place(&hosts, &beginning, candidate, &mut places);
                }
            }
        }
        self.errors.extend(faults.into_iter().map(|fault| RouteError { id: route.id, fault }));
        places
    }

    /// The candidates of a route with an expression: one for each host and each beginning that the expression names.
    fn expression(
        &self,
        index: usize,
        route: &RouteSpec,
        spec: &ExpressionSpec,
        faults: &mut Vec<RouteFault>,
    ) -> Vec<Placed> {
        if self.flavor != Flavor::Expressions {
            faults.push(RouteFault::NeedsExpressions);
            return Vec::new();
        }
        let expression = match Expression::parse(&spec.text, Subsystem::Http) {
            Ok(expression) => Arc::new(expression),
            Err(error) => {
                faults.push(RouteFault::Expression(error.to_string()));
                return Vec::new();
            }
        };
        let Reach { hosts, beginnings } = expression.reach();
        let bare = RouteSpec { id: route.id, protocols: route.protocols, ..RouteSpec::default() };
        let candidate = Candidate {
            order: Order::of_expression(spec.priority, route.id),
            port: Port::Any,
            path: CandidatePath::Expression(expression),
            rule: Arc::new(Rule::compile(index, &bare, self.flavor, faults)),
        };
        let host = |host| match host {
            Host::Is(name) => (HostPattern::Exact(name), Port::Any),
            Host::BeginsWith(start) => (HostPattern::Prefix(start), Port::Any),
            Host::EndsWith(end) => (HostPattern::Suffix(end), Port::Any),
        };
        let is_nowhere = hosts.as_ref().is_some_and(Vec::is_empty);
        let hosts: Vec<_> = hosts.unwrap_or_default().into_iter().map(host).collect();
        let mut places = Vec::new();
        for beginning in beginnings.unwrap_or_else(|| vec!["".into()]).into_iter().filter(|_| !is_nowhere) {
            place(&hosts, &beginning.into(), candidate.clone(), &mut places);
        }
        places
    }

    fn host(&self, host: &str) -> (HostPattern, Port) {
        let (name, port) = split_port(host);
        let pattern = HostPattern::host(name);
        let port = match (port, self.flavor, &pattern) {
            (None, _, _) => Port::Any,
            (Some(port), Flavor::Traditional, HostPattern::Exact(_)) => Port::Named(port),
            (Some(port), _, _) => Port::Is(port),
        };
        (pattern, port)
    }

    /// The paths of a part, each with its beginning and its position. A path that does not compile is left out.
    fn paths(&mut self, part: &Part<'_>, faults: &mut Vec<RouteFault>) -> Vec<(Arc<str>, CandidatePath, u32)> {
        if part.shape == PathShape::None {
            return vec![("".into(), CandidatePath::Any, 0)];
        }
        let mut compiled = Vec::with_capacity(part.paths.len());
        for &(position, path) in &part.paths {
            match self.path(path) {
                Ok((beginning, path)) => compiled.push((beginning, path, position)),
                Err(reason) => faults.push(RouteFault::Path { path: path.to_owned(), reason }),
            }
        }
        compiled
    }

    fn path(&mut self, path: &str) -> Result<(Arc<str>, CandidatePath), String> {
        if let Some(regex) = regex_of(path) {
            let pattern = self.patterns.path(regex)?;
            return Ok((pattern.literal().into(), CandidatePath::Regex(pattern)));
        }
        // Requests are compared in their normal form, so the prefix must have it too. A path that has none, because a
        // request for it would be refused, stays as it is.
        let normal = path::normalize(path.as_bytes()).unwrap_or_else(|_| path.into());
        Ok((normal.as_ref().into(), CandidatePath::Prefix(normal.len() as u32)))
    }
}

/// Puts a candidate into the place of each of its hosts.
fn place(hosts: &[(HostPattern, Port)], beginning: &Arc<str>, candidate: Candidate, places: &mut Vec<Placed>) {
    for (host, port) in hosts {
        let candidate = Candidate { port: *port, ..candidate.clone() };
        places.push(Placed { host: Some(host.clone()), entry: (Arc::clone(beginning), candidate) });
    }
    if hosts.is_empty() {
        places.push(Placed { host: None, entry: (Arc::clone(beginning), candidate) });
    }
}

/// What of a route decides about its priority; the paths are filled in for each part.
fn shape(route: &RouteSpec, flavor: Flavor) -> Shape {
    let wildcards = || route.hosts.iter().filter(|host| host.contains('*'));
    let hosts = match () {
        () if route.hosts.is_empty() => HostShape::None,
        () if wildcards().any(|host| split_port(host).1.is_some()) => HostShape::WildcardWithPort,
        () if wildcards().next().is_some() => HostShape::Wildcard,
        () => HostShape::Plain,
    };
    Shape {
        methods: route.methods.len(),
        hosts,
        paths: PathShape::None,
        headers: route.headers.len(),
        snis: route.snis.len(),
        ends: match flavor {
            Flavor::Expressions => [&route.sources, &route.destinations].iter().filter(|ends| !ends.is_empty()).count(),
            Flavor::TraditionalCompatible | Flavor::Traditional => 0,
        },
    }
}
