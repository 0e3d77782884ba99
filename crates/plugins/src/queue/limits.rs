//! What a queue may hold, and how it is emptied.

use std::time::Duration;

use gibbon_entities::{Body, BodyError};

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    /// How many are sent at once.
    pub(crate) batch: usize,
    /// How long the first of a batch waits for the others.
    pub(crate) coalescing: Duration,
    /// How many may wait.
    pub(crate) entries: usize,
    /// How many bytes may wait.
    pub(crate) bytes: Option<usize>,
    /// For how long sending is tried.
    pub(crate) retry_time: Duration,
    /// Until the second attempt; twice as long until each further one.
    pub(crate) first_delay: Duration,
    /// The most between two attempts.
    pub(crate) longest_delay: Duration,
    /// How many batches are under way.
    pub(crate) concurrency: Concurrency,
}

/// How many batches are under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Concurrency {
    /// One after the other.
    OneByOne,
    /// None waits for another one.
    AllAtOnce,
}

impl Limits {
    /// Those of the field `queue`.
    pub(crate) fn read(config: Body<'_>) -> Result<Self, BodyError> {
        let queue = config.record("queue")?;
        let seconds = |field, default| Ok(duration(queue.number(field, default)?));
        let max_bytes = queue.integer("max_bytes", 0)?;
        Ok(Self {
            batch: queue.integer("max_batch_size", 1)?,
            coalescing: seconds("max_coalescing_delay", 1.0)?,
            entries: queue.integer("max_entries", 10_000)?,
            bytes: (max_bytes > 0).then_some(max_bytes),
            retry_time: seconds("max_retry_time", 60.0)?,
            first_delay: seconds("initial_retry_delay", 0.01)?,
            longest_delay: seconds("max_retry_delay", 60.0)?,
            concurrency: match queue.integer("concurrency_limit", 1_i64)? {
                1 => Concurrency::OneByOne,
                _ => Concurrency::AllAtOnce,
            },
        })
    }

    /// The same with the values of fields that had another name before. They count where they say something else than
    /// they did by default, as in Kong.
    pub(crate) fn or_former(
        mut self,
        config: Body<'_>,
        (size, usual_size): (&'static str, usize),
        (delay, usual_delay): (&'static str, f64),
    ) -> Result<Self, BodyError> {
        let former_size = config.integer(size, usual_size)?;
        if former_size != usual_size {
            self.batch = former_size.max(1);
        }
        let former_delay = config.number(delay, usual_delay)?;
        if (former_delay - usual_delay).abs() > f64::EPSILON {
            self.coalescing = duration(former_delay);
        }
        Ok(self)
    }
}

fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
