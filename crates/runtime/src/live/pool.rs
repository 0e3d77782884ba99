//! One upstream.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use gibbon_balancer::health::{Health, Limits, Report, Rules};
use gibbon_balancer::{Checks, NoPeer, Peer, Wish};
use gibbon_entities::upstream::{Healthy, Unhealthy};
use gibbon_entities::{Target, Upstream};
use gibbon_plugin_api::{TargetHealth, TargetState};
use tokio::sync::watch;
use uuid::Uuid;

use super::view::{Found, View, now};
use crate::records::upstreams::Declared;

/// See the module.
pub struct Pool {
    /// The upstream.
    pub upstream: Arc<Upstream>,
    declared: Arc<Declared>,
    rules: Option<AllRules>,
    view: ArcSwap<View>,
    turn: Arc<AtomicU64>,
    warm: watch::Sender<bool>,
}

/// What checks of either kind count as.
struct AllRules {
    active: Rules,
    passive: Rules,
}

/// Who has seen what is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checker {
    /// A check that the gateway made itself.
    Active,
    /// The request of a client.
    Passive,
}

/// Nothing checks the targets of an upstream, so that nobody can say how they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nothing checks the targets of this upstream")]
pub struct NoChecks;

impl Pool {
    pub(super) fn new(upstream: &Arc<Upstream>, declared: &Arc<Declared>, before: Option<&Self>) -> Self {
        let rules = is_checked(upstream).then(|| AllRules {
            active: rules(&upstream.active.healthy, &upstream.active.unhealthy),
            passive: rules(&upstream.passive.healthy, &upstream.passive.unhealthy),
        });
        let checks = if rules.is_some() { Checks::On } else { Checks::Off };
        let targets = declared.targets.values().cloned().collect();
        let view = View::first(upstream, targets, checks, before.map(Self::view).as_deref());
        let (warm, _) = watch::channel(!view.is_cold());
        Self {
            upstream: Arc::clone(upstream),
            declared: Arc::clone(declared),
            rules,
            view: ArcSwap::from_pointee(view),
            turn: before.map(|pool| Arc::clone(&pool.turn)).unwrap_or_default(),
            warm,
        }
    }

    pub(super) fn declared(&self) -> &Arc<Declared> {
        &self.declared
    }

    /// Where its targets are at the moment.
    pub fn view(&self) -> Arc<View> {
        self.view.load_full()
    }

    /// How its targets are, address by address.
    pub(crate) fn states(&self, each: &mut dyn FnMut(TargetState<'_>)) {
        let (view, upstream) = (self.view(), &*self.upstream.name);
        for located in &view.targets {
            let target = located.target.address.to_string();
            let mut tell = |address, health| each(TargetState { upstream, target: &target, address, health });
            let members = view.members_of(located);
            for member in members {
                let health = match (view.table.checks(), member.peer.health()) {
                    (Checks::Off, _) => TargetHealth::Unchecked,
                    (Checks::On, Health::Healthy) => TargetHealth::Healthy,
                    (Checks::On, Health::Unhealthy) => TargetHealth::Unhealthy,
                };
                tell(Some(member.peer.address), health);
            }
            if members.is_empty() {
                tell(None, TargetHealth::Nowhere);
            }
        }
    }

    /// Whether anything checks its targets.
    pub fn checks(&self) -> Checks {
        if self.rules.is_some() { Checks::On } else { Checks::Off }
    }

    /// The number of a request. One count for all workers: each of several would begin with the same target.
    pub fn next_turn(&self) -> u64 {
        self.turn.fetch_add(1, Ordering::Relaxed)
    }

    /// The member of `view` that the request of that turn goes to.
    ///
    /// # Errors
    /// Where there is none.
    pub fn choose(view: &View, turn: u64, hash: Option<u64>, tried: &[usize]) -> Result<usize, NoPeer> {
        view.table.choose(&Wish { hash, turn, tried, now: now() })
    }

    /// A member has answered.
    pub fn answered(&self, view: &View, member: usize, took: Duration, status: u16) {
        view.table.answered(member, took, now());
        let Some(member) = view.table.members().get(member) else { return };
        self.report_status(&member.peer, Checker::Passive, status);
    }

    /// A member has taken a stream.
    pub fn connected(&self, view: &View, member: usize, took: Duration) {
        view.table.answered(member, took, now());
        let Some(member) = view.table.members().get(member) else { return };
        self.report(&member.peer, Checker::Passive, Report::Success);
    }

    /// A peer has answered with this status.
    pub fn report_status(&self, peer: &Peer, checker: Checker, status: u16) {
        if let Some(report) = self.rules(checker).and_then(|rules| rules.of_status(status)) {
            self.report(peer, checker, report);
        }
    }

    /// Something was seen of a peer.
    pub fn report(&self, peer: &Peer, checker: Checker, report: Report) {
        let Some(rules) = self.rules(checker) else { return };
        if let Some(health) = peer.report(report, rules.limits) {
            let seen = match report {
                Report::Success => "it answers",
                Report::HttpFailure => "too many failures",
                Report::TcpFailure => "too many connections failed",
                Report::Timeout => "too many timeouts",
            };
            self.tell(peer, health, seen);
        }
    }

    /// Sets the verdict on all addresses of a target, or on one.
    ///
    /// # Errors
    /// Where nothing checks it: then verdicts do not count.
    pub fn force(&self, target: Uuid, address: Option<SocketAddr>, health: Health) -> Result<(), NoChecks> {
        if self.rules.is_none() {
            return Err(NoChecks);
        }
        let view = self.view();
        let located = view.targets.iter().filter(|located| located.target.id == target);
        let members = located.flat_map(|located| view.members_of(located));
        for member in members.filter(|member| address.is_none_or(|address| member.peer.address == address)) {
            if let Some(health) = member.peer.force(health) {
                self.tell(&member.peer, health, "it was said so");
            }
        }
        Ok(())
    }

    fn rules(&self, checker: Checker) -> Option<&Rules> {
        self.rules.as_ref().map(|rules| match checker {
            Checker::Active => &rules.active,
            Checker::Passive => &rules.passive,
        })
    }

    /// Says in the log what has become of a peer, and of the whole where that has ended.
    fn tell(&self, peer: &Peer, health: Health, why: &str) {
        let (upstream, target, address) = (&self.upstream.name, &peer.target, peer.address);
        match health {
            Health::Healthy => {
                tracing::info!(%upstream, %target, %address, "target `{target}` ({address}) is healthy: {why}");
            }
            Health::Unhealthy => {
                tracing::warn!(%upstream, %target, %address, "target `{target}` ({address}) is unhealthy: {why}");
                if !self.view.load().table.is_healthy() {
                    tracing::warn!(%upstream, "upstream `{upstream}` has too few healthy targets and is not used");
                }
            }
        }
    }

    /// Takes over where the targets are now, in the order of [`View::targets`]. Only one task may do so.
    pub fn locate(&self, found: Vec<Found>) {
        let view = self.view();
        if view.targets.iter().map(|located| &located.found).ne(&found) {
            for (located, found) in view.targets.iter().zip(&found) {
                self.tell_of_names(&located.target, &located.found, found);
            }
            self.view.store(Arc::new(view.moved(&self.upstream, found, self.checks())));
        }
        let view = self.view.load();
        if !view.is_cold() || view.table.weights().1 > 0 {
            self.warm.send_replace(true);
        }
    }

    fn tell_of_names(&self, target: &Target, before: &Found, after: &Found) {
        let (upstream, target) = (&self.upstream.name, &target.address);
        match (before, after) {
            (Found::Nowhere(_), Found::Nowhere(_)) | (_, Found::Unasked) => {}
            (_, Found::Nowhere(reason)) => {
                tracing::warn!(%upstream, %target, "target `{target}` has no address: {reason}");
            }
            (Found::Nowhere(_), Found::At(..)) => {
                tracing::info!(%upstream, %target, "target `{target}` has an address")
            }
            (_, Found::At(..)) => tracing::debug!(%upstream, %target, "target `{target}` has other addresses"),
        }
    }

    /// Waits until there is a target that can be used, or every name has been asked for once.
    pub async fn is_warm(&self) {
        // It can only fail where the pool is gone, which is held here.
        let _ = self.warm.subscribe().wait_for(|warm| *warm).await;
    }
}

/// Whether a verdict on the targets can ever change.
fn is_checked(upstream: &Upstream) -> bool {
    let passive = &upstream.passive.unhealthy;
    upstream.active.healthy_interval.is_some()
        || upstream.active.unhealthy_interval.is_some()
        || (passive.tcp_failures, passive.timeouts, passive.http_failures) != (0, 0, 0)
}

fn rules(healthy: &Healthy, unhealthy: &Unhealthy) -> Rules {
    Rules {
        limits: Limits {
            successes: healthy.successes,
            http_failures: unhealthy.http_failures,
            tcp_failures: unhealthy.tcp_failures,
            timeouts: unhealthy.timeouts,
        },
        successes: healthy.http_statuses.as_slice().into(),
        failures: unhealthy.http_statuses.as_slice().into(),
    }
}
