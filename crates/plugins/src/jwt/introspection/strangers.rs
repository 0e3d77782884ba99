//! How often a client may have somebody asked about tokens that turn out to be none.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Instant;

/// How often at once.
const BURST: f64 = 100.0;

/// How often more with each second.
const REFILL: f64 = 10.0;

/// How many clients are remembered. Those who are not may ask.
const MOST: usize = 10_000;

/// See the module.
#[derive(Default)]
pub(super) struct Strangers(HashMap<IpAddr, Allowance>);

struct Allowance {
    left: f64,
    at: Instant,
}

impl Strangers {
    /// Whether somebody may be asked for a client now; it is counted until [`Strangers::refund`].
    pub(super) fn charge(&mut self, client: IpAddr, now: Instant) -> bool {
        let client = subject(client);
        if !self.0.contains_key(&client) && !self.has_room(now) {
            return true;
        }
        let allowance = self.0.entry(client).or_insert(Allowance { left: BURST, at: now });
        allowance.refill(now);
        let may = allowance.left >= 1.0;
        if may {
            allowance.left -= 1.0;
        }
        may
    }

    /// The token was a good one.
    pub(super) fn refund(&mut self, client: IpAddr) {
        if let Some(allowance) = self.0.get_mut(&subject(client)) {
            allowance.left = (allowance.left + 1.0).min(BURST);
        }
    }

    fn has_room(&mut self, now: Instant) -> bool {
        if self.0.len() >= MOST {
            self.0.retain(|_, allowance| {
                allowance.refill(now);
                allowance.left < BURST
            });
        }
        self.0.len() < MOST
    }
}

impl Allowance {
    fn refill(&mut self, now: Instant) {
        self.left = (self.left + now.duration_since(self.at).as_secs_f64() * REFILL).min(BURST);
        self.at = now;
    }
}

/// Who counts as one client: whoever has an address of version 6 has a whole network of them.
fn subject(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn client(number: u32) -> IpAddr {
        IpAddr::V4(number.into())
    }

    #[test]
    fn who_makes_tokens_up_is_heard_less_and_less() {
        let (mut strangers, start) = (Strangers::default(), Instant::now());
        let mut asked = |seconds: u64| {
            let now = start + Duration::from_secs(seconds);
            (0..1000).filter(|_| strangers.charge(client(1), now)).count()
        };
        assert_eq!((asked(0), asked(1), asked(5), asked(1000)), (100, 10, 40, 100));
        assert!(strangers.charge(client(2), start));
    }

    #[test]
    fn good_tokens_cost_nothing() {
        let (mut strangers, now) = (Strangers::default(), Instant::now());
        for _ in 0..1000 {
            assert!(strangers.charge(client(1), now));
            strangers.refund(client(1));
        }
    }

    #[test]
    fn a_network_of_version_6_is_one_client() {
        let (mut strangers, now) = (Strangers::default(), Instant::now());
        let addresses = (0..1000_u128).map(|number| IpAddr::V6(Ipv6Addr::from((0x2001_0db8 << 96) + number)));
        assert_eq!(addresses.filter(|address| strangers.charge(*address, now)).count(), 100);
        assert_eq!(subject("::ffff:192.0.2.1".parse().unwrap()), client(0xc000_0201));
    }

    #[test]
    fn only_so_many_clients_are_remembered() {
        let (mut strangers, now) = (Strangers::default(), Instant::now());
        assert!((0..20_000).all(|number| strangers.charge(client(number), now)));
        assert_eq!(strangers.0.len(), MOST);
        assert!(strangers.charge(client(30_000), now + Duration::from_secs(1)));
        assert_eq!(strangers.0.len(), 1);
    }
}
