//! Members for tests.

use std::sync::Arc;

use super::{Checks, Member, Usable};
use crate::peer::Peer;

/// Members of these weights, each with an address of its own.
pub(crate) fn members(weights: &[u32]) -> Vec<Member> {
    let member = |(number, weight): (usize, &u32)| {
        let address = ([192, 0, 2, u8::try_from(number).unwrap()], 80).into();
        Member { peer: Arc::new(Peer::new("a.test", address, "a.test")), weight: *weight }
    };
    weights.iter().enumerate().map(member).collect()
}

/// All that are healthy.
pub(crate) fn usable(members: &[Member]) -> Usable<'_> {
    Usable { members, checks: Checks::On, tried: &[] }
}
