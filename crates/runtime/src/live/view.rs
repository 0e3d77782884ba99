//! Where the targets of an upstream are at the moment, and the table that requests are balanced with.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use gibbon_balancer::{Algorithm, Checks, Member, Peer, Table};
use gibbon_entities::upstream::Algorithm as Configured;
use gibbon_entities::{Target, Upstream};

/// See the module.
#[derive(Debug)]
pub struct View {
    /// All addresses of all targets.
    pub table: Table,
    /// The targets.
    pub targets: Box<[Located]>,
}

/// A target, and where it is.
#[derive(Debug)]
pub struct Located {
    /// The target.
    pub target: Arc<Target>,
    /// What is known of its addresses.
    pub found: Found,
    /// Whether it is a name, and not an address.
    pub is_name: bool,
    /// Its members of the table.
    members: Range<usize>,
}

/// What is known of the addresses of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nobody has asked for its name yet.
    Unasked,
    /// It is there.
    At(Source, Arc<[Place]>),
    /// Its name has no address; this is why.
    Nowhere(Box<str>),
}

/// The kind of records that addresses come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// It is an IPv4 address itself, or its name has some.
    A,
    /// The same with IPv6.
    Aaaa,
    /// Its name is that of a service.
    Srv,
}

/// One address of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The address.
    pub address: SocketAddr,
    /// A weight of its own, in place of that of the target.
    pub weight: Option<u16>,
    /// A host that it is asked for, in place of that of the target.
    pub host: Option<Box<str>>,
}

impl Source {
    /// Its name in name servers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Srv => "SRV",
        }
    }
}

impl Found {
    /// Addresses that differ in nothing else, with the port of the target.
    pub fn at(addresses: &[IpAddr], port: u16) -> Self {
        let source = if addresses.iter().any(IpAddr::is_ipv4) { Source::A } else { Source::Aaaa };
        let place = |address: &IpAddr| Place { address: SocketAddr::new(*address, port), weight: None, host: None };
        Self::At(source, addresses.iter().map(place).collect())
    }

    /// What is known of a target that nobody has asked for.
    fn of(target: &Target) -> Self {
        match target.address.host.parse() {
            Ok(address) => Self::at(&[address], target.address.port),
            Err(_) => Self::Unasked,
        }
    }

    fn places(&self) -> &[Place] {
        match self {
            Self::At(_, places) => places,
            Self::Unasked | Self::Nowhere(_) => &[],
        }
    }
}

impl View {
    /// The targets of an upstream where they were before, as far as that is known.
    pub(super) fn first(upstream: &Upstream, targets: Vec<Arc<Target>>, checks: Checks, before: Option<&Self>) -> Self {
        let before_of = |target: &Target| {
            let same = |located: &&Located| located.target.address == target.address;
            before?.targets.iter().find(same).map(|located| located.found.clone())
        };
        let found = |target: Arc<Target>| (before_of(&target).unwrap_or_else(|| Found::of(&target)), target);
        Self::build(upstream, targets.into_iter().map(found).collect(), checks, before)
    }

    /// The same targets where they are now.
    pub(super) fn moved(&self, upstream: &Upstream, found: Vec<Found>, checks: Checks) -> Self {
        let targets = self.targets.iter().map(|located| Arc::clone(&located.target));
        Self::build(upstream, found.into_iter().zip(targets).collect(), checks, Some(self))
    }

    fn build(upstream: &Upstream, found: Vec<(Found, Arc<Target>)>, checks: Checks, before: Option<&Self>) -> Self {
        let known = before.map(|view| view.peers(checks)).unwrap_or_default();
        let mut members = Vec::new();
        let locate = |(found, target): (Found, Arc<Target>)| {
            let from = members.len();
            members.extend(found.places().iter().map(|place| member(&target, place, &known)));
            let is_name = target.address.host.parse::<IpAddr>().is_err();
            Located { target, found, is_name, members: from..members.len() }
        };
        let targets = found.into_iter().map(locate).collect();
        let table = Table::new(members, algorithm(upstream), checks, upstream.threshold, now());
        Self { table, targets }
    }

    /// All peers by what they are found by. Verdicts from before nothing checks count for nothing afterwards.
    fn peers(&self, checks: Checks) -> HashMap<PeerKey<'_>, &Arc<Peer>> {
        if checks != self.table.checks() {
            return HashMap::new();
        }
        let peers = self.table.members().iter().map(|member| &member.peer);
        peers.map(|peer| ((&*peer.target, peer.address, &*peer.host), peer)).collect()
    }

    /// The members of a target.
    pub fn members_of(&self, located: &Located) -> &[Member] {
        self.table.members().get(located.members.clone()).unwrap_or_default()
    }

    /// Whether there are names that nobody has asked for.
    pub fn is_cold(&self) -> bool {
        self.targets.iter().any(|located| located.found == Found::Unasked)
    }
}

type PeerKey<'p> = (&'p str, SocketAddr, &'p str);

fn member(target: &Target, place: &Place, known: &HashMap<PeerKey<'_>, &Arc<Peer>>) -> Member {
    let name = &*target.address.host;
    let host = place.host.as_deref().unwrap_or(name);
    let known = known.get(&(name, place.address, host)).map(|peer| Arc::clone(peer));
    let peer = known.unwrap_or_else(|| Arc::new(Peer::new(name, place.address, host)));
    // A target that is to get nothing gets nothing, whatever its name server says.
    let weight = if target.weight == 0 { 0 } else { place.weight.unwrap_or(target.weight) };
    Member { peer, weight: weight.into() }
}

fn algorithm(upstream: &Upstream) -> Algorithm {
    match upstream.algorithm {
        Configured::RoundRobin => Algorithm::RoundRobin,
        Configured::ConsistentHashing => Algorithm::ConsistentHashing { slots: upstream.slots },
        Configured::LeastConnections => Algorithm::LeastConnections,
        Configured::Latency => Algorithm::Latency,
    }
}

/// The time by the clock that latencies are compared with.
pub(super) fn now() -> Duration {
    static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    ORIGIN.elapsed()
}
