//! How routes are matched.

use crate::key::{Key, Kind};
use crate::switch::choose;

/// The ways to match that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RouterFlavor {
    /// `traditional_compatible`
    #[default]
    TraditionalCompatible,
    /// `traditional`
    Traditional,
    /// `expressions`
    Expressions,
}

pub(crate) const FLAVOR: Key<RouterFlavor> = Key::new(
    "router_flavor",
    "traditional_compatible",
    Kind::Choice("`traditional_compatible`, `traditional` or `expressions`"),
    |text| {
        let table = [
            ("traditional_compatible", RouterFlavor::TraditionalCompatible),
            ("traditional", RouterFlavor::Traditional),
            ("expressions", RouterFlavor::Expressions),
        ];
        choose(text, &table)
    },
    "How routes are matched, and which fields they have: [docs/routing.md](routing.md).",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_three_flavours_and_no_other() {
        let parse = |text| (FLAVOR.parse)(text);
        assert_eq!(parse("expressions"), Ok(RouterFlavor::Expressions));
        assert_eq!(parse("traditional"), Ok(RouterFlavor::Traditional));
        for text in ["", "Expressions", "atc"] {
            assert!(parse(text).unwrap_err().contains("traditional_compatible, traditional, expressions"), "{text}");
        }
    }
}
