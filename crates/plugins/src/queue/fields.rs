//! The fields of a configuration that say how something waits.

use gibbon_schema::{Deprecation, Field, field, record};
use serde_json::json;

/// The field `queue`.
pub(crate) fn queue_field() -> Field {
    let fields = [
        field("max_batch_size").integer().between(1, 1_000_000).default(1).describe("How many are sent at once."),
        field("max_coalescing_delay")
            .number()
            .between(0, 3600)
            .default(1)
            .describe("How many seconds may pass until that many are there."),
        field("max_entries").integer().between(1, 1_000_000).default(10_000).describe("How many may wait."),
        field("max_bytes").integer().describe("How many bytes may wait."),
        field("max_retry_time").number().default(60).describe("For how many seconds sending is tried."),
        field("initial_retry_delay")
            .number()
            .between(json!(0.001), 1_000_000)
            .default(json!(0.01))
            .describe("Seconds until the second attempt; twice as many until each further one."),
        field("max_retry_delay")
            .number()
            .between(json!(0.001), 1_000_000)
            .default(60)
            .describe("The most seconds between two attempts."),
        field("concurrency_limit")
            .integer()
            .one_of([-1, 1])
            .default(1)
            .describe("Whether one batch is sent after the other (1), or all at the same time (-1)."),
    ];
    field("queue").of(record(fields)).required().describe("How what is sent waits for that.")
}

/// What is said of three fields that the queue had before it was a record.
pub(crate) struct FormerNames {
    /// Of `retry_count`, which has no effect.
    pub(crate) retry_count: &'static str,
    /// Of `queue_size`.
    pub(crate) queue_size: &'static str,
    /// Of `flush_timeout`.
    pub(crate) flush_timeout: &'static str,
}

impl FormerNames {
    /// Their fields.
    pub(crate) fn fields(self) -> [Field; 3] {
        [
            former(field("retry_count").integer(), self.retry_count, 10).describe("Without effect."),
            former(field("queue_size").integer(), self.queue_size, 1)
                .describe("The former name of `queue.max_batch_size`."),
            former(field("flush_timeout").number(), self.flush_timeout, 2)
                .describe("The former name of `queue.max_coalescing_delay`."),
        ]
    }
}

fn former(field: Field, message: &'static str, old_default: i64) -> Field {
    let old_default = Some(old_default.into());
    field.deprecated(Deprecation { message, removal_in_version: "4.0", old_default, replaced_with: vec![] })
}
