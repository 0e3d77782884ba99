//! The conditions of a route apart from its hosts and paths, which the index takes care of.

mod ends;

use gibbon_expression::Expression;
use uuid::Uuid;

use crate::bucket::Query;
use crate::flavor::Flavor;
use crate::host::HostPattern;
use crate::pattern::Pattern;
use crate::request::{HeaderLookup, RequestKey};
use crate::spec::{RouteFault, RouteSpec, Scheme, Schemes};

/// What the parts of one route have in common.
#[derive(Debug)]
pub(crate) struct Rule {
    /// The position of the route among all that were given.
    pub(crate) index: usize,
    pub(crate) id: Uuid,
    pub(crate) schemes: Schemes,
    methods: Methods,
    snis: Box<[HostPattern]>,
    headers: Box<[HeaderRule]>,
    /// The only scheme by which requests may come, where that matters.
    only: Option<Scheme>,
    /// Where requests must come from and arrive.
    ends: Option<Expression>,
}

impl Rule {
    /// Compiles the conditions. Header values that do not compile are reported, and fit nothing.
    pub(crate) fn compile(index: usize, route: &RouteSpec, flavor: Flavor, faults: &mut Vec<RouteFault>) -> Self {
        let headers: Vec<HeaderRule> =
            route.headers.iter().map(|(name, values)| HeaderRule::compile(name, values, flavor, faults)).collect();
        Self {
            index,
            id: route.id,
            schemes: route.protocols,
            methods: Methods::new(&route.methods),
            snis: route.snis.iter().map(|name| HostPattern::sni(name)).collect(),
            headers: headers.into(),
            only: only(route.protocols, flavor),
            ends: ends::compile(route, flavor, faults),
        }
    }

    /// Whether the request meets all conditions.
    pub(crate) fn fits(&self, query: &Query<'_>) -> bool {
        let request = query.request;
        self.methods.contain(query.method)
            && self.only.is_none_or(|scheme| scheme == request.scheme)
            && self.sni_fits(request)
            && self.headers.iter().all(|header| header.fits(request.headers))
            && self.ends.as_ref().is_none_or(|ends| ends.evaluate(query).is_some())
    }

    /// Without TLS there is no server name, and then the condition is not considered at all.
    fn sni_fits(&self, request: &RequestKey<'_>) -> bool {
        let considered = !self.snis.is_empty() && request.scheme == Scheme::Https;
        !considered || request.sni.is_some_and(|name| self.snis.iter().any(|pattern| pattern.fits(name)))
    }
}

/// One flavour lets a route be found only by requests of its protocols. One that speaks only HTTPS is found by all, so that
/// a client in the clear can be sent away.
fn only(schemes: Schemes, flavor: Flavor) -> Option<Scheme> {
    match (flavor, schemes) {
        (Flavor::Expressions, Schemes { http: true, https: false }) => Some(Scheme::Http),
        _ => None,
    }
}

/// The methods that have a bit; nearly every request has one of them.
const KNOWN: [&str; 9] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT"];

/// The method of a request, looked up once.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Method<'a> {
    Known(u16),
    Other(&'a str),
}

impl<'a> Method<'a> {
    pub(crate) fn new(name: &'a str) -> Self {
        match KNOWN.iter().position(|known| *known == name) {
            Some(position) => Self::Known(1 << position),
            None => Self::Other(name),
        }
    }
}

#[derive(Debug, Default)]
struct Methods {
    known: u16,
    others: Box<[Box<str>]>,
}

impl Methods {
    fn new(names: &[String]) -> Self {
        let mut known = 0;
        let mut others = Vec::new();
        for name in names {
            match Method::new(name) {
                Method::Known(bit) => known |= bit,
                Method::Other(name) => others.push(name.into()),
            }
        }
        Self { known, others: others.into() }
    }

    fn contain(&self, method: Method<'_>) -> bool {
        match method {
            _ if self.known == 0 && self.others.is_empty() => true,
            Method::Known(bit) => self.known & bit != 0,
            Method::Other(name) => self.others.iter().any(|other| **other == *name),
        }
    }
}

#[derive(Debug)]
struct HeaderRule {
    name: Box<str>,
    values: Box<[ValueRule]>,
}

#[derive(Debug)]
enum ValueRule {
    Text(Box<str>),
    Regex(Box<Pattern>),
}

impl HeaderRule {
    fn compile(name: &str, values: &[String], flavor: Flavor, faults: &mut Vec<RouteFault>) -> Self {
        let mut compiled = Vec::with_capacity(values.len());
        // One flavour knows regexes only where there is nothing beside them.
        let is_literal = flavor == Flavor::Traditional && values.len() > 1;
        for value in values {
            match if is_literal { Ok(ValueRule::Text(value.as_str().into())) } else { ValueRule::compile(value) } {
                Ok(rule) => compiled.push(rule),
                Err(reason) => {
                    faults.push(RouteFault::Header { name: name.to_owned(), value: value.clone(), reason });
                }
            }
        }
        // Kong looks fields up with dashes, however the route spells the name.
        let name = name.to_ascii_lowercase().replace('_', "-");
        Self { name: name.into(), values: compiled.into() }
    }

    fn fits(&self, headers: &dyn HeaderLookup) -> bool {
        headers.any(&self.name, &mut |value| self.values.iter().any(|rule| rule.fits(value)))
    }
}

impl ValueRule {
    fn compile(value: &str) -> Result<Self, String> {
        match value.strip_prefix("~*") {
            Some(regex) => Ok(Self::Regex(Box::new(Pattern::header(regex)?))),
            None => Ok(Self::Text(value.into())),
        }
    }

    fn fits(&self, value: &[u8]) -> bool {
        match self {
            Self::Text(text) => text.as_bytes().eq_ignore_ascii_case(value),
            // A value that is no text has nothing that a regex could match.
            Self::Regex(pattern) => std::str::from_utf8(value).is_ok_and(|text| pattern.is_match(text)),
        }
    }
}
