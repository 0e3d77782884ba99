//! In turn, by weight.
//!
//! No state but a number that grows: each of the `total` units of weight has its place, and a turn goes to the place at
//! `turn * stride`. The stride shares no divisor with the total, so that every `total` turns visit each place once, and
//! is near the golden section of it, so that neighbouring turns are far from each other.

use crate::hash;
use crate::table::{Member, Usable};

/// The places.
#[derive(Debug)]
pub(crate) struct RoundRobin {
    /// Where the places of each member end.
    ends: Box<[u64]>,
    total: u64,
    stride: u64,
}

impl RoundRobin {
    pub(crate) fn new(members: &[Member]) -> Self {
        let divisor = members.iter().fold(0, |divisor, member| greatest_divisor(divisor, u64::from(member.weight)));
        let mut total = 0;
        let ends = members.iter().map(|member| {
            total += u64::from(member.weight) / divisor.max(1);
            total
        });
        let ends = ends.collect();
        Self { ends, total, stride: stride(total) }
    }

    /// The member whose turn it is; if that one cannot be chosen, another one by weight and by chance.
    pub(crate) fn choose(&self, turn: u64, members: &[Member], usable: &Usable<'_>) -> Option<usize> {
        let total = self.total.max(1);
        let place = (turn % total).wrapping_mul(self.stride) % total;
        let due = self.ends.partition_point(|end| *end <= place);
        if usable.is(due) { Some(due) } else { by_chance(turn, members, usable) }
    }
}

/// One of those that can be chosen, by weight. With some in the turn of others there is no fair order any more.
pub(crate) fn by_chance(turn: u64, members: &[Member], usable: &Usable<'_>) -> Option<usize> {
    let weights = || usable.all().map(|index| (index, members.get(index).map_or(0, |member| u64::from(member.weight))));
    let total: u64 = weights().map(|(_, weight)| weight).sum();
    let mut place = hash::mix(turn).checked_rem(total)?;
    weights().find_map(|(index, weight)| match place.checked_sub(weight) {
        Some(left) => {
            place = left;
            None
        }
        None => Some(index),
    })
}

fn greatest_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_divisor(b, a % b) }
}

fn stride(total: u64) -> u64 {
    // The golden section; no more than a few steps are needed from there.
    let first = (total * 618 / 1000).max(1);
    (first..=total.max(1)).find(|stride| greatest_divisor(*stride, total) == 1).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::testing::{members, usable};

    fn turns(weights: &[u32], count: u64) -> Vec<usize> {
        let members = members(weights);
        let turns = RoundRobin::new(&members);
        (0..count).map(|turn| turns.choose(turn, &members, &usable(&members)).unwrap()).collect()
    }

    #[test]
    fn equal_members_take_turns() {
        assert_eq!(turns(&[10, 10], 4), [0, 1, 0, 1]);
        let order = turns(&[7, 7, 7], 6);
        assert_eq!(order[..3], order[3..]);
        assert!((0..3).all(|member| order[..3].contains(&member)));
    }

    #[test]
    fn every_round_gives_each_member_exactly_its_share() {
        for weights in [&[5, 1, 1][..], &[100, 10], &[3, 0, 4], &[1], &[65_535, 1], &[9, 6, 12, 3]] {
            let total: u32 = weights.iter().sum();
            let order = turns(weights, u64::from(total) * 2);
            for (member, weight) in weights.iter().enumerate() {
                let taken = order.iter().filter(|taken| **taken == member).count();
                assert_eq!(taken, *weight as usize * 2, "{weights:?}");
            }
        }
    }

    #[test]
    fn a_heavy_member_does_not_keep_a_light_one_waiting_until_the_end() {
        let order = turns(&[5, 4], 90);
        assert!(order.windows(3).all(|three| three.contains(&0) && three.contains(&1)), "{order:?}");
        let order = turns(&[4, 2, 2], 8);
        assert!(order.windows(3).all(|three| three.contains(&0)), "{order:?}");
    }

    #[test]
    fn the_share_of_one_that_is_left_out_goes_to_all_others_by_weight() {
        let members = members(&[10, 10, 30]);
        members[0].peer.force(crate::health::Health::Unhealthy);
        let turns = RoundRobin::new(&members);
        let mut taken = [0_u32; 3];
        for turn in 0..5000 {
            taken[turns.choose(turn, &members, &usable(&members)).unwrap()] += 1;
        }
        assert_eq!(taken[0], 0);
        assert!((1100..1400).contains(&taken[1]), "{taken:?}");
    }
}
