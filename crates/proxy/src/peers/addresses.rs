//! The addresses of the name of a service: where an attempt begins, and where it goes on if nobody is there.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use gibbon_balancer::dns::leading_family;

use crate::engine::dial::Detours;

/// Several addresses, those of the preferred family first.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    pub(crate) all: Arc<[IpAddr]>,
    pub(crate) port: u16,
}

impl Addresses {
    /// Where to begin: they take turns, as far as they are of the preferred family and nothing speaks against them.
    pub(crate) fn choose(&self, turn: usize, detours: &Detours) -> SocketAddr {
        let (leading, others) = self.all.split_at(leading_family(&self.all).len());
        let at = |ip: &IpAddr| SocketAddr::new(*ip, self.port);
        let (before, after) = leading.split_at(turn % leading.len().max(1));
        let mut in_turn = after.iter().chain(before).chain(others).map(at);
        let first = in_turn.clone().next();
        let chosen = in_turn.find(|address| !detours.avoid(*address)).or(first);
        // There is always one: a name without an address is an error long before.
        chosen.unwrap_or_else(|| SocketAddr::new(IpAddr::from([0, 0, 0, 0]), self.port))
    }

    /// The others, with families taking turns, since one of them may lead nowhere (RFC 8305 section 4).
    pub(crate) fn behind(&self, address: SocketAddr) -> Vec<SocketAddr> {
        let others = self.all.iter().filter(|ip| **ip != address.ip());
        let (same, foreign): (Vec<IpAddr>, Vec<IpAddr>) = others.partition(|ip| ip.is_ipv4() == address.is_ipv4());
        let mut turns = [foreign.into_iter(), same.into_iter()];
        let mut interleaved = Vec::with_capacity(self.all.len());
        while turns.iter().any(|rest| rest.len() > 0) {
            interleaved.extend(turns.iter_mut().filter_map(Iterator::next));
        }
        interleaved.into_iter().map(|ip| SocketAddr::new(ip, self.port)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Addresses {
        Addresses { all: texts.iter().map(|text| text.parse().unwrap()).collect(), port: 80 }
    }

    fn ips(addresses: &[SocketAddr]) -> Vec<String> {
        addresses.iter().map(|address| address.ip().to_string()).collect()
    }

    #[test]
    fn those_of_the_preferred_family_take_turns() {
        let addresses = addresses(&["192.0.2.1", "192.0.2.2", "2001:db8::1"]);
        let chosen: Vec<_> = (0..4).map(|turn| addresses.choose(turn, &Detours::default())).collect();
        assert_eq!(ips(&chosen), ["192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.2"]);
    }

    #[test]
    fn one_that_was_slow_is_passed_over_as_long_as_there_is_another() {
        let addresses = addresses(&["192.0.2.1", "2001:db8::1"]);
        let detours = Detours::default();
        detours.remember("192.0.2.1:80".parse().unwrap());
        assert_eq!(addresses.choose(0, &detours).ip().to_string(), "2001:db8::1");
        detours.remember("[2001:db8::1]:80".parse().unwrap());
        assert_eq!(addresses.choose(0, &detours).ip().to_string(), "192.0.2.1");
    }

    #[test]
    fn families_take_turns_behind_the_first() {
        let addresses = addresses(&["192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2"]);
        let behind = addresses.behind("192.0.2.2:80".parse().unwrap());
        assert_eq!(ips(&behind), ["2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.3"]);
    }
}
