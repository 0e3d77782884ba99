//! The ways to match that a gateway can be told to use.

use crate::path::PathHandling;

/// How routes are described and ordered: Kong's `router_flavor`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flavor {
    /// Routes are described by methods, hosts, paths, headers and SNIs, and each has a number that follows from that.
    #[default]
    TraditionalCompatible,
    /// The same, in the order of Kong before 3.0: by which attributes a route has, and of two that are equal the older
    /// one wins. Hosts with a port are taken literally, and `path_handling` is honoured.
    Traditional,
    /// The routes of `traditional_compatible`, and beside them, before them, routes with an expression and a priority.
    /// Routes of both kinds are found by requests of their protocols only, and may ask where requests come from.
    Expressions,
}

impl Flavor {
    /// How paths are put together for a route that is configured with `wish`: only one flavour asks the route.
    pub fn path_handling(self, wish: PathHandling) -> PathHandling {
        match self {
            Self::Traditional => wish,
            Self::TraditionalCompatible | Self::Expressions => PathHandling::V0,
        }
    }
}
