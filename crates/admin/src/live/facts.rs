//! What is told of the node, beside what was counted.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use gibbon_plugin_api::{Names, TargetHealth};
use gibbon_runtime::Snapshot;
use gibbon_traffic::{Percentiles, Reason, Sample};
use serde_json::{Value, json};

use super::neighbours::Neighbour;
use crate::about::memory::resident_bytes;
use crate::api::AdminApi;

/// A database that takes longer counts as away.
const PATIENCE: Duration = Duration::from_secs(1);

/// Upstreams that are told of; those with sick targets come first.
const UPSTREAMS: usize = 50;

/// Reasons that are told of.
const REASONS: usize = 50;

/// One second of the past.
pub(super) fn sample(sample: &Sample) -> Value {
    let since_1970 = sample.at.duration_since(UNIX_EPOCH).unwrap_or_default();
    json!({
        "at": rounded(since_1970.as_secs_f64()),
        "requests": rounded(sample.requests),
        "classes": sample.classes.map(rounded),
        "latency": sample.latency.map(latency),
    })
}

fn latency(Percentiles { p50, p95, p99 }: Percentiles) -> Value {
    json!({ "p50": millis(p50), "p95": millis(p95), "p99": millis(p99) })
}

pub(super) fn millis(time: Duration) -> f64 {
    rounded(time.as_secs_f64() * 1000.0)
}

/// To three digits behind the point.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// How often was refused for which reason.
pub(super) fn refusals(counted: Vec<(Reason, u64)>) -> Value {
    let shown = counted.into_iter().take(REASONS).map(|(reason, count)| {
        let mut shown = refused(reason);
        shown["count"] = count.into();
        shown
    });
    shown.collect()
}

/// By whom, where that was a plugin, and why, where that is told.
pub(super) fn refused(Reason { by, code }: Reason) -> Value {
    let said = |word: &'static str| (!word.is_empty()).then_some(word);
    json!({ "by": said(by), "reason": said(code) })
}

/// The node as it is now.
pub(super) fn node(api: &AdminApi) -> Value {
    let (snapshot, counters) = (api.configuration.snapshot(), &api.about.counters);
    json!({
        "id": api.about.node_id,
        "hostname": api.about.hostname,
        "version": api.about.version,
        "revision": snapshot.revision,
        "faults": snapshot.faults().count(),
        "connections": counters.connections_active(),
        "under_way": counters.requests_in_flight(),
        "requests": counters.requests_total(),
        "memory": resident_bytes(),
    })
}

/// What is around it: the database, upstreams, the other nodes.
pub(super) async fn around(api: &AdminApi) -> Value {
    let asked = tokio::time::timeout(PATIENCE, api.configuration.store().revision()).await;
    let snapshot = api.configuration.snapshot();
    let others = api.live.neighbours.others(api.about.node_id, Instant::now());
    let nodes = std::iter::once(own(api)).chain(others).map(|node| node.shown()).collect::<Vec<_>>();
    let (upstreams, total) = upstreams(&snapshot);
    json!({
        "at": rounded(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()),
        "database": { "reachable": matches!(asked, Ok(Ok(_))) },
        "nodes": nodes,
        "upstreams": upstreams,
        "upstreams_total": total,
    })
}

/// What this node says of itself to the others.
pub(super) fn own(api: &AdminApi) -> Neighbour {
    Neighbour {
        id: api.about.node_id,
        revision: api.configuration.snapshot().revision,
        version: api.about.version.to_owned(),
        // What others read has no spaces.
        hostname: api.about.hostname.replace(' ', "-"),
    }
}

/// How the targets of an upstream are.
struct Targets<'s> {
    upstream: &'s str,
    /// Each target, and whether one of its addresses can be used.
    targets: Vec<(String, bool)>,
}

impl Targets<'_> {
    fn healthy(&self) -> usize {
        self.targets.iter().filter(|(_, healthy)| *healthy).count()
    }

    fn sick(&self) -> usize {
        self.targets.len() - self.healthy()
    }
}

/// Upstreams, those with the most sick targets first, and how many there are.
fn upstreams(snapshot: &Snapshot) -> (Value, usize) {
    let mut all: Vec<Targets<'_>> =
        snapshot.pools.iter().map(|pool| Targets { upstream: &pool.upstream.name, targets: Vec::new() }).collect();
    all.sort_unstable_by_key(|upstream| upstream.upstream);
    snapshot.targets(&mut |state| {
        let Ok(place) = all.binary_search_by_key(&state.upstream, |upstream| upstream.upstream) else { return };
        let Some(Targets { targets, .. }) = all.get_mut(place) else { return };
        let can_be_used = matches!(state.health, TargetHealth::Healthy | TargetHealth::Unchecked);
        // The addresses of a target come one behind the other.
        match targets.last_mut().filter(|(name, _)| name == state.target) {
            Some((_, healthy)) => *healthy |= can_be_used,
            None => targets.push((state.target.to_owned(), can_be_used)),
        }
    });
    all.sort_by_key(|upstream| std::cmp::Reverse(upstream.sick()));
    let shown = |upstream: &Targets<'_>| json!({ "name": upstream.upstream, "targets": upstream.targets.len(), "healthy": upstream.healthy() });
    (all.iter().take(UPSTREAMS).map(shown).collect(), all.len())
}
