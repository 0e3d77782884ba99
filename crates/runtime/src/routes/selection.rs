//! Some of the routes of a revision, with a router of their own.

use gibbon_entities::Route;
use gibbon_router::{RequestKey, Router};

use super::spec::spec;
use super::{RouteEntry, RouteTable};

/// See the module.
pub struct Selection<'t> {
    router: Router,
    entries: Vec<&'t RouteEntry>,
}

impl RouteTable {
    /// The served routes that are to be kept, in the order in which all of them stand. It costs what they are.
    pub fn select(&self, keep: impl Fn(&Route) -> bool) -> Selection<'_> {
        let entries: Vec<_> = self.entries().filter(|entry| keep(&entry.route)).collect();
        // What does not compile of them has been told of the whole table.
        let (router, _) = Router::build(self.router.flavor(), entries.iter().map(|entry| spec(&entry.route)));
        Selection { router, entries }
    }
}

impl<'t> Selection<'t> {
    /// The one of them that a request would belong to, were there no others.
    pub fn find(&self, request: &RequestKey<'_>) -> Option<&'t RouteEntry> {
        self.router.find(request).and_then(|found| self.entries.get(found.index).copied())
    }
}
