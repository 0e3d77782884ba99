//! Which route a request belongs to, and which path it takes upstream.
//!
//! Routes are described by methods, hosts, paths, headers and SNIs, every route has a priority that follows from its
//! description and from the [`Flavor`], and the best one that fits wins. Routes are compiled when the configuration
//! changes; [`Router::find`] then neither allocates nor waits. A change makes another router, which shares with the one
//! before all that stays as it is.
//!
//! In one flavour a route may also be an expression, of which `gibbon-expression` knows everything; it lies in the index by
//! the hosts and beginnings of paths that it names.
//!
//! This crate knows nothing of services, plugins, sockets or stored records, and does no input or output.
//!
//! Start reading at [`Router`]; the rules are in `priority.rs` (who wins), `rule.rs` and `host.rs` (who fits), and the
//! speed is in `index.rs`, `bucket.rs`, `trie.rs` and `host_map.rs`. [`path`] is separate: how a path is brought into its
//! normal form before it is routed, and how it is put together again on its way upstream. [`stream`] is separate too:
//! routes of TCP, TLS and UDP.
//!
//! ```
//! use gibbon_router::{Flavor, RequestKey, RouteSpec, Router, Scheme};
//! use uuid::Uuid;
//!
//! let orders = RouteSpec { id: Uuid::from_u128(1), paths: vec!["/orders".into()], ..RouteSpec::default() };
//! let order = RouteSpec { id: Uuid::from_u128(2), paths: vec!["~/orders/(?<id>\\d+)".into()], ..RouteSpec::default() };
//! let (router, errors) = Router::build(Flavor::default(), [orders, order]);
//! assert!(errors.is_empty());
//!
//! let request = RequestKey { path: "/orders/42", ..RequestKey::new(Scheme::Http, "GET") };
//! let found = router.find(&request).expect("a route for orders");
//! assert_eq!(found.index, 1);
//! assert_eq!(found.matched(request.path), Some("/orders/42"));
//! assert_eq!(found.captures(request.path)[0].text.as_deref(), Some("42"));
//! ```

mod bucket;
mod facts;
mod flavor;
mod found;
mod host;
mod host_map;
mod index;
pub mod path;
mod pattern;
mod patterns;
mod priority;
mod request;
mod router;
mod rule;
mod spec;
mod split;
pub mod stream;
mod trie;

pub use flavor::Flavor;
pub use found::Found;
/// A group of a regex path, or of a regex of an expression that matched the path: Kong's `uri_captures`.
pub use gibbon_expression::Group as Capture;
pub use request::{HeaderLookup, RequestKey};
pub use router::{Change, Router};
pub use spec::{Ends, ExpressionSpec, RouteError, RouteFault, RouteSpec, Scheme, Schemes};
