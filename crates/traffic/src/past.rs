//! The last minutes, second by second.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use crate::latency::Percentiles;
use crate::reason::Reason;
use crate::totals::Totals;

/// How far back is remembered.
pub const SECONDS: usize = 15 * 60;

/// What went on between two looks.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// When it ended.
    pub at: SystemTime,
    /// Requests a second.
    pub requests: f64,
    /// Answers a second, by the first digit of their status: 1xx to 5xx.
    pub classes: [f64; 5],
    /// How long it took until there was the head of an answer; `None` where none was.
    pub latency: Option<Percentiles>,
    /// How often was refused for which reason.
    refusals: Vec<(Reason, u64)>,
}

/// A look at what was counted.
#[derive(Debug, Clone, Default)]
struct Look {
    requests: u64,
    totals: Totals,
}

/// Samples, the oldest of which goes when there is no room.
#[derive(Debug, Default)]
pub struct Past {
    last: Option<Look>,
    samples: VecDeque<Sample>,
}

impl Past {
    /// Adds what has come since the last look, `passed` ago. The first look adds nothing: there is nothing that it could
    /// be compared with.
    pub fn look(&mut self, at: SystemTime, passed: Duration, requests: u64, totals: Totals) -> Option<&Sample> {
        let now = Look { requests, totals };
        let before = self.last.replace(now.clone())?;
        if self.samples.len() == SECONDS {
            self.samples.pop_front();
        }
        self.samples.push_back(now.since(&before, at, passed));
        self.samples.back()
    }

    /// What is remembered, the oldest first.
    pub fn samples(&self) -> impl ExactSizeIterator<Item = &Sample> {
        self.samples.iter()
    }

    /// How often was refused for which reason in that time, the most frequent first.
    pub fn refusals(&self) -> Vec<(Reason, u64)> {
        let mut sums: Vec<(Reason, u64)> = Vec::new();
        for (reason, count) in self.samples.iter().flat_map(|sample| &sample.refusals) {
            match sums.iter_mut().find(|(known, _)| known == reason) {
                Some((_, sum)) => *sum += count,
                None => sums.push((*reason, *count)),
            }
        }
        sums.sort_by_key(|(_, sum)| std::cmp::Reverse(*sum));
        sums
    }
}

impl Look {
    fn since(&self, before: &Self, at: SystemTime, passed: Duration) -> Sample {
        let rate = |now: u64, then: u64| now.saturating_sub(then) as f64 / passed.as_secs_f64().max(0.001);
        let (now, then) = (&self.totals, &before.totals);
        let mut classes = [0.0; 5];
        for ((rates, now), then) in classes.iter_mut().zip(now.classes).zip(then.classes) {
            *rates = rate(now, then);
        }
        // Reasons keep their places; new ones come behind.
        let known = then.refusals.iter().map(|(_, count)| *count).chain(std::iter::repeat(0));
        let refusals = now.refusals.iter().zip(known).map(|((reason, now), then)| (*reason, now.saturating_sub(then)));
        Sample {
            at,
            requests: rate(self.requests, before.requests),
            classes,
            latency: now.latencies.since(&then.latencies).percentiles(),
            refusals: refusals.filter(|(_, count)| *count > 0).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Tally, Traffic};

    const SECOND: Duration = Duration::from_secs(1);
    const EXPIRED: Reason = Reason { by: "jwt", code: "expired" };

    #[test]
    fn a_sample_is_what_came_in_between() {
        let traffic = Traffic::new(1);
        let tally = Tally::new(&traffic, 0);
        let mut past = Past::default();
        tally.answered(200, Some(SECOND));
        assert_eq!(past.look(SystemTime::UNIX_EPOCH, SECOND, 1, traffic.totals()), None);
        tally.answered(200, Some(Duration::from_millis(3)));
        tally.answered(401, None);
        tally.refused(EXPIRED);
        let sample = past.look(SystemTime::UNIX_EPOCH, 2 * SECOND, 5, traffic.totals()).unwrap();
        assert_eq!((sample.requests, sample.classes), (2.0, [0.0, 0.5, 0.0, 0.5, 0.0]));
        assert!(sample.latency.unwrap().p99 < Duration::from_millis(4));
        let quiet = past.look(SystemTime::UNIX_EPOCH, SECOND, 5, traffic.totals()).unwrap();
        assert_eq!((quiet.requests, quiet.latency), (0.0, None));
        assert_eq!(past.refusals(), [(EXPIRED, 1)]);
    }

    #[test]
    fn what_is_older_than_fifteen_minutes_is_forgotten() {
        let traffic = Traffic::new(1);
        let tally = Tally::new(&traffic, 0);
        let mut past = Past::default();
        past.look(SystemTime::UNIX_EPOCH, SECOND, 0, traffic.totals());
        tally.refused(EXPIRED);
        for second in 1..=SECONDS as u64 {
            past.look(SystemTime::UNIX_EPOCH + SECOND * second as u32, SECOND, second, traffic.totals());
        }
        assert_eq!((past.samples().len(), past.refusals()), (SECONDS, vec![(EXPIRED, 1)]));
        past.look(SystemTime::now(), SECOND, 0, traffic.totals());
        assert_eq!((past.samples().len(), past.refusals()), (SECONDS, vec![]));
        assert_eq!(past.samples().next().unwrap().at, SystemTime::UNIX_EPOCH + SECOND * 2);
    }
}
