//! How often requests may have a place asked again because they name a key that is not known: whoever sends made-up names
//! neither floods the issuer nor makes the gateway wait.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use ahash::RandomState;

/// How many times at once.
const BURST: u32 = 3;

/// One more after each of these.
const REFILL: Duration = Duration::from_secs(10);

/// How many names are remembered that were asked for in vain, and for how long.
const NAMES: usize = 128;
const FORGOTTEN: Duration = Duration::from_secs(30);

/// See the module.
pub(super) struct Budget {
    left: u32,
    since: Instant,
    in_vain: VecDeque<(u64, Instant)>,
    hasher: RandomState,
}

impl Budget {
    pub(super) fn new(now: Instant) -> Self {
        Self { left: BURST, since: now, in_vain: VecDeque::new(), hasher: RandomState::new() }
    }

    /// Whether the place may be asked for this name now.
    pub(super) fn take(&mut self, name: Option<&str>, now: Instant) -> bool {
        let name = self.hasher.hash_one(name);
        self.in_vain.retain(|(_, at)| now.duration_since(*at) < FORGOTTEN);
        if self.in_vain.iter().any(|(known, _)| *known == name) || !self.spend(now) {
            return false;
        }
        if self.in_vain.len() >= NAMES {
            self.in_vain.pop_front();
        }
        self.in_vain.push_back((name, now));
        true
    }

    fn spend(&mut self, now: Instant) -> bool {
        while self.left < BURST && now.duration_since(self.since) >= REFILL {
            self.left += 1;
            self.since += REFILL;
        }
        if self.left == BURST {
            self.since = now;
        }
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_asked_for_once_in_a_while() {
        let start = Instant::now();
        let mut budget = Budget::new(start);
        assert!(budget.take(Some("a"), start) && !budget.take(Some("a"), start));
        assert!(budget.take(None, start) && !budget.take(None, start));
        assert!(!budget.take(Some("a"), start + FORGOTTEN - Duration::from_secs(1)));
        assert!(budget.take(Some("a"), start + FORGOTTEN));
    }

    #[test]
    fn made_up_names_cost_a_few_questions_and_then_one_now_and_then() {
        let start = Instant::now();
        let mut budget = Budget::new(start);
        let within = |budget: &mut Budget, seconds: std::ops::Range<u64>| {
            let times = seconds.flat_map(|second| (0..100_u64).map(move |each| (second, each)));
            let asked = times.filter(|(second, each)| {
                budget.take(Some(&format!("{second}-{each}")), start + Duration::from_secs(*second))
            });
            asked.count()
        };
        assert_eq!(within(&mut budget, 0..1), 3);
        assert_eq!(within(&mut budget, 1..100), 9);
        assert!(budget.in_vain.len() <= NAMES);
    }
}
