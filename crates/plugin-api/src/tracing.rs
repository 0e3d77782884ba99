//! What the settings of a node say of tracing.

/// Of what there are spans, and of how many requests.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tracing {
    /// What is told beside the request itself.
    pub instruments: Instruments,
    /// The share of requests, from 0 to 1.
    pub sampling_rate: f64,
}

/// Kinds of spans. None at all means that nothing is traced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Instruments(u8);

impl Instruments {
    /// Those with the names that `tracing_instrumentations` has for them. The request is among them where there is any.
    pub fn named<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let one = |name: &str| match name {
            "router" => Self::ROUTER,
            "balancer" => Self::BALANCER,
            "dns_query" => Self::DNS,
            "plugin_access" => Self::ACCESS,
            "plugin_header_filter" => Self::RESPONSE,
            // What others are for does not happen here.
            _ => Self::REQUEST,
        };
        names.into_iter().fold(Self::default(), |all, name| all.and(one(name)).and(Self::REQUEST))
    }

    /// The request itself; there whenever anything is traced.
    pub const REQUEST: Self = Self(1);
    /// Finding the route.
    pub const ROUTER: Self = Self(2);
    /// Attempts to reach the upstream.
    pub const BALANCER: Self = Self(4);
    /// Looking for the address of a name.
    pub const DNS: Self = Self(8);
    /// The turns of plugins before the upstream is asked.
    pub const ACCESS: Self = Self(16);
    /// The turns of plugins when there is the head of an answer.
    pub const RESPONSE: Self = Self(32);

    /// Those of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` are among them.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether anything is traced.
    pub const fn are_any(self) -> bool {
        self.0 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_is_told_whenever_anything_is() {
        assert!(!Instruments::named([]).are_any());
        let router = Instruments::named(["router"]);
        assert!(router.contains(Instruments::REQUEST.and(Instruments::ROUTER)) && !router.contains(Instruments::DNS));
        assert_eq!(Instruments::named(["db_query"]), Instruments::REQUEST);
    }
}
