//! How routes are matched.

use crate::key::{Key, Kind};

/// The ways to match that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RouterFlavor {
    /// `traditional_compatible`
    #[default]
    TraditionalCompatible,
    /// `traditional`
    Traditional,
}

pub(crate) const FLAVOR: Key<RouterFlavor> = Key::new(
    "router_flavor",
    "traditional_compatible",
    Kind::Choice("`traditional_compatible` or `traditional`"),
    |text| match text {
        "traditional_compatible" => Ok(RouterFlavor::TraditionalCompatible),
        "traditional" => Ok(RouterFlavor::Traditional),
        "expressions" => Err("is not supported in this version".to_owned()),
        _ => Err("expected one of: traditional_compatible, traditional".to_owned()),
    },
    "How routes are matched (docs/routing.md). Kong's `expressions` is not supported in this version.",
);
