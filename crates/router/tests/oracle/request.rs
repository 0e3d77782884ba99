//! Requests, owned.

use gibbon_router::{Found, HeaderLookup, RequestKey, Router, Scheme};
use proptest::prelude::*;
use uuid::Uuid;

/// One request, owned.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) host: &'static str,
    pub(crate) port: u16,
    pub(crate) scheme: Scheme,
    pub(crate) sni: Option<&'static str>,
    pub(crate) path: String,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
}

impl Request {
    /// The index of the route, and the length of the path that it matched.
    pub(crate) fn find(&self, router: &Router) -> Option<(usize, Option<usize>)> {
        self.ask(router).map(|found| (found.index, found.prefix))
    }

    /// The id of the route, and the length of the path that it matched.
    pub(crate) fn id(&self, router: &Router) -> Option<(Uuid, Option<usize>)> {
        self.ask(router).map(|found| (found.id, found.prefix))
    }

    fn ask<'r>(&self, router: &'r Router) -> Option<Found<'r>> {
        router.find(&RequestKey {
            method: self.method,
            host: self.host,
            port: self.port,
            scheme: self.scheme,
            sni: self.sni,
            path: &self.path,
            headers: &Headers(self.headers.as_slice()),
            query: "",
            source_ip: None,
            source_port: None,
            destination_ip: None,
        })
    }
}

struct Headers<'a>(&'a [(&'static str, &'static str)]);

impl HeaderLookup for Headers<'_> {
    fn any(&self, name: &str, accept: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        self.0.any(name, accept)
    }
}

prop_compose! {
    pub(crate) fn request()(
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
