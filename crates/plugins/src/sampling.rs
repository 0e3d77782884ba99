//! Which traces are recorded, where nobody has decided yet.

use crate::propagation::{SpanId, TraceId};

/// One in so many, as they come.
pub(crate) fn by_chance(share: f64) -> bool {
    is_among(SpanId::random().number(), share)
}

/// One in so many, by the id of the trace, so that all who see it decide alike.
pub(crate) fn by_id(trace: TraceId, share: f64) -> bool {
    is_among(trace.low(), share)
}

fn is_among(number: u64, share: f64) -> bool {
    share >= 1.0 || (number as f64) < share * u64::MAX as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_all_numbers_is_among_them() {
        for (number, share, expected) in [
            (0, 0.0, false),
            (u64::MAX, 1.0, true),
            (0, 0.001, true),
            (u64::MAX / 4, 0.5, true),
            (u64::MAX / 4 * 3, 0.5, false),
            (u64::MAX, 0.999, false),
        ] {
            assert_eq!(is_among(number, share), expected, "{number} {share}");
        }
    }
}
