//! Paths of requests: their normal form, and how they go upstream.
//!
//! What is routed is what is sent. A path is normalised once ([`normalize`]), the router sees only that form, and
//! [`join`] sends that form upstream, escaped where a path on the wire must be. No byte sequence is one thing to the
//! router and another to the upstream: escapes that stand for a delimiter, a backslash or a control character are never
//! decoded, on no way.

mod escape;
mod join;
mod normalize;

pub use escape::escape;
pub use join::{PathHandling, Strip, forwarded_prefix, join};
pub use normalize::{PathError, normalize};
