//! When targets are checked: the healthy ones every so often, the unhealthy ones every so often, and never more of an
//! upstream at the same time than it says.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gibbon_balancer::Peer;
use gibbon_balancer::health::Health;
use gibbon_entities::Upstream;
use gibbon_runtime::{Pool, Snapshot};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::probe::Secrecy;
use super::{Owned, probe};
use crate::engine::upstream_tls::UpstreamTls;

/// See the module.
pub(super) struct Checks {
    tls: UpstreamTls,
    rounds: HashMap<Uuid, Rounds>,
}

/// The checks of one pool.
struct Rounds {
    pool: Arc<Pool>,
    healthy_due: Instant,
    unhealthy_due: Instant,
    /// The round that is being made.
    running: Option<Owned>,
}

/// Whether an upstream wants its targets to be checked.
pub(super) fn are_wanted(upstream: &Upstream) -> bool {
    upstream.active.healthy_interval.is_some() || upstream.active.unhealthy_interval.is_some()
}

impl Checks {
    pub(super) fn new(tls: UpstreamTls) -> Self {
        Self { tls, rounds: HashMap::new() }
    }

    pub(super) fn look_after(&mut self, snapshot: &Snapshot) {
        let pools = &snapshot.pools;
        // A pool that has changed begins anew, and its checks that are under way end.
        self.rounds.retain(|id, rounds| pools.get(*id).is_some_and(|pool| Arc::ptr_eq(pool, &rounds.pool)));
        let now = Instant::now();
        for pool in pools.iter().filter(|pool| are_wanted(&pool.upstream)) {
            let rounds = self.rounds.entry(pool.upstream.id).or_insert_with(|| Rounds::new(pool, now));
            let peers = rounds.due(now);
            if !peers.is_empty() {
                let shown = pool.upstream.client_certificate.and_then(|id| snapshot.certificate(id).cloned());
                let round = make_round(Arc::clone(pool), peers, Secrecy { tls: self.tls.clone(), shown });
                rounds.running = Some(Owned(tokio::spawn(round)));
            }
        }
    }
}

impl Rounds {
    fn new(pool: &Arc<Pool>, now: Instant) -> Self {
        Self { pool: Arc::clone(pool), healthy_due: now, unhealthy_due: now, running: None }
    }

    /// Whom to check now. A round that is not over keeps the next one waiting.
    fn due(&mut self, now: Instant) -> Vec<Arc<Peer>> {
        if self.running.as_ref().is_some_and(|round| !round.is_over()) {
            return Vec::new();
        }
        let active = &self.pool.upstream.active;
        let healthy = is_due(&mut self.healthy_due, active.healthy_interval, now);
        let unhealthy = is_due(&mut self.unhealthy_due, active.unhealthy_interval, now);
        let view = self.pool.view();
        let members = view.table.members().iter().filter(|member| match member.peer.health() {
            _ if member.weight == 0 => false,
            Health::Healthy => healthy,
            Health::Unhealthy => unhealthy,
        });
        members.map(|member| Arc::clone(&member.peer)).collect()
    }
}

fn is_due(due: &mut Instant, interval: Option<Duration>, now: Instant) -> bool {
    match interval {
        Some(interval) if *due <= now => {
            *due = now + interval;
            true
        }
        _ => false,
    }
}

async fn make_round(pool: Arc<Pool>, peers: Vec<Arc<Peer>>, secrecy: Secrecy) {
    let limit = usize::try_from(pool.upstream.active.concurrency).unwrap_or(usize::MAX).max(1);
    let mut under_way = JoinSet::new();
    for peer in peers {
        if under_way.len() >= limit {
            under_way.join_next().await;
        }
        let (pool, secrecy) = (Arc::clone(&pool), secrecy.clone());
        under_way.spawn(async move { probe::check(&pool, &peer, &secrecy).await });
    }
    while under_way.join_next().await.is_some() {}
}
