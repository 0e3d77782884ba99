//! By a hash: the same client goes to the same peer, and a change of the peers moves as few clients as it can.
//!
//! Hashes are divided into slots. In each slot every member draws a lot that depends on the two alone, and the shortest
//! lot owns the slot (rendezvous hashing, weighted). So a new member takes slots from others and changes nothing between
//! them, and those of one that is gone or ill are shared out among all that are left.

use crate::hash;
use crate::table::{Member, Usable};

/// Fewer slots would not share out fairly.
const FEWEST: u32 = 1000;

/// The owner of each slot.
#[derive(Debug)]
pub(crate) struct Ring(Box<[u32]>);

impl Ring {
    pub(crate) fn new(slots: u32, members: &[Member]) -> Self {
        let everybody = || members.iter().enumerate();
        let owners = (0..slots.max(FEWEST)).map(|slot| shortest(slot.into(), everybody()).unwrap_or(0));
        Self(owners.map(|owner| u32::try_from(owner).unwrap_or(0)).collect())
    }

    /// The member that owns the slot of a hash; where that one cannot be chosen, the next one in the order of the slot.
    pub(crate) fn choose(&self, hash: u64, members: &[Member], usable: &Usable<'_>) -> Option<usize> {
        let slot = hash % (self.0.len() as u64).max(1);
        let owner = self.0.get(usize::try_from(slot).ok()?).map(|owner| *owner as usize);
        if let Some(owner) = owner.filter(|owner| usable.is(*owner)) {
            return Some(owner);
        }
        shortest(slot, usable.all().filter_map(|index| Some((index, members.get(index)?))))
    }
}

/// Who draws the shortest lot.
fn shortest<'m>(slot: u64, members: impl Iterator<Item = (usize, &'m Member)>) -> Option<usize> {
    let lots = members.filter(|(_, member)| member.weight > 0).map(|(index, member)| (index, lot(slot, member)));
    lots.min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(index, _)| index)
}

/// A lot: exponentially distributed, and shorter the more weight there is, which makes the chance to have the shortest
/// one proportional to the weight.
fn lot(slot: u64, member: &Member) -> f64 {
    const STEPS: f64 = (1_u64 << 53) as f64;
    let drawn = hash::mix(member.peer.seed() ^ hash::mix(slot)) >> 11;
    let between_0_and_1 = (drawn as f64 + 0.5) / STEPS;
    -between_0_and_1.ln() / f64::from(member.weight)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::table::testing::{members, usable};

    /// The owners of so many keys, by the address of the peer.
    fn owners(members: &[Member], keys: u64) -> Vec<std::net::SocketAddr> {
        let ring = Ring::new(10_000, members);
        let usable = usable(members);
        let choose = |key: u64| ring.choose(hash::of(&key.to_le_bytes()), members, &usable).unwrap();
        (0..keys).map(|key| members[choose(key)].peer.address).collect()
    }

    const KEYS: u64 = 4000;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn a_member_that_leaves_moves_its_own_keys_and_no_others(
            weights in proptest::collection::vec(1_u32..1000, 2..12), leaving in any::<prop::sample::Index>(),
        ) {
            let before = members(&weights);
            let leaving = leaving.index(before.len());
            let left = before[leaving].peer.address;
            let after: Vec<_> = before.iter().filter(|member| member.peer.address != left).cloned().collect();
            for (old, new) in owners(&before, KEYS).iter().zip(owners(&after, KEYS)) {
                prop_assert!(*old == left || *old == new);
            }
        }

        #[test]
        fn a_member_that_joins_takes_its_share_and_moves_nothing_else(
            weights in proptest::collection::vec(1_u32..1000, 2..12),
        ) {
            let after = members(&weights);
            let joining = after.last().unwrap().peer.address;
            let before = &after[..after.len() - 1];
            let moved = owners(before, KEYS).iter().zip(owners(&after, KEYS)).filter(|(old, new)| *old != new).count();
            let share = f64::from(*weights.last().unwrap()) / f64::from(weights.iter().sum::<u32>());
            prop_assert!((moved as f64 / KEYS as f64) < share + 0.05, "{moved} of {KEYS} keys moved for {share}");
            prop_assert!(owners(before, KEYS).iter().zip(owners(&after, KEYS)).all(|(old, new)| *old == new || new == joining));
        }

        #[test]
        fn keys_are_shared_out_by_weight(weights in proptest::collection::vec(1_u32..100, 2..8)) {
            let members = members(&weights);
            let owners = owners(&members, KEYS);
            for member in &members {
                let taken = owners.iter().filter(|owner| **owner == member.peer.address).count() as f64 / KEYS as f64;
                let share = f64::from(member.weight) / f64::from(weights.iter().sum::<u32>());
                prop_assert!((taken - share).abs() < 0.05, "{taken} of the keys for a share of {share}");
            }
        }
    }

    #[test]
    fn the_order_in_which_members_are_listed_does_not_matter() {
        let mut listed = members(&[1, 2, 3, 4]);
        let before = owners(&listed, KEYS);
        listed.reverse();
        assert_eq!(owners(&listed, KEYS), before);
    }

    #[test]
    fn the_keys_of_one_that_is_ill_go_to_all_others_and_come_back() {
        let members = members(&[10, 10, 10, 10]);
        let before = owners(&members, KEYS);
        members[0].peer.force(crate::health::Health::Unhealthy);
        let meanwhile = owners(&members, KEYS);
        let ill = members[0].peer.address;
        for (old, new) in before.iter().zip(&meanwhile) {
            assert!(*new != ill && (*old == ill || old == new));
        }
        for other in &members[1..] {
            let taken_over = before.iter().zip(&meanwhile).filter(|(o, n)| **o == ill && **n == other.peer.address);
            assert!(taken_over.count() > 200);
        }
        members[0].peer.force(crate::health::Health::Healthy);
        assert_eq!(owners(&members, KEYS), before);
    }
}
