//! Splitting a route by its paths.
//!
//! A route with several paths would have no one priority: a long prefix is better than a short one, a regex better than
//! both. So the route is taken apart into one part for each length of its prefixes and one for all its regexes. Each part
//! has an id of its own, which decides between equal priorities as Kong's does.

use uuid::{Uuid, uuid};

use crate::priority::PathShape;
use crate::spec::RouteSpec;

/// The namespace (RFC 9562 version 5) in which Kong makes the ids of the parts.
const PARTS: Uuid = uuid!("7f145bf9-0dce-4f91-98eb-debbce4b9f6b");

/// A part of a route whose paths are all equally good.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part<'s> {
    /// The route's id if it is in one piece, else one of its own.
    pub(crate) id: Uuid,
    pub(crate) shape: PathShape,
    pub(crate) paths: Vec<&'s str>,
}

/// The regex in a path that is one.
pub(crate) fn regex_of(path: &str) -> Option<&str> {
    path.strip_prefix('~')
}

/// The parts of a route, in the order in which its paths first call for them. A route without paths is one part.
pub(crate) fn split(route: &RouteSpec) -> Vec<Part<'_>> {
    if route.paths.is_empty() {
        return vec![Part { id: route.id, shape: PathShape::None, paths: Vec::new() }];
    }
    let mut parts: Vec<Part<'_>> = Vec::with_capacity(1);
    for path in &route.paths {
        let shape = match regex_of(path) {
            Some(_) => PathShape::Regex(route.regex_priority),
            None => PathShape::Prefix(path.len()),
        };
        match parts.iter_mut().find(|part| part.shape == shape) {
            Some(part) => part.paths.push(path),
            None => parts.push(Part { id: route.id, shape, paths: vec![path] }),
        }
    }
    if parts.len() > 1 {
        for (index, part) in parts.iter_mut().enumerate() {
            let name = format!("{}#{}", route.id, index + 1);
            part.id = Uuid::new_v5(&PARTS, name.as_bytes());
        }
    }
    parts
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

    #[test]
    fn a_route_whose_paths_are_equally_good_stays_in_one_piece() {
        for paths in [&[][..], &["/a"], &["/a", "/b"], &["~/a", "~/bb"]] {
            let route = route(paths);
            let parts = split(&route);
            assert_eq!(parts.len(), 1, "{paths:?}");
            assert_eq!(parts[0].id, route.id);
            assert_eq!(parts[0].paths, paths);
        }
    }

    #[test]
    fn each_length_is_a_part_and_all_regexes_are_one() {
        let route = route(&["/a", "~/x.*", "/bb", "/c", "~/y"]);
        let parts = split(&route);
        let shapes: Vec<_> = parts.iter().map(|part| (part.shape, part.paths.clone())).collect();
        assert_eq!(
            shapes,
            [
                (PathShape::Prefix(2), vec!["/a", "/c"]),
                (PathShape::Regex(3), vec!["~/x.*", "~/y"]),
                (PathShape::Prefix(3), vec!["/bb"]),
            ]
        );
    }

    /// Checked against version 5 ids that another implementation made of `<route id>#1` and `<route id>#2`.
    #[test]
    fn the_ids_of_the_parts_are_those_that_kong_makes() {
        let route = route(&["/a", "/bb"]);
        let ids: Vec<_> = split(&route).into_iter().map(|part| part.id).collect();
        assert_eq!(ids, [uuid!("917d7b76-8c28-5902-a77f-dfd38c7d774b"), uuid!("2168a821-5de4-5e54-abda-92455ff9e082")]);
    }
}
