//! Times, counted in buckets that grow with them: eight for each doubling, so that what is read off is wrong by an eighth
//! at most.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// Times below this many units have a bucket each, and so many have those of each doubling above.
const FINE: u64 = 8;

/// What is longer than about nine minutes counts as that.
const LONGEST: u64 = (1 << 29) - 1;

/// How many buckets there are.
const BUCKETS: usize = bucket(LONGEST) + 1;

/// The unit, in nanoseconds: near a microsecond, and a shift instead of a division.
const UNIT_BITS: u32 = 10;

/// The bucket of a time in units.
const fn bucket(units: u64) -> usize {
    if units < FINE {
        return units as usize;
    }
    let doubling = units.ilog2() - FINE.ilog2();
    doubling as usize * FINE as usize + (units >> doubling) as usize
}

/// The least time of a bucket, in units.
const fn floor(bucket: usize) -> u64 {
    let index = bucket as u64;
    if index < 2 * FINE {
        return index;
    }
    let doubling = index / FINE - 1;
    (index - doubling * FINE) << doubling
}

/// The counts of one worker.
#[derive(Debug)]
pub(crate) struct Buckets([AtomicU64; BUCKETS]);

impl Default for Buckets {
    fn default() -> Self {
        Self(std::array::from_fn(|_| AtomicU64::new(0)))
    }
}

impl Buckets {
    /// Only its worker adds, so that no locked instruction is needed.
    pub(crate) fn add(&self, time: Duration) {
        let units =
            (time.as_secs().saturating_mul(1_000_000_000).saturating_add(u64::from(time.subsec_nanos()))) >> UNIT_BITS;
        if let Some(count) = self.0.get(bucket(units.min(LONGEST))) {
            count.store(count.load(Relaxed) + 1, Relaxed);
        }
    }
}

/// How many requests took how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latencies(Box<[u64]>);

/// Times that a part of the requests did not exceed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Percentiles {
    /// Half of them.
    pub p50: Duration,
    /// 95 of a hundred.
    pub p95: Duration,
    /// 99 of a hundred.
    pub p99: Duration,
}

impl Default for Latencies {
    fn default() -> Self {
        Self(vec![0; BUCKETS].into())
    }
}

impl Latencies {
    pub(crate) fn add(&mut self, buckets: &Buckets) {
        self.0.iter_mut().zip(&buckets.0).for_each(|(sum, count)| *sum += count.load(Relaxed));
    }

    /// What has come since `before`.
    pub(crate) fn since(&self, before: &Self) -> Self {
        Self(self.0.iter().zip(&before.0).map(|(now, then)| now.saturating_sub(*then)).collect())
    }

    /// What they come to; `None` where nothing was counted.
    pub fn percentiles(&self) -> Option<Percentiles> {
        let all: u64 = self.0.iter().sum();
        let part = |hundredths: u64| self.reached_by((all * hundredths).div_ceil(100).max(1));
        (all > 0).then(|| Percentiles { p50: part(50), p95: part(95), p99: part(99) })
    }

    /// The time of the request in that place, the shortest first; within a bucket they count as evenly spread.
    fn reached_by(&self, place: u64) -> Duration {
        let mut below = 0;
        for (index, count) in self.0.iter().enumerate() {
            if below + count >= place {
                let (from, to) = (floor(index), floor(index + 1));
                let within = ((to - from) << UNIT_BITS) as f64 * (place - below) as f64 / *count as f64;
                return Duration::from_nanos(from << UNIT_BITS) + Duration::from_nanos(within as u64);
            }
            below += count;
        }
        Duration::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(times: impl IntoIterator<Item = Duration>) -> Latencies {
        let buckets = Buckets::default();
        times.into_iter().for_each(|time| buckets.add(time));
        let mut latencies = Latencies::default();
        latencies.add(&buckets);
        latencies
    }

    #[test]
    fn every_time_has_one_bucket_and_the_next_begins_where_it_ends() {
        for index in 0..BUCKETS {
            assert_eq!(bucket(floor(index)), index);
            assert_eq!(bucket(floor(index + 1) - 1), index);
        }
    }

    #[test]
    fn what_is_read_off_is_wrong_by_an_eighth_at_most() {
        for micros in [1_u64, 9, 120, 1_000, 15_800, 250_000, 60_000_000] {
            let time = Duration::from_micros(micros);
            let read = counted([time]).percentiles().unwrap().p99;
            let wrong = read.abs_diff(time).as_secs_f64();
            assert!(wrong <= time.as_secs_f64() / 8.0 + 1.1e-6, "{time:?} is read as {read:?}");
        }
    }

    #[test]
    fn parts_of_the_requests_are_told_apart() {
        let times = (1..=100).map(|number| Duration::from_millis(if number > 98 { 1_000 } else { number }));
        let Percentiles { p50, p95, p99 } = counted(times).percentiles().unwrap();
        assert!((44..=57).contains(&p50.as_millis()) && (83..=107).contains(&p95.as_millis()), "{p50:?} {p95:?}");
        assert!((875..=1_125).contains(&p99.as_millis()), "{p99:?}");
    }

    #[test]
    fn without_requests_there_are_no_times_and_the_longest_is_no_trouble() {
        assert_eq!(counted([]).percentiles(), None);
        assert!(counted([Duration::MAX]).percentiles().unwrap().p50 > Duration::from_secs(400));
    }
}
