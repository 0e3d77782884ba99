//! What a route says about the requests that belong to it.

use std::net::IpAddr;

use thiserror::Error;
use uuid::Uuid;

/// A route as the router sees it. An empty list sets no condition; within a list one value that fits is enough.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RouteSpec {
    /// The route's id. Of two routes with the same priority the one with the larger id wins.
    pub id: Uuid,
    /// What the route speaks. It takes no part in the choice of a route: see [`Schemes`].
    pub protocols: Schemes,
    /// Methods, compared as they are written.
    pub methods: Vec<String>,
    /// Hosts, compared as they are written: `a.example`, `*.example`, `a.*`, each with an optional `:port`.
    pub hosts: Vec<String>,
    /// Paths: `/prefix` (with no regard to segments), or `~/regex`, anchored at its start.
    pub paths: Vec<String>,
    /// Headers that must all be there, each with one of its values. Names and values are compared without regard to
    /// case; a value that begins with `~*` is a regex.
    pub headers: Vec<(String, Vec<String>)>,
    /// Server names, considered only for requests over TLS: `a.example`, `*.example`, `a.*`.
    pub snis: Vec<String>,
    /// Orders routes whose paths are regexes.
    pub regex_priority: i64,
    /// Where requests come from, one of these. In the flavour `expressions` only.
    pub sources: Vec<Ends>,
    /// Where requests arrive, one of these. In the flavour `expressions` only.
    pub destinations: Vec<Ends>,
    /// What must be true of a request, in the place of all of these. In the flavour `expressions` only.
    pub expression: Option<ExpressionSpec>,
    /// When the route was created, in seconds since 1970. It counts in the flavour `traditional` only.
    pub created_at: i64,
}

/// An expression and its priority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionSpec {
    /// What must be true of a request, in Kong's language.
    pub text: String,
    /// Which of several that are true is taken: the highest. At most 46 bits count.
    pub priority: u64,
}

/// An address, a port, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends {
    /// The addresses, as their first one and how many of its bits they share; any if none.
    pub ip: Option<(IpAddr, u8)>,
    /// The port; any if none.
    pub port: Option<u16>,
}

/// How a request came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// In the clear; gRPC in the clear too.
    Http,
    /// Over TLS; gRPC over TLS too.
    Https,
}

/// What a route speaks.
///
/// A route that speaks only HTTPS is found by a request in the clear as well. It is then for the caller to send that
/// client away (426 or a redirect), and not for another route to take the request over; [`Schemes::refuses`] tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schemes {
    /// Requests in the clear.
    pub http: bool,
    /// Requests over TLS.
    pub https: bool,
}

impl Schemes {
    /// Whether a request that came by `scheme` (or whose trusted proxy says that it did) must be sent away to HTTPS.
    ///
    /// The reverse is never so: a route that speaks only HTTP serves requests over TLS, as in Kong.
    pub fn refuses(self, scheme: Scheme) -> bool {
        scheme == Scheme::Http && self.https && !self.http
    }
}

impl Default for Schemes {
    fn default() -> Self {
        Self { http: true, https: true }
    }
}

/// A route, or a part of one, that could not be compiled.
///
/// The rest of the route stays in the router, so that its requests are not taken over by a route that is perhaps less
/// protected; the caller should answer 503 for a route that is named here.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("cannot build route `{id}`: {fault}")]
pub struct RouteError {
    /// The route.
    pub id: Uuid,
    /// What is wrong with it.
    pub fault: RouteFault,
}

/// What is wrong with a route.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RouteFault {
    /// A regex in `paths`.
    #[error("path `{path}` is not a valid regex: {reason}")]
    Path {
        /// The path as it was configured.
        path: String,
        /// What the regex compiler says.
        reason: String,
    },
    /// A regex in `headers`.
    #[error("value `{value}` of header `{name}` is not a valid regex: {reason}")]
    Header {
        /// The name of the header.
        name: String,
        /// The value as it was configured.
        value: String,
        /// What the regex compiler says.
        reason: String,
    },
    /// An expression.
    #[error("its expression is not valid: {0}")]
    Expression(String),
    /// There is an expression, and the flavour has none.
    #[error("it has an expression, which only `router_flavor = expressions` reads")]
    NeedsExpressions,
    /// Nothing at all is set, so that the route would match everything. Kong leaves such a route out, and so do we.
    #[error("none of methods, hosts, paths, headers and snis is set")]
    Unconditional,
}
