//! The one with the fewest requests under way, by weight.

use crate::table::{Member, Usable};

/// The member that has the fewest requests for its weight when it gets one more. Among equals it is another one with
/// each turn.
pub(crate) fn choose(turn: u64, members: &[Member], usable: &Usable<'_>) -> Option<usize> {
    let count = members.len().max(1);
    let first = usize::try_from(turn % count as u64).unwrap_or(0);
    let load = |index: &usize| members.get(*index).map_or((1, 0), |m| (u64::from(m.peer.under_way()) + 1, m.weight));
    let in_turn = (first..count).chain(0..first).filter(|index| usable.is(*index));
    // a/v < b/w without dividing.
    in_turn.min_by(|a, b| {
        let ((a, v), (b, w)) = (load(a), load(b));
        (a * u64::from(w)).cmp(&(b * u64::from(v)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peer::UnderWay;
    use crate::table::testing::{members, usable};

    #[test]
    fn who_has_less_to_do_gets_the_next_one() {
        let members = members(&[10, 10, 10]);
        let _busy = [UnderWay::begin(&members[0].peer), UnderWay::begin(&members[2].peer)];
        for turn in 0..6 {
            assert_eq!(choose(turn, &members, &usable(&members)), Some(1));
        }
    }

    #[test]
    fn equals_take_turns() {
        let members = members(&[10, 10, 10]);
        let order: Vec<_> = (0..3).map(|turn| choose(turn, &members, &usable(&members)).unwrap()).collect();
        assert_eq!(order, [0, 1, 2]);
    }

    #[test]
    fn requests_under_way_settle_at_the_weights() {
        let members = members(&[30, 10]);
        let requests: Vec<_> = (0..40)
            .map(|turn| UnderWay::begin(&members[choose(turn, &members, &usable(&members)).unwrap()].peer))
            .collect();
        assert_eq!((members[0].peer.under_way(), members[1].peer.under_way()), (30, 10));
        drop(requests);
    }
}
