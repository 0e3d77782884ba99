//! Routes that meet one another.

use gibbon_router::{RouteSpec, Schemes};
use proptest::prelude::*;
use uuid::Uuid;

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
    pub(crate) fn route()(
        id in 1..1_000_000_u64,
        methods in some_of(&["GET", "POST", "LOCK"], 2),
        hosts in some_of(HOSTS, 2),
        paths in some_of(PATHS, 3),
        named in some_of(&["h", "g"], 2),
        values in some_of(&["1", "2", "x"], 2),
        snis in some_of(SNIS, 1),
        regex_priority in -2..4_i64,
        created_at in 1..4_i64,
    ) -> RouteSpec {
        let mut names = named;
        names.dedup();
        let values = if values.is_empty() { vec!["1".to_owned()] } else { values };
        let headers = names.into_iter().map(|name| (name, values.clone())).collect();
        RouteSpec {
            id: Uuid::from_u64_pair(id, 0),
            protocols: Schemes::default(),
            methods,
            hosts,
            paths,
            headers,
            snis,
            regex_priority,
            created_at,
            sources: Vec::new(),
            destinations: Vec::new(),
            expression: None,
        }
    }
}

/// Some of them, without those that no router takes.
pub(crate) fn routes() -> impl Strategy<Value = Vec<RouteSpec>> {
    prop::collection::vec(route(), 0..24).prop_map(|mut routes| {
        routes.retain(|r| {
            let is_bare = r.methods.is_empty() && r.hosts.is_empty() && r.paths.is_empty();
            !(is_bare && r.headers.is_empty() && r.snis.is_empty())
        });
        // Ids are unique, as those of records are.
        for (index, route) in (0..).zip(&mut routes) {
            route.id = Uuid::from_u64_pair(route.id.as_u64_pair().0 << 8 | index, 0);
        }
        routes
    })
}
