//! The ways to match that decide which fields a route has.

/// Kong's `router_flavor`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Flavor {
    /// `traditional_compatible`
    #[default]
    TraditionalCompatible,
    /// `traditional`
    Traditional,
    /// `expressions`
    Expressions,
}
