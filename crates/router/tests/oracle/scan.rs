//! A linear scan that follows the written rules.

use std::cmp::Reverse;

use gibbon_router::{Flavor, RouteSpec, Scheme};
use uuid::{Uuid, uuid};

use crate::request::Request;

/// A part of a route: its priority, its id and its paths.
pub(crate) type Part<'r> = (u64, Uuid, Vec<&'r str>);

/// The parts of a route in the flavour `traditional_compatible`.
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

fn host_fits(pattern: &str, request: &Request, flavor: Flavor) -> bool {
    let (name, port) = split(request.host);
    let (pattern, wanted) = split(pattern);
    let port = match flavor {
        Flavor::Traditional if !pattern.contains('*') => port,
        Flavor::Traditional => port.or(Some(if request.scheme == Scheme::Https { 443 } else { 80 })),
        Flavor::TraditionalCompatible | Flavor::Expressions => port.or(Some(request.port)),
    };
    name_fits(pattern, name) && wanted.is_none_or(|wanted| Some(wanted) == port)
}

fn conditions_fit(route: &RouteSpec, request: &Request, flavor: Flavor) -> bool {
    let method = route.methods.is_empty() || route.methods.iter().any(|method| method == request.method);
    let host = route.hosts.is_empty() || route.hosts.iter().any(|host| host_fits(host, request, flavor));
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

/// The first of the candidates that fits: the index of its route, and the length that its path matched.
fn first_that_fits(
    routes: &[RouteSpec],
    candidates: impl IntoIterator<Item = (usize, Vec<String>)>,
    request: &Request,
    flavor: Flavor,
) -> Option<(usize, Option<usize>)> {
    candidates.into_iter().find_map(|(index, paths)| {
        let fits = routes.get(index).is_some_and(|route| conditions_fit(route, request, flavor));
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        fits.then(|| path_fits(&paths, &request.path)).flatten().map(|prefix| (index, prefix))
    })
}

/// The parts of all routes in the flavour `traditional_compatible`, the best first, each with the index of its route.
pub(crate) fn ranked(routes: &[RouteSpec]) -> Vec<(Part<'_>, usize)> {
    let numbered = routes.iter().enumerate();
    let mut all: Vec<_> =
        numbered.flat_map(|(index, route)| parts(route).into_iter().map(move |part| (part, index))).collect();
    all.sort_by_key(|((number, id, _), _)| Reverse((*number, *id)));
    all
}

/// The route of a request in the flavour `traditional_compatible`.
pub(crate) fn compatible(routes: &[RouteSpec], request: &Request) -> Option<(usize, Option<usize>)> {
    let all = ranked(routes);
    let candidates =
        all.into_iter().map(|((_, _, paths), index)| (index, paths.iter().map(|p| (*p).to_owned()).collect()));
    first_that_fits(routes, candidates, request, Flavor::TraditionalCompatible)
}

/// The route of a request in the flavour `traditional`, where each path is a candidate of its own.
pub(crate) fn traditional(routes: &[RouteSpec], request: &Request) -> Option<(usize, Option<usize>)> {
    let mut all: Vec<(usize, Option<usize>)> = Vec::new();
    for (index, route) in routes.iter().enumerate() {
        all.extend((0..route.paths.len()).map(|path| (index, Some(path))));
        all.extend(route.paths.is_empty().then_some((index, None)));
    }
    let path_of = |(index, path): (usize, Option<usize>)| path.map(|path| routes[index].paths[path].as_str());
    all.sort_by_key(|candidate| {
        let route = &routes[candidate.0];
        let which = [&route.hosts, &route.snis].map(|list| !list.is_empty());
        let set = [which[0], !route.headers.is_empty(), candidate.1.is_some(), !route.methods.is_empty(), which[1]];
        let attributes = set.iter().filter(|is_set| **is_set).count();
        let wildcards: Vec<&String> = route.hosts.iter().filter(|host| host.contains('*')).collect();
        let hosts = match (wildcards.iter().any(|host| host.contains(':')), wildcards.is_empty()) {
            (true, _) => 2,
            (false, true) => usize::from(which[0]),
            (false, false) => 0,
        };
        let path = path_of(*candidate).unwrap_or_default();
        let is_regex = path.starts_with('~');
        let last = if is_regex { route.regex_priority } else { path.len() as i64 };
        let rank = (attributes, set, hosts, is_regex, route.headers.len(), last);
        Reverse((rank, Reverse(route.created_at), route.id.as_u64_pair().0, Reverse(candidate.1)))
    });
    let candidates = all.into_iter().map(|one| (one.0, path_of(one).map(str::to_owned).into_iter().collect()));
    first_that_fits(routes, candidates, request, Flavor::Traditional)
}
