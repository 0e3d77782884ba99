//! The compiled router agrees with a linear scan that follows the written rules.

use std::cmp::Reverse;

use gibbon_router::{RequestKey, RouteSpec, Router, Scheme, Schemes};
use proptest::prelude::*;
use uuid::{Uuid, uuid};

/// One request, owned.
#[derive(Debug, Clone)]
struct Request {
    method: &'static str,
    host: &'static str,
    port: u16,
    scheme: Scheme,
    sni: Option<&'static str>,
    path: String,
    headers: Vec<(&'static str, &'static str)>,
}

impl Request {
    fn find(&self, router: &Router) -> Option<(usize, Option<usize>)> {
        let headers = self.headers.as_slice();
        let key = RequestKey {
            method: self.method,
            host: self.host,
            port: self.port,
            scheme: self.scheme,
            sni: self.sni,
            path: &self.path,
            headers: &Headers(headers),
        };
        router.find(&key).map(|found| (found.index, found.prefix))
    }
}

struct Headers<'a>(&'a [(&'static str, &'static str)]);

impl gibbon_router::HeaderLookup for Headers<'_> {
    fn any(&self, name: &str, accept: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        self.0.any(name, accept)
    }
}

// --- the oracle -----------------------------------------------------------------------------------------------------

/// A part of a route: its priority, its id and its paths.
type Part<'r> = (u64, Uuid, Vec<&'r str>);

/// The parts of a route.
fn parts(route: &RouteSpec) -> Vec<Part<'_>> {
    let mut groups: Vec<(usize, Vec<&str>)> = Vec::new();
    for path in &route.paths {
        let key = if path.starts_with('~') { 0 } else { path.len() };
        match groups.iter_mut().find(|(other, _)| *other == key) {
            Some((_, paths)) => paths.push(path),
            None => groups.push((key, vec![path])),
        }
    }
    if groups.is_empty() {
        groups.push((0, Vec::new()));
    }
    let whole = groups.len() == 1;
    let id = |n: usize| match whole {
        true => route.id,
        false => Uuid::new_v5(&uuid!("7f145bf9-0dce-4f91-98eb-debbce4b9f6b"), format!("{}#{n}", route.id).as_bytes()),
    };
    (1..).zip(groups).map(|(n, (length, paths))| (priority(route, length, &paths), id(n), paths)).collect()
}

/// The number, by multiplication instead of shifts.
fn priority(route: &RouteSpec, length: usize, paths: &[&str]) -> u64 {
    let regex = paths.iter().any(|path| path.starts_with('~'));
    let lists = [route.methods.len(), route.hosts.len(), route.headers.len(), route.snis.len(), paths.len()];
    let attributes = lists.into_iter().filter(|length| *length > 0).count() as i64;
    let regex_priority = if regex { route.regex_priority * (1 << 19) } else { 0 };
    let low = (attributes * (1 << 29)) | (route.headers.len() as i64 * (1 << 20)) | regex_priority | length as i64;
    let mut number = i64::from(low as i32) as u64;
    if !route.hosts.is_empty() && route.hosts.iter().all(|host| !host.contains('*')) {
        number |= 1 << 60;
    }
    if regex {
        number |= 1 << 51;
    }
    number
}

fn name_fits(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => name.ends_with(end),
        (_, Some(start)) => name.starts_with(start),
        _ => pattern == name,
    }
}

fn split(host: &str) -> (&str, Option<u16>) {
    match host.split_once(':') {
        Some((name, port)) => (name, port.parse().ok()),
        None => (host, None),
    }
}

fn host_fits(pattern: &str, request: &Request) -> bool {
    let (name, port) = split(request.host);
    let (pattern, wanted) = split(pattern);
    name_fits(pattern, name) && wanted.is_none_or(|wanted| wanted == port.unwrap_or(request.port))
}

fn conditions_fit(route: &RouteSpec, request: &Request) -> bool {
    let method = route.methods.is_empty() || route.methods.iter().any(|method| method == request.method);
    let host = route.hosts.is_empty() || route.hosts.iter().any(|host| host_fits(host, request));
    let headers = route.headers.iter().all(|(name, values)| {
        request.headers.iter().any(|(key, value)| {
            key.eq_ignore_ascii_case(name) && values.iter().any(|wanted| wanted.eq_ignore_ascii_case(value))
        })
    });
    let sni = route.snis.is_empty()
        || request.scheme == Scheme::Http
        || request.sni.is_some_and(|name| route.snis.iter().any(|pattern| name_fits(pattern, name)));
    method && host && headers && sni
}

/// The length that the first fitting path matches; the outer `None` means that none fits.
fn path_fits(paths: &[&str], request: &str) -> Option<Option<usize>> {
    if paths.is_empty() {
        return Some(None);
    }
    paths.iter().find_map(|path| match path.strip_prefix('~') {
        Some(regex) => {
            let regex = regex::Regex::new(&format!(r"\A(?:{regex})")).ok()?;
            regex.find(request).map(|found| Some(found.end()))
        }
        None => request.starts_with(path).then_some(Some(path.len())),
    })
}

fn scan(routes: &[RouteSpec], request: &Request) -> Option<(usize, Option<usize>)> {
    let numbered = routes.iter().enumerate();
    let mut all: Vec<_> =
        numbered.flat_map(|(index, route)| parts(route).into_iter().map(move |part| (part, index))).collect();
    all.sort_by_key(|((number, id, _), _)| Reverse((*number, *id)));
    all.into_iter().find_map(|((_, _, paths), index)| {
        let fits = routes.get(index).is_some_and(|route| conditions_fit(route, request));
        fits.then(|| path_fits(&paths, &request.path)).flatten().map(|prefix| (index, prefix))
    })
}

// --- what is tried --------------------------------------------------------------------------------------------------

fn some_of(values: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<String>> {
    let one = prop::sample::select(values).prop_map(str::to_owned);
    prop_oneof![1 => Just(Vec::new()), 1 => prop::collection::vec(one, 1..=most)]
}

const PATHS: &[&str] = &[
    "/",
    "/a",
    "/ab",
    "/a/",
    "/a/b",
    "/b",
    "/b/a",
    "~/a",
    "~/a/b",
    "~/a.*b$",
    "~/[ab]+",
    "~/b/(?<x>a)?",
    "~/(a|b)/b",
    "~.*",
];
const HOSTS: &[&str] = &["a.x", "b.x", "a.y", "*.x", "*.b.x", "a.*", "a.x:80", "*.x:81", "b.*:80"];
const SNIS: &[&str] = &["a.x", "*.x", "a.*"];

prop_compose! {
    fn route()(
        id in 1..1_000_000_u128,
        methods in some_of(&["GET", "POST", "LOCK"], 2),
        hosts in some_of(HOSTS, 2),
        paths in some_of(PATHS, 3),
        named in some_of(&["h", "g"], 2),
        values in some_of(&["1", "2", "x"], 2),
        snis in some_of(SNIS, 1),
        regex_priority in -2..4_i64,
    ) -> RouteSpec {
        let mut names = named;
        names.dedup();
        let values = if values.is_empty() { vec!["1".to_owned()] } else { values };
        let headers = names.into_iter().map(|name| (name, values.clone())).collect();
        RouteSpec { id: Uuid::from_u128(id), protocols: Schemes::default(), methods, hosts, paths, headers, snis, regex_priority }
    }
}

prop_compose! {
    fn request()(
        method in prop::sample::select(vec!["GET", "POST", "LOCK", "HEAD"]),
        host in prop::sample::select(vec!["a.x", "b.x", "c.b.x", "a.y", "a.x:80", "b.y:80", "z.x:81", "", "q"]),
        port in prop::sample::select(vec![80_u16, 81]),
        scheme in prop::sample::select(vec![Scheme::Http, Scheme::Https]),
        sni in prop::sample::select(vec![None, Some("a.x"), Some("b.x"), Some("a.y"), Some("q")]),
        path in "/[ab/]{0,4}",
        headers in prop::collection::vec(
            (prop::sample::select(vec!["h", "g"]), prop::sample::select(vec!["1", "2", "X", "3"])), 0..3),
    ) -> Request {
        Request { method, host, port, scheme, sni, path, headers }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_router_agrees_with_a_linear_scan(
        mut routes in prop::collection::vec(route(), 0..24),
        requests in prop::collection::vec(request(), 1..24),
    ) {
        routes.retain(|r| !(r.methods.is_empty() && r.hosts.is_empty() && r.paths.is_empty() && r.headers.is_empty() && r.snis.is_empty()));
        let (router, errors) = Router::build(routes.clone());
        prop_assert_eq!(errors, vec![]);
        for request in requests {
            prop_assert_eq!(request.find(&router), scan(&routes, &request), "{:?}", request);
        }
    }
}
