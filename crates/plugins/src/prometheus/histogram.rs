//! How long things take.

use std::time::Duration;

use crate::series::Count;

/// The bounds for what the gateway itself takes, in milliseconds; those of Kong.
pub(super) const OF_GATEWAY: [u64; 17] = [1, 2, 5, 7, 10, 15, 20, 30, 50, 75, 100, 200, 500, 750, 1000, 3000, 6000];

/// The bounds for what waits for others, in milliseconds; those of Kong.
pub(super) const OF_UPSTREAM: [u64; 13] = [25, 50, 80, 100, 250, 400, 700, 1000, 2000, 5000, 10000, 30000, 60000];

/// How many there are of the larger set.
const BUCKETS: usize = OF_GATEWAY.len() + 1;

/// How many durations fell between two bounds, and their sum.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    buckets: [Count; BUCKETS],
    micros: Count,
}

/// The sum of histograms with the same bounds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sum {
    buckets: [u64; BUCKETS],
    micros: u64,
}

impl Histogram {
    /// Counts a duration by `bounds`.
    pub(super) fn observe(&self, bounds: &[u64], duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let bucket = bounds.partition_point(|bound| bound.saturating_mul(1000) < micros);
        if let Some(count) = self.buckets.get(bucket) {
            count.add(1);
        }
        self.micros.add(micros);
    }
}

impl Sum {
    /// Adds what a worker has counted.
    pub(super) fn add(&mut self, histogram: &Histogram) {
        for (sum, count) in self.buckets.iter_mut().zip(&histogram.buckets) {
            *sum += count.get();
        }
        self.micros = self.micros.wrapping_add(histogram.micros.get());
    }

    /// How many durations there were.
    pub(super) fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// Their sum in milliseconds.
    pub(super) fn millis(&self) -> f64 {
        self.micros as f64 / 1000.0
    }

    /// For each bound, how many were at most as long.
    pub(super) fn up_to(&self, bounds: &[u64]) -> Vec<(u64, u64)> {
        let mut so_far = 0;
        let counted = bounds.iter().zip(&self.buckets).map(|(bound, count)| {
            so_far += count;
            (*bound, so_far)
        });
        counted.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_counts_under_every_bound_that_it_does_not_exceed() {
        let histogram = Histogram::default();
        for micros in [0, 1_000, 1_001, 2_000, 59_000_000, 6_000_001] {
            histogram.observe(&OF_GATEWAY, Duration::from_micros(micros));
        }
        let mut sum = Sum::default();
        sum.add(&histogram);
        let up_to = sum.up_to(&OF_GATEWAY);
        assert_eq!((up_to[0], up_to[1], up_to[16]), ((1, 2), (2, 4), (6000, 4)));
        assert_eq!((sum.count(), sum.millis()), (6, 65_004.002));
    }

    #[test]
    fn bounds_of_the_smaller_set_have_their_overflow_behind_them() {
        let histogram = Histogram::default();
        histogram.observe(&OF_UPSTREAM, Duration::from_secs(61));
        let mut sum = Sum::default();
        sum.add(&histogram);
        assert_eq!((sum.up_to(&OF_UPSTREAM).last(), sum.count()), (Some(&(60_000, 0)), 1));
    }
}
