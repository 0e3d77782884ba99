//! Where counts are kept.

use std::pin::Pin;
use std::sync::Arc;

use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::{ConfigureError, CountersAway, Settings, SharedCounters};
use serde_json::Value;

use super::local::{LocalCounters, Taken, Used};
use super::quota::Quota;
use super::redis::{self, RedisSettings};
use super::subject::Subject;
use crate::config_error;

/// The place of the counts.
#[derive(Clone)]
pub(crate) enum Policy {
    /// The memory of this node.
    Local(Arc<LocalCounters>),
    /// A place that nodes share, and the names that windows have there.
    Shared(Arc<dyn SharedCounters>, Names),
}

/// How windows are called in a shared place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// As Kong calls them.
    Kongs,
    /// By digests of these names.
    Digests,
}

/// What becomes of requests while the counts cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outage {
    Tolerated,
    Refused,
}

/// An answer, at once or later.
pub(crate) enum Counted<T> {
    Now(T),
    Later(Pin<Box<dyn Future<Output = Result<T, CountersAway>> + Send>>),
}

impl Policy {
    /// What `policy`, `redis` and, where there is one, `sync_rate` say.
    pub(crate) fn read(config: &Value, settings: &Settings) -> Result<Self, ConfigureError> {
        let node = &settings.node;
        match config["policy"].as_str().unwrap_or("local") {
            "cluster" => {
                let counters = node.counters.clone().unwrap_or_else(|| Arc::new(Nowhere));
                Ok(Self::Shared(counters, Names::Digests))
            }
            "redis" => {
                let redis = config_error::read(config, RedisSettings::read)?;
                Ok(Self::Shared(redis::counters(redis, &settings.trusted, node)?, Names::Kongs))
            }
            _ => Ok(Self::Local(node.live.get())),
        }
    }

    /// Counts one, if no quota is used up. Counting comes before the decision, so that all nodes together admit no more
    /// than is allowed; what is not admitted is taken back.
    pub(crate) fn take(&self, subject: &Subject, quotas: &Arc<[Quota]>, now: i64) -> Counted<Taken> {
        match self {
            Self::Local(counters) => Counted::Now(counters.take(subject, quotas, now)),
            Self::Shared(counters, names) => {
                let (counters, quotas) = (Arc::clone(counters), Arc::clone(quotas));
                let windows = names.windows(subject, &quotas, now);
                Counted::Later(Box::pin(async move {
                    let counts = counters.add(windows.clone(), 1).await?;
                    let used: Used = counts.iter().map(|count| unsigned(count - 1)).collect();
                    let is_admitted = quotas.iter().zip(&used).all(|(quota, used)| !quota.is_used_up(*used));
                    if !is_admitted {
                        counters.add(windows, -1).await?;
                    }
                    Ok(Taken { used, is_admitted })
                }))
            }
        }
    }

    /// Counts `amount`, whatever is allowed; what was used before.
    pub(crate) fn add(&self, subject: &Subject, quotas: &[Quota], now: i64, amount: u64) -> Counted<Used> {
        match self {
            Self::Local(counters) => Counted::Now(counters.add(subject, quotas, now, amount)),
            Self::Shared(counters, names) => {
                let amount = i64::try_from(amount).unwrap_or(i64::MAX);
                let counting = counters.add(names.windows(subject, quotas, now), amount);
                Counted::Later(Box::pin(async move {
                    let counts = counting.await?;
                    Ok(counts.iter().map(|count| unsigned(count.saturating_sub(amount))).collect())
                }))
            }
        }
    }
}

impl Names {
    fn windows(self, subject: &Subject, quotas: &[Quota], now: i64) -> Vec<gibbon_plugin_api::CountedWindow> {
        match self {
            Self::Kongs => subject.windows(quotas, now),
            Self::Digests => subject.plain_windows(quotas, now),
        }
    }
}

impl Outage {
    pub(crate) fn read(config: Body<'_>) -> Result<Self, BodyError> {
        let is_tolerated = config.boolean("fault_tolerant", gibbon_entities::Switch::On)?;
        Ok(if is_tolerated { Self::Tolerated } else { Self::Refused })
    }
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

/// Where there is no database to count in.
pub(crate) struct Nowhere;

impl SharedCounters for Nowhere {
    fn add(&self, _: Vec<gibbon_plugin_api::CountedWindow>, _: i64) -> gibbon_plugin_api::Counting {
        Box::pin(async { Err(CountersAway("there is no database".to_owned())) })
    }
}
