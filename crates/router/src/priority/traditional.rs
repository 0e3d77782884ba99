//! The order of the flavour `traditional`.
//!
//! Kong describes it as steps, each of which decides only where those before it do not: how many attributes are set;
//! which, a host before headers, these before paths, methods and SNIs; a wildcard with a port, hosts without wildcards, a
//! regex path; how many headers; for regexes their priority, for prefixes their length; which route is older. Here the
//! steps are fields of one number, so that candidates are compared as in the other flavours:
//!
//! ```text
//! 63 .. 61     60 .. 54  53 .. 51       50 .. 43  42 .. 0
//! attributes   which     hosts, regex   headers   regex priority, or length
//! ```

use super::{HostShape, MAX_HEADERS, PathShape, Shape};

/// Half of what the lowest field can hold.
const ZERO: i64 = 1 << 42;
const MAX: u64 = (1 << 43) - 1;

/// The number by which routes are ordered; the largest is asked first.
pub(super) fn priority(shape: &Shape) -> u64 {
    let attributes = u64::from(shape.attributes());
    let headers = shape.headers.min(MAX_HEADERS) as u64;
    attributes << 61 | which(shape) << 54 | weight(shape) << 51 | headers << 43 | last(shape)
}

/// Which attributes are set, the most important one in the highest bit.
fn which(shape: &Shape) -> u64 {
    let bits = [
        (shape.hosts != HostShape::None, 0x40),
        (shape.headers > 0, 0x20),
        (shape.paths != PathShape::None, 0x10),
        (shape.methods > 0, 0x08),
        (shape.snis > 0, 0x04),
    ];
    bits.into_iter().filter(|(is_set, _)| *is_set).map(|(_, bit)| bit).sum()
}

fn weight(shape: &Shape) -> u64 {
    let hosts = match shape.hosts {
        HostShape::None | HostShape::Wildcard => 0,
        HostShape::Plain => 2,
        HostShape::WildcardWithPort => 4,
    };
    hosts | u64::from(matches!(shape.paths, PathShape::Regex(_)))
}

fn last(shape: &Shape) -> u64 {
    match shape.paths {
        PathShape::None => 0,
        PathShape::Prefix(length) => (length as u64).min(MAX),
        PathShape::Regex(priority) => (priority.clamp(-ZERO, ZERO - 1) + ZERO).cast_unsigned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: Shape =
        Shape { methods: 0, hosts: HostShape::None, paths: PathShape::None, headers: 0, snis: 0, ends: 0 };
    const HOST: Shape = Shape { hosts: HostShape::Plain, ..BARE };
    const PATH: Shape = Shape { paths: PathShape::Prefix(4), ..BARE };

    #[test]
    fn each_of_these_beats_the_one_after_it() {
        let regex = |priority| Shape { paths: PathShape::Regex(priority), ..HOST };
        let ladder = [
            Shape { methods: 1, headers: 1, snis: 1, ..PATH },
            Shape { headers: 1, ..HOST },
            Shape { hosts: HostShape::WildcardWithPort, ..PATH },
            regex(i64::MAX),
            regex(7),
            regex(0),
            regex(-7),
            regex(i64::MIN),
            Shape { hosts: HostShape::Plain, paths: PathShape::Prefix(400), ..BARE },
            Shape { hosts: HostShape::Plain, ..PATH },
            Shape { hosts: HostShape::Wildcard, paths: PathShape::Regex(9), ..BARE },
            Shape { hosts: HostShape::Wildcard, ..PATH },
            Shape { methods: 1, ..HOST },
            Shape { snis: 1, ..HOST },
            Shape { headers: 2, ..PATH },
            Shape { headers: 1, paths: PathShape::Prefix(400), ..BARE },
            Shape { headers: 1, methods: 1, ..BARE },
            Shape { methods: 1, ..PATH },
            HOST,
            Shape { headers: 1, ..BARE },
            Shape { paths: PathShape::Regex(-9), ..BARE },
            PATH,
            Shape { methods: 1, ..BARE },
            Shape { snis: 1, ..BARE },
        ];
        for pair in ladder.windows(2) {
            assert!(priority(&pair[0]) > priority(&pair[1]), "{:?} over {:?}", pair[0], pair[1]);
        }
    }
}
