//! Splitting a route by its paths.
//!
//! A route with several paths would have no one priority: a long prefix is better than a short one, a regex better than
//! both. So the route is taken apart, into parts with a priority each.

use uuid::{Uuid, uuid};

use crate::flavor::Flavor;
use crate::priority::{PathShape, Tie};
use crate::spec::RouteSpec;

/// The namespace (RFC 9562 version 5) in which Kong makes the ids of the parts.
const PARTS: Uuid = uuid!("7f145bf9-0dce-4f91-98eb-debbce4b9f6b");

/// A part of a route whose paths are all equally good.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part<'s> {
    pub(crate) tie: Tie,
    pub(crate) shape: PathShape,
    /// Each with its position among those of the route that have this shape.
    pub(crate) paths: Vec<(u32, &'s str)>,
}

/// The regex in a path that is one.
pub(crate) fn regex_of(path: &str) -> Option<&str> {
    path.strip_prefix('~')
}

/// The parts of a route. A route without paths is one part.
pub(crate) fn split(route: &RouteSpec, flavor: Flavor) -> Vec<Part<'_>> {
    match flavor {
        Flavor::TraditionalCompatible | Flavor::Expressions => by_shape(route),
        Flavor::Traditional => by_path(route),
    }
}

/// One part for each length of its prefixes and one for all regexes, in the order in which the paths call for them. The
/// id of a part is the route's own if it is in one piece.
fn by_shape(route: &RouteSpec) -> Vec<Part<'_>> {
    let part = |shape| Part { tie: Tie::by_id(route.id), shape, paths: Vec::new() };
    if route.paths.is_empty() {
        return vec![part(PathShape::None)];
    }
    let mut parts: Vec<Part<'_>> = Vec::with_capacity(1);
    for path in &route.paths {
        let shape = shape(path, route);
        let place = parts.iter().position(|part| part.shape == shape).unwrap_or_else(|| {
            parts.push(part(shape));
            parts.len() - 1
        });
        if let Some(part) = parts.get_mut(place) {
            part.paths.push((part.paths.len() as u32, path));
        }
    }
    if parts.len() > 1 {
        for (index, part) in parts.iter_mut().enumerate() {
            let name = format!("{}#{}", route.id, index + 1);
            part.tie = Tie::by_id(Uuid::new_v5(&PARTS, name.as_bytes()));
        }
    }
    parts
}

/// Each path is a part of its own.
fn by_path(route: &RouteSpec) -> Vec<Part<'_>> {
    let tie = Tie::by_age(route.created_at, route.id);
    if route.paths.is_empty() {
        return vec![Part { tie, shape: PathShape::None, paths: Vec::new() }];
    }
    let numbered = (0..).zip(&route.paths);
    numbered.map(|(n, path)| Part { tie, shape: shape(path, route), paths: vec![(n, path)] }).collect()
}

fn shape(path: &str, route: &RouteSpec) -> PathShape {
    match regex_of(path) {
        Some(_) => PathShape::Regex(route.regex_priority),
        None => PathShape::Prefix(path.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(paths: &[&str]) -> RouteSpec {
        RouteSpec {
            id: uuid!("11111111-2222-3333-4444-555555555555"),
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            regex_priority: 3,
            ..RouteSpec::default()
        }
    }

    const COMPATIBLE: Flavor = Flavor::TraditionalCompatible;

    #[test]
    fn a_route_whose_paths_are_equally_good_stays_in_one_piece() {
        for paths in [&[][..], &["/a"], &["/a", "/b"], &["~/a", "~/bb"]] {
            let route = route(paths);
            let parts = split(&route, COMPATIBLE);
            assert_eq!(parts.len(), 1, "{paths:?}");
            assert_eq!(parts[0].tie, Tie::by_id(route.id));
            assert_eq!(parts[0].paths, (0..).zip(paths.iter().copied()).collect::<Vec<_>>());
        }
    }

    #[test]
    fn each_length_is_a_part_and_all_regexes_are_one() {
        let route = route(&["/a", "~/x.*", "/bb", "/c", "~/y"]);
        let parts = split(&route, COMPATIBLE);
        let shapes: Vec<_> = parts.iter().map(|part| (part.shape, part.paths.clone())).collect();
        assert_eq!(
            shapes,
            [
                (PathShape::Prefix(2), vec![(0, "/a"), (1, "/c")]),
                (PathShape::Regex(3), vec![(0, "~/x.*"), (1, "~/y")]),
                (PathShape::Prefix(3), vec![(0, "/bb")]),
            ]
        );
    }

    /// Checked against version 5 ids that another implementation made of `<route id>#1` and `<route id>#2`.
    #[test]
    fn the_ids_of_the_parts_are_those_that_kong_makes() {
        let route = route(&["/a", "/bb"]);
        let ties: Vec<_> = split(&route, COMPATIBLE).into_iter().map(|part| part.tie).collect();
        let ids = [uuid!("917d7b76-8c28-5902-a77f-dfd38c7d774b"), uuid!("2168a821-5de4-5e54-abda-92455ff9e082")];
        assert_eq!(ties, ids.map(Tie::by_id));
    }

    #[test]
    fn in_the_flavour_traditional_each_path_is_a_part() {
        let route = route(&["/a", "~/x", "/b"]);
        let parts: Vec<_> =
            split(&route, Flavor::Traditional).into_iter().map(|part| (part.shape, part.paths)).collect();
        let prefix = PathShape::Prefix(2);
        let expected = [(prefix, vec![(0, "/a")]), (PathShape::Regex(3), vec![(1, "~/x")]), (prefix, vec![(2, "/b")])];
        assert_eq!(parts, expected);
        assert_eq!(split(&self::route(&[]), Flavor::Traditional).len(), 1);
    }
}
