//! The peers of an upstream, and the choice among them.

use std::sync::Arc;
use std::time::Duration;

use crate::algorithm::consistent_hashing::Ring;
use crate::algorithm::round_robin::RoundRobin;
use crate::algorithm::{Algorithm, latency, least_connections, round_robin};
use crate::health::Health;
use crate::peer::{Peer, UnderWay};

/// A peer with its weight.
#[derive(Debug, Clone)]
pub struct Member {
    /// The peer.
    pub peer: Arc<Peer>,
    /// Its share of the requests, compared with the others; 0 for none.
    pub weight: u32,
}

/// Whether the verdicts on peers count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checks {
    /// Peers that are unhealthy get no requests.
    On,
    /// Nothing checks them, so that all of them do.
    Off,
}

/// The members of an upstream, arranged for its algorithm. It never changes; other members make another table.
#[derive(Debug)]
pub struct Table {
    members: Box<[Member]>,
    arranged: Arranged,
    checks: Checks,
    /// The percentage of the weight that must be exceeded by that of healthy members.
    threshold: f64,
}

#[derive(Debug)]
enum Arranged {
    InTurn(RoundRobin),
    /// The turns are for requests that there is nothing to hash of.
    Hashed(Ring, RoundRobin),
    ByConnections,
    ByLatency,
}

/// What a choice depends on, beside the members.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish<'w> {
    /// A hash of what the request is to be told by.
    pub hash: Option<u64>,
    /// A number that grows by one with each request.
    pub turn: u64,
    /// The members that have been tried in vain.
    pub tried: &'w [usize],
    /// The time, by any clock that goes on.
    pub now: Duration,
}

/// Nobody can be chosen. Kong answers requests that meet it with 503 `failure to get a peer from the ring-balancer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPeer {
    /// There are no members with a weight, or all of them are unhealthy.
    #[error("no peers are available")]
    NoneAvailable,
    /// Too few of them are healthy.
    #[error("too few peers are healthy")]
    BelowThreshold,
}

/// Which members may be chosen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usable<'t> {
    members: &'t [Member],
    checks: Checks,
    tried: &'t [usize],
}

impl Usable<'_> {
    pub(crate) fn is(&self, index: usize) -> bool {
        let available = self.members.get(index).is_some_and(|member| is_available(member, self.checks));
        available && !self.tried.contains(&index)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.members.len()).filter(|index| self.is(*index))
    }
}

fn is_available(member: &Member, checks: Checks) -> bool {
    member.weight > 0 && (checks == Checks::Off || member.peer.health() == Health::Healthy)
}

impl Table {
    /// Arranges `members`. `threshold` is a percentage of their weight.
    pub fn new(members: Vec<Member>, algorithm: Algorithm, checks: Checks, threshold: f64, now: Duration) -> Self {
        let arranged = match algorithm {
            Algorithm::RoundRobin => Arranged::InTurn(RoundRobin::new(&members)),
            Algorithm::ConsistentHashing { slots } => {
                Arranged::Hashed(Ring::new(slots, &members), RoundRobin::new(&members))
            }
            Algorithm::LeastConnections => Arranged::ByConnections,
            Algorithm::Latency => {
                latency::welcome(&members, now);
                Arranged::ByLatency
            }
        };
        Self { members: members.into(), arranged, checks, threshold }
    }

    /// Its members.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Whether verdicts count.
    pub fn checks(&self) -> Checks {
        self.checks
    }

    /// The weight of all members, and of those that are available.
    pub fn weights(&self) -> (u64, u64) {
        self.members.iter().fold((0, 0), |(total, available), member| {
            let weight = u64::from(member.weight);
            (total + weight, available + if is_available(member, self.checks) { weight } else { 0 })
        })
    }

    /// Whether enough members are available for the upstream to be used at all.
    pub fn is_healthy(&self) -> bool {
        let (total, available) = self.weights();
        total > 0 && available as f64 / total as f64 * 100.0 > self.threshold
    }

    /// The member that a request goes to: its index. One that was tried already is only chosen where no other is left.
    ///
    /// # Errors
    /// Where there is none.
    pub fn choose(&self, wish: &Wish<'_>) -> Result<usize, NoPeer> {
        // Without a threshold one available member is enough, and looking for it tells whether there is one.
        if self.threshold > 0.0 && !self.is_healthy() {
            return Err(NoPeer::BelowThreshold);
        }
        let usable = |tried| Usable { members: &self.members, checks: self.checks, tried };
        let chosen = self.choose_of(wish, &usable(wish.tried));
        chosen.or_else(|| self.choose_of(wish, &usable(&[]))).ok_or(NoPeer::NoneAvailable)
    }

    fn choose_of(&self, wish: &Wish<'_>, usable: &Usable<'_>) -> Option<usize> {
        let members = &*self.members;
        match (&self.arranged, wish.hash) {
            // After a failure the turn of the others stays theirs.
            (Arranged::InTurn(_), _) if !wish.tried.is_empty() => round_robin::by_chance(wish.turn, members, usable),
            (Arranged::InTurn(turns), _) | (Arranged::Hashed(_, turns), None) => {
                turns.choose(wish.turn, members, usable)
            }
            (Arranged::Hashed(ring, _), Some(hash)) => ring.choose(hash, members, usable),
            (Arranged::ByConnections, _) => least_connections::choose(wish.turn, members, usable),
            (Arranged::ByLatency, _) => latency::choose(wish.turn, wish.now, members, usable),
        }
    }

    /// Counts a request as under way at a member, where the algorithm wants to know.
    pub fn begin(&self, index: usize) -> Option<UnderWay> {
        match self.arranged {
            Arranged::ByConnections => self.members.get(index).map(|member| UnderWay::begin(&member.peer)),
            _ => None,
        }
    }

    /// Notes how long a member took to answer, where the algorithm wants to know.
    pub fn answered(&self, index: usize, took: Duration, now: Duration) {
        if let (Arranged::ByLatency, Some(member)) = (&self.arranged, self.members.get(index)) {
            member.peer.latency.report(took, now);
        }
    }
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
