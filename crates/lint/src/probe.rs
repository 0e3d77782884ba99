//! Requests that a route is made for, and whether another route takes all of their kind.
//!
//! A router is asked who gets them: it has the routes sorted, so that a hundred thousand of them are looked at in about a
//! second. Which route comes first does not depend on the request: where another one gets a probe and
//! matches everything that the probe stands for, the first one never gets any of it.

use gibbon_entities::{Protocol, Route};
use gibbon_router::{HeaderLookup, RequestKey, Scheme};

use crate::scene::Scene;

/// One request, which stands for all with the same host, method and headers whose path begins with its own.
pub(crate) struct Probe<'r> {
    scheme: Scheme,
    host: Option<&'r str>,
    path: Option<&'r str>,
    method: Option<&'r str>,
    route: &'r Route,
}

/// A route with more kinds of requests than these is not looked at.
const MOST: usize = 256;

/// What no route names: where a route takes anything, only those that do so too may count.
const ANY: &str = "gibbon-probe";

/// Whether a route can take all requests of some probe: one that only has other regular expressions, or an expression,
/// never does, and who gets the rest does not depend on it.
pub(crate) fn may_cover(route: &Route) -> bool {
    let covers = |path: &str| !path.starts_with('~') || is_any_path(path);
    route.expression.is_none() && (route.paths.is_empty() || route.paths.iter().any(|path| covers(path)))
}

/// The probes of a route; `None` where what it matches cannot be told by examples.
pub(crate) fn all(route: &Route) -> Option<Vec<Probe<'_>>> {
    let is_plain = route.expression.is_none()
        && route.snis.is_empty()
        && route.sources.is_empty()
        && route.destinations.is_empty()
        && route.paths.iter().all(|path| !path.starts_with('~'))
        && route.headers.iter().all(|(_, values)| values.len() == 1 && values.iter().all(|it| !it.starts_with("~*")));
    let schemes = schemes(route);
    let count = [schemes.len(), route.hosts.len().max(1), route.paths.len().max(1), route.methods.len().max(1)];
    if !is_plain || count.iter().product::<usize>() > MOST {
        return None;
    }
    let mut probes = Vec::new();
    for scheme in schemes {
        for host in each(&route.hosts) {
            for path in each(&route.paths) {
                for method in each(&route.methods) {
                    probes.push(Probe { scheme, host, path, method, route });
                }
            }
        }
    }
    Some(probes)
}

/// Every value, or that there is none.
fn each(values: &[Box<str>]) -> Vec<Option<&str>> {
    if values.is_empty() { vec![None] } else { values.iter().map(|value| Some(&**value)).collect() }
}

fn schemes(route: &Route) -> Vec<Scheme> {
    let speaks = |protocols: [Protocol; 2]| protocols.into_iter().any(|protocol| route.protocols.contains(protocol));
    let http = speaks([Protocol::Http, Protocol::Grpc]).then_some(Scheme::Http);
    http.into_iter().chain(speaks([Protocol::Https, Protocol::Grpcs]).then_some(Scheme::Https)).collect()
}

impl<'r> Probe<'r> {
    /// The route that gets it.
    pub(crate) fn ask<'s>(&self, scene: &Scene<'s>) -> Option<&'s Route> {
        let host = self.host.map_or_else(|| ANY.to_owned(), |host| host.replace('*', ANY));
        let path = format!("{}{ANY}", self.path.unwrap_or("/"));
        let headers = Headers(self.route);
        let key = RequestKey {
            host: &host,
            path: &path,
            headers: &headers,
            ..RequestKey::new(self.scheme, self.method.unwrap_or("GIBBON-PROBE"))
        };
        scene.winner(&key)
    }

    /// Whether a route matches everything that the probe stands for.
    pub(crate) fn is_covered_by(&self, other: &Route) -> bool {
        other.expression.is_none()
            && other.snis.is_empty()
            && other.sources.is_empty()
            && other.destinations.is_empty()
            && schemes(other).contains(&self.scheme)
            && covers(&other.methods, self.method, |one, method| one == method)
            && covers(&other.hosts, self.host, host_covers)
            && covers(&other.paths, Some(self.path.unwrap_or("/")), path_covers)
            && other.headers.iter().all(|header| self.has_header(header))
    }

    fn has_header(&self, (name, values): &(Box<str>, Vec<Box<str>>)) -> bool {
        let own = self.route.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        own.is_some_and(|(_, own)| own.iter().all(|own| values.iter().any(|value| value.eq_ignore_ascii_case(own))))
    }
}

/// Whether a list, which stands for anything when it is empty, takes a value; where there is none, any value.
fn covers(list: &[Box<str>], value: Option<&str>, one: impl Fn(&str, &str) -> bool) -> bool {
    list.is_empty() || value.is_some_and(|value| list.iter().any(|entry| one(entry, value)))
}

fn host_covers(host: &str, other: &str) -> bool {
    let (host, other) = (host.to_ascii_lowercase(), other.to_ascii_lowercase());
    host == other || host.strip_prefix('*').is_some_and(|rest| other.ends_with(rest))
}

fn path_covers(path: &str, other: &str) -> bool {
    other.starts_with(path) || is_any_path(path)
}

/// Whether a regular expression matches every path.
fn is_any_path(path: &str) -> bool {
    path.strip_prefix('~').is_some_and(|regex| matches!(regex.trim_start_matches('^'), "/" | "/.*" | "/(.*)" | "/.*$"))
}

/// The header fields of a probe: those that its route asks for.
struct Headers<'r>(&'r Route);

impl HeaderLookup for Headers<'_> {
    fn any(&self, name: &str, accept: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        let own = self.0.headers.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name));
        own.flat_map(|(_, values)| values).any(|value| accept(value.as_bytes()))
    }
}
