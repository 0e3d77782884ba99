//! The one that has answered fastest of late: an average in which what is older counts less.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::hash;
use crate::table::{Member, Usable};

/// After this time an answer counts for 1/e of what it did.
const DECAY: Duration = Duration::from_secs(10);

/// How fast a peer has answered of late. Two threads that report at the same time may lose one of the two reports, which
/// the next one makes good.
#[derive(Debug, Default)]
pub struct Latency {
    /// Seconds, as the bits of a float.
    average: AtomicU64,
    /// When it was worked out, in milliseconds of the caller's clock; 0 for never.
    touched: AtomicU64,
}

impl Latency {
    /// An answer took so long.
    pub fn report(&self, took: Duration, now: Duration) {
        let weight = self.fading(now);
        let average = self.average_at_last() * weight + took.as_secs_f64() * (1.0 - weight);
        self.set(average, now);
    }

    /// The average at a moment. It fades while nothing is heard, so that a peer which was slow is tried again.
    pub fn average(&self, now: Duration) -> f64 {
        self.average_at_last() * self.fading(now)
    }

    /// Whether nothing has been reported yet.
    fn is_fresh(&self) -> bool {
        self.touched.load(Ordering::Relaxed) == 0
    }

    fn average_at_last(&self) -> f64 {
        f64::from_bits(self.average.load(Ordering::Relaxed))
    }

    fn set(&self, average: f64, now: Duration) {
        self.average.store(average.to_bits(), Ordering::Relaxed);
        self.touched.store(millis(now).max(1), Ordering::Relaxed);
    }

    fn fading(&self, now: Duration) -> f64 {
        if self.is_fresh() {
            return 0.0;
        }
        let since = millis(now).saturating_sub(self.touched.load(Ordering::Relaxed));
        (-(since as f64) / (DECAY.as_secs_f64() * 1000.0)).exp()
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Lets newcomers begin with the average of the others: as the fastest of all they would be flooded.
pub(crate) fn welcome(members: &[Member], now: Duration) {
    let (fresh, known): (Vec<_>, Vec<_>) = members.iter().map(|m| &m.peer.latency).partition(|l| l.is_fresh());
    if known.is_empty() {
        return;
    }
    let average = known.iter().map(|latency| latency.average(now)).sum::<f64>() / known.len() as f64;
    fresh.iter().for_each(|latency| latency.set(average, now));
}

/// The better one of two that chance has picked, which spreads requests better than always the best one would: all
/// workers would send to that one until its answers grow slow.
pub(crate) fn choose(turn: u64, now: Duration, members: &[Member], usable: &Usable<'_>) -> Option<usize> {
    let count = usable.all().count() as u64;
    let pick = |number: u64| usable.all().nth(usize::try_from(number).ok()?);
    let drawn = hash::mix(turn);
    let first = drawn.checked_rem(count)?;
    let second = match count {
        1 => return pick(first),
        // Any of the others.
        _ => (first + 1 + (drawn >> 32) % (count - 1)) % count,
    };
    let score = |index: usize| {
        members.get(index).map_or(f64::MAX, |member| member.peer.latency.average(now) / f64::from(member.weight.max(1)))
    };
    let (a, b) = (pick(first)?, pick(second)?);
    Some(if score(b) < score(a) { b } else { a })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::testing::{members, usable};

    const NOW: Duration = Duration::from_secs(100);

    fn share(members: &[Member], now: Duration) -> Vec<usize> {
        let mut taken = vec![0; members.len()];
        for turn in 0..1000 {
            taken[choose(turn, now, members, &usable(members)).unwrap()] += 1;
        }
        taken
    }

    #[test]
    fn of_two_the_faster_one_is_chosen() {
        let members = members(&[10, 10]);
        members[0].peer.latency.report(Duration::from_millis(50), NOW);
        members[1].peer.latency.report(Duration::from_millis(5), NOW);
        assert_eq!(share(&members, NOW), [0, 1000]);
    }

    #[test]
    fn of_several_the_slowest_one_is_never_chosen_and_the_others_share() {
        let members = members(&[10, 10, 10]);
        for (member, millis) in members.iter().zip([500, 5, 6]) {
            member.peer.latency.report(Duration::from_millis(millis), NOW);
        }
        let taken = share(&members, NOW);
        assert!(taken[0] == 0 && taken[1] > 500 && taken[2] > 200, "{taken:?}");
    }

    #[test]
    fn among_those_that_nothing_is_known_of_all_are_chosen() {
        assert!(share(&members(&[10, 10, 10]), NOW).iter().all(|taken| *taken > 200));
    }

    #[test]
    fn an_average_follows_what_is_reported_and_fades() {
        let latency = Latency::default();
        latency.report(Duration::from_millis(100), NOW);
        assert!((latency.average(NOW) - 0.1).abs() < 1e-9);
        for second in 1..60 {
            latency.report(Duration::from_millis(20), NOW + Duration::from_secs(second));
        }
        let later = NOW + Duration::from_secs(60);
        assert!((0.015..0.025).contains(&latency.average(later)), "{}", latency.average(later));
        assert!(latency.average(later + Duration::from_secs(100)) < 0.001);
    }

    #[test]
    fn a_newcomer_begins_with_the_average_of_the_others() {
        let members = members(&[10, 10, 10]);
        members[0].peer.latency.report(Duration::from_millis(10), NOW);
        members[1].peer.latency.report(Duration::from_millis(30), NOW);
        welcome(&members, NOW);
        assert!((members[2].peer.latency.average(NOW) - 0.02).abs() < 1e-9);
    }
}
