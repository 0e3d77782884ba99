//! The places where exchanges and streams are counted.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use gibbon_plugin_api::{Measure, Meter, Source};
use http::StatusCode;
use uuid::Uuid;

use super::config::Wanted;
use super::histogram::{Histogram, OF_GATEWAY, OF_UPSTREAM};
use crate::series::{Board, Count, Handle, Known, Series};

/// A route with its service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Path {
    pub(super) route: Uuid,
    pub(super) service: Option<Uuid>,
}

/// Whether requests are counted or streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Subsystem {
    Http,
    Stream,
}

/// What exchanges are told apart by where they are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct StatusKey {
    pub(super) subsystem: Subsystem,
    pub(super) path: Path,
    pub(super) status: StatusCode,
    pub(super) is_from_service: bool,
    pub(super) consumer: Option<Uuid>,
}

/// What their bytes are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct BytesKey {
    pub(super) subsystem: Subsystem,
    pub(super) path: Path,
    pub(super) consumer: Option<Uuid>,
}

/// What their times are told apart by.
pub(super) type TimesKey = (Subsystem, Path);

/// Bytes in each direction.
#[derive(Debug, Default)]
pub(super) struct Bytes {
    pub(super) ingress: Count,
    pub(super) egress: Count,
}

/// How long exchanges take.
#[derive(Debug, Default)]
pub(super) struct Times {
    pub(super) gateway: Histogram,
    pub(super) upstream: Histogram,
    pub(super) total: Histogram,
}

/// Everything that is counted on the node.
#[derive(Default)]
pub(super) struct Boards {
    pub(super) statuses: Board<StatusKey, Count>,
    pub(super) bytes: Board<BytesKey, Bytes>,
    pub(super) times: Board<TimesKey, Times>,
    /// One for each configuration that wants to know how targets are; gone with it.
    health: Mutex<Vec<Weak<HealthWanted>>>,
}

/// As long as one is held, `/metrics` tells how targets are.
pub(super) struct HealthWanted;

impl Boards {
    /// Somebody wants to know how targets are.
    pub(super) fn want_health(&self) -> Arc<HealthWanted> {
        let wanted = Arc::new(HealthWanted);
        let mut all = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|one| one.strong_count() > 0);
        all.push(Arc::downgrade(&wanted));
        wanted
    }

    /// Whether anybody does.
    pub(super) fn is_health_wanted(&self) -> bool {
        let all = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().any(|one| one.strong_count() > 0)
    }
}

/// What one worker finds its places and their counts by.
#[derive(Default)]
pub(super) struct WorkerBoards {
    pub(super) places: Known<(Wanted, StatusKey), Place>,
    bytes: Known<BytesKey, Arc<Series<BytesKey, Bytes>>>,
    times: Known<TimesKey, Arc<Series<TimesKey, Times>>>,
}

/// Where exchanges of one kind are counted. Which of the three there are is configured.
pub(super) struct Place {
    status: Option<Arc<Series<StatusKey, Count>>>,
    bytes: Option<Arc<Series<BytesKey, Bytes>>>,
    times: Option<Arc<Series<TimesKey, Times>>>,
}

impl Place {
    /// A place on `boards`; `None` where there is no room at all.
    pub(super) fn on(boards: &Boards, worker: &WorkerBoards, wanted: Wanted, key: &StatusKey) -> Option<Self> {
        let StatusKey { subsystem, path, consumer, .. } = *key;
        let status = || boards.statuses.add(*key);
        let bytes = || worker.bytes.get(BytesKey { subsystem, path, consumer }, |key| boards.bytes.add(*key));
        let times = || worker.times.get((subsystem, path), |key| boards.times.add(*key));
        let place = Self {
            status: wanted.has(Wanted::STATUSES).then(status).flatten(),
            bytes: wanted.has(Wanted::BANDWIDTH).then(bytes).flatten().map(|series| Arc::clone(&series)),
            times: wanted.has(Wanted::LATENCIES).then(times).flatten().map(|series| Arc::clone(&series)),
        };
        (place.status.is_some() || place.bytes.is_some() || place.times.is_some()).then_some(place)
    }

    /// Counts an exchange or a stream; those that an upstream never heard of took no time of its.
    pub(super) fn count(&self, sizes: (u64, u64), gateway: Duration, upstream: Option<Duration>, total: Duration) {
        if let Some(status) = &self.status {
            status.value.add(1);
        }
        if let Some(bytes) = &self.bytes {
            bytes.value.ingress.add(sizes.0);
            bytes.value.egress.add(sizes.1);
        }
        if let Some(times) = &self.times {
            times.value.gateway.observe(&OF_GATEWAY, gateway);
            times.value.total.observe(&OF_UPSTREAM, total);
            if let Some(upstream) = upstream {
                times.value.upstream.observe(&OF_UPSTREAM, upstream);
            }
        }
    }
}

impl Handle for Place {
    fn is_retired(&self) -> bool {
        self.status.as_ref().is_some_and(|series| series.is_retired())
            || self.bytes.as_ref().is_some_and(|series| series.is_retired())
            || self.times.as_ref().is_some_and(|series| series.is_retired())
    }
}

impl Meter for Place {
    fn over(&self, measure: &Measure) {
        let Measure { total, receive, upstream, .. } = *measure;
        let gateway = total.saturating_sub(receive).saturating_sub(upstream.unwrap_or_default());
        self.count((measure.request_bytes, measure.response_bytes), gateway, upstream, total);
    }
}

/// Whether an answer is the service's own.
pub(super) fn is_from_service(source: Source) -> bool {
    source == Source::Upstream
}
