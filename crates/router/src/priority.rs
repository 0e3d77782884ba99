//! Which of several routes that fit is the better one.
//!
//! Kong computes one 64-bit number for each route and asks the routes from the largest number down. Its source draws
//! that number as fields of a 64-bit word (`kong/router/transform.lua`): the number of attributes that are set, plain
//! hosts, the number of headers, regex, regex priority, length. What it computes is something else, because LuaJIT
//! shifts plain numbers as 32-bit ones, so that only the two flags, which are 64-bit literals, land where they are
//! drawn. Requests go where the computed number sends them, so that is what we compute:
//!
//! ```text
//! bit 63 .. 60   59 .. 51   50 .. 32   31 .. 29     28 .. 19                               18 .. 0
//!        plain      regex              attributes   headers (from 20), regex priority (19)  length
//! ```
//!
//! - Only plain hosts (no wildcard among them) beats everything else, then a regex path does, then the number of
//!   attributes, and only then headers, regex priority and length of the path.
//! - Headers and regex priority share bits and are combined by "or": with one header, regex priority 1 is worth 3 and
//!   regex priority 2 is worth 2. Kong's users have met this (Kong/kong#14457).
//! - The 32 bits are a signed number. A negative regex priority, or four attributes and more, set its top bit and with it
//!   the whole upper half, so that such a route beats all that have neither.

mod traditional;

use std::cmp::Reverse;

use uuid::Uuid;

use crate::flavor::Flavor;

/// Where the "only plain hosts" flag stands.
const PLAIN_HOSTS: u64 = 1 << 60;
/// Where the "paths are regexes" flag stands.
const REGEX: u64 = 1 << 51;
/// What routes with expressions have in front of their priority. Of the others, only those have more whose number is
/// negative.
const EXPRESSION: u64 = 0xFF << 56;
const MAX_EXPRESSION_PRIORITY: u64 = (1 << 46) - 1;
/// Kong draws these three at 61, 52 and 19; a 32-bit shift takes the distance modulo 32.
const ATTRIBUTES_SHIFT: u32 = 61 % 32;
const HEADERS_SHIFT: u32 = 52 % 32;
const REGEX_PRIORITY_SHIFT: u32 = 19;
/// More headers than these do not make a route any better.
const MAX_HEADERS: usize = 255;
const MAX_LENGTH: usize = 0x7FFFF;

/// The hosts of a route, as far as its priority goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HostShape {
    None,
    Plain,
    Wildcard,
    /// A wildcard among them has a port.
    WildcardWithPort,
}

/// The paths of a route that was split, as far as its priority goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PathShape {
    None,
    /// Prefixes, all of this length in bytes.
    Prefix(usize),
    /// Regexes, with the route's regex priority.
    Regex(i64),
}

/// What of a route decides about its priority.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) methods: usize,
    pub(crate) hosts: HostShape,
    pub(crate) paths: PathShape,
    pub(crate) headers: usize,
    pub(crate) snis: usize,
    /// How many of sources and destinations are set.
    pub(crate) ends: usize,
}

impl Shape {
    /// The number of attributes that are set.
    pub(crate) fn attributes(&self) -> u32 {
        [
            self.methods > 0,
            self.hosts != HostShape::None,
            self.paths != PathShape::None,
            self.headers > 0,
            self.snis > 0,
        ]
        .into_iter()
        .map(u32::from)
        .sum::<u32>()
            + self.ends as u32
    }

    /// The number by which routes are ordered; the largest is asked first.
    pub(crate) fn priority(&self) -> u64 {
        let headers = self.headers.min(MAX_HEADERS) as u32;
        let (regex, regex_priority, length) = match self.paths {
            PathShape::None => (0, 0, 0),
            PathShape::Prefix(length) => (0, 0, (length & MAX_LENGTH) as u32),
            // Only the low bits of a regex priority survive the shift.
            PathShape::Regex(priority) => (REGEX, priority as u32, 0),
        };
        let low = (self.attributes() << ATTRIBUTES_SHIFT)
            | (headers << HEADERS_SHIFT)
            | (regex_priority << REGEX_PRIORITY_SHIFT)
            | length;
        let plain = if self.hosts == HostShape::Plain { PLAIN_HOSTS } else { 0 };
        // A negative 32-bit number stays negative when it is widened.
        (low.cast_signed() as i64).cast_unsigned() | regex | plain
    }
}

/// The place of a candidate among all others; the greatest is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Order {
    priority: u64,
    tie: Tie,
    /// Within one part of a route, an earlier path wins.
    path: Reverse<u32>,
}

/// What decides between equal priorities; the larger one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tie(Uuid);

impl Tie {
    /// The larger id wins.
    pub(crate) fn by_id(id: Uuid) -> Self {
        Self(id)
    }

    /// The older one wins, and of two of the same age the one with the larger id.
    pub(crate) fn by_age(created_at: i64, id: Uuid) -> Self {
        let youth = created_at.max(0).cast_unsigned();
        Self(Uuid::from_u64_pair(u64::MAX - youth, id.as_u64_pair().0))
    }
}

impl Order {
    pub(crate) fn new(flavor: Flavor, shape: &Shape, tie: Tie, path: Reverse<u32>) -> Self {
        let priority = match flavor {
            Flavor::TraditionalCompatible | Flavor::Expressions => shape.priority(),
            Flavor::Traditional => traditional::priority(shape),
        };
        Self { priority, tie, path }
    }

    /// The place of a route with an expression.
    pub(crate) fn of_expression(priority: u64, id: Uuid) -> Self {
        Self { priority: EXPRESSION | priority & MAX_EXPRESSION_PRIORITY, tie: Tie::by_id(id), path: Reverse(0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: Shape =
        Shape { methods: 0, hosts: HostShape::None, paths: PathShape::None, headers: 0, snis: 0, ends: 0 };
    const HOST: Shape = Shape { hosts: HostShape::Plain, ..BARE };
    const WILDCARD: Shape = Shape { hosts: HostShape::Wildcard, ..BARE };
    const METHOD: Shape = Shape { methods: 1, ..BARE };
    const PATH: Shape = Shape { paths: PathShape::Prefix(4), ..BARE };
    const REGEX_PATH: Shape = Shape { paths: PathShape::Regex(0), ..BARE };

    /// The numbers are those that LuaJIT 2.1 gives for Kong's formula.
    #[test]
    fn the_number_is_the_one_that_kong_computes() {
        let cases = [
            (HOST, 0x1000_0000_2000_0000),
            (Shape { methods: 1, paths: PathShape::Prefix(2), ..BARE }, 0x4000_0002),
            (Shape { headers: 1, paths: PathShape::Prefix(2), ..BARE }, 0x4010_0002),
            (REGEX_PATH, 0x0008_0000_2000_0000),
            (Shape { paths: PathShape::Regex(5), ..BARE }, 0x0008_0000_2028_0000),
            (Shape { paths: PathShape::Regex(-1), ..BARE }, 0xffff_ffff_fff8_0000),
            (Shape { methods: 1, snis: 1, headers: 1, paths: PathShape::Prefix(3), ..BARE }, 0xffff_ffff_8010_0003),
            (Shape { methods: 1, snis: 0, headers: 1, paths: PathShape::Prefix(3), ..HOST }, 0xffff_ffff_8010_0003),
            (Shape { methods: 1, snis: 1, headers: 0, paths: PathShape::Prefix(3), ..BARE }, 0x6000_0003),
        ];
        for (shape, number) in cases {
            assert_eq!(shape.priority(), number, "{shape:?}");
        }
    }

    #[test]
    fn each_of_these_beats_the_one_after_it() {
        let regex = |priority| Shape { paths: PathShape::Regex(priority), ..BARE };
        let long = |length| Shape { paths: PathShape::Prefix(length), ..BARE };
        let ladder = [
            regex(-1),
            regex(-2),
            Shape { methods: 1, headers: 1, paths: PathShape::Prefix(1), snis: 1, ..BARE },
            Shape { paths: PathShape::Regex(0), ..HOST },
            Shape { methods: 1, headers: 1, ..HOST },
            Shape { paths: PathShape::Prefix(9), ..HOST },
            Shape { paths: PathShape::Prefix(8), ..HOST },
            HOST,
            Shape { methods: 1, ..REGEX_PATH },
            regex(7),
            regex(6),
            Shape { methods: 1, headers: 1, paths: PathShape::Prefix(1), ..BARE },
            Shape { headers: 3, paths: PathShape::Prefix(1), ..BARE },
            Shape { headers: 2, paths: PathShape::Prefix(400), ..BARE },
            Shape { paths: PathShape::Prefix(4), ..WILDCARD },
            long(5),
            PATH,
            METHOD,
        ];
        for pair in ladder.windows(2) {
            assert!(pair[0].priority() > pair[1].priority(), "{:?} over {:?}", pair[0], pair[1]);
        }
    }

    #[test]
    fn headers_and_regex_priority_share_bits() {
        let shape = |priority| Shape { headers: 1, paths: PathShape::Regex(priority), ..BARE };
        assert!(shape(1).priority() > shape(2).priority());
        assert_eq!(shape(2).priority(), shape(0).priority());
        assert!(shape(3).priority() > shape(0).priority());
    }

    #[test]
    fn more_than_255_headers_count_as_255() {
        let shape = |headers| Shape { headers, ..BARE };
        assert_eq!(shape(300).priority(), shape(255).priority());
        assert!(shape(255).priority() > shape(254).priority());
    }

    #[test]
    fn a_wildcard_host_is_worth_no_more_than_a_method() {
        assert_eq!(WILDCARD.priority(), METHOD.priority());
    }
}
