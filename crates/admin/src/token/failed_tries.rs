//! Who has shown wrong tokens, and how often.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Wrong tokens that one address may show within the window.
const ALLOWED: u32 = 20;

/// The window, and how long an address then has to wait at the longest.
const WINDOW: Duration = Duration::from_secs(60);

/// Addresses that are remembered; with more, the one whose window ends first is forgotten.
const ADDRESSES: usize = 4096;

/// Counts by address; bounded, since addresses cost an attacker nothing.
#[derive(Default)]
pub(super) struct FailedTries {
    by_address: Mutex<HashMap<IpAddr, Tries>>,
}

struct Tries {
    since: Instant,
    count: u32,
}

/// What a further wrong token means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// There may be more.
    Counted,
    /// There may be no more for a while.
    Full,
}

impl FailedTries {
    /// How long an address still has to wait.
    pub(super) fn wait(&self, address: IpAddr, now: Instant) -> Option<Duration> {
        let tries = self.lock();
        let found = tries.get(&address).filter(|tries| tries.count >= ALLOWED)?;
        WINDOW.checked_sub(now.saturating_duration_since(found.since))
    }

    /// Counts a wrong token.
    pub(super) fn count(&self, address: IpAddr, now: Instant) -> Verdict {
        let mut tries = self.lock();
        tries.retain(|_, tries| now.saturating_duration_since(tries.since) < WINDOW);
        if tries.len() >= ADDRESSES
            && !tries.contains_key(&address)
            && let Some(oldest) = tries.iter().min_by_key(|(_, tries)| tries.since).map(|(address, _)| *address)
        {
            tries.remove(&oldest);
        }
        let found = tries.entry(address).or_insert(Tries { since: now, count: 0 });
        found.count += 1;
        if found.count < ALLOWED { Verdict::Counted } else { Verdict::Full }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, Tries>> {
        self.by_address.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const SOMEBODY: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

    #[test]
    fn the_limit_holds_until_the_window_is_over() {
        let (tries, start) = (FailedTries::default(), Instant::now());
        for _ in 1..ALLOWED {
            assert_eq!(tries.count(SOMEBODY, start), Verdict::Counted);
        }
        assert_eq!(tries.wait(SOMEBODY, start), None);
        assert_eq!(tries.count(SOMEBODY, start), Verdict::Full);
        assert_eq!(tries.wait(SOMEBODY, start + Duration::from_secs(10)), Some(Duration::from_secs(50)));
        assert_eq!(tries.wait(SOMEBODY, start + Duration::from_secs(61)), None);
        assert_eq!(tries.count(SOMEBODY, start + Duration::from_secs(61)), Verdict::Counted);
    }

    #[test]
    fn however_many_addresses_try_only_so_many_are_remembered() {
        let (tries, start) = (FailedTries::default(), Instant::now());
        for number in 0..2 * u32::try_from(ADDRESSES).unwrap() {
            tries.count(IpAddr::V4(number.into()), start);
        }
        assert_eq!(tries.lock().len(), ADDRESSES);
    }
}
