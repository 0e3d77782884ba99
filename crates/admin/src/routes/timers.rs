//! `GET /timers`: what Kong's timers do. Here tasks of the runtime do that work, so they are what is counted.

use serde_json::{Value, json};
use tokio::runtime::{Handle, RuntimeMetrics};

use crate::answer::Answer;

/// Kong answers for one of its workers; the tasks that are counted here are those of the one control runtime.
pub(crate) fn show() -> Answer {
    let metrics = Handle::current().metrics();
    Answer::ok(json!({
        "worker": { "id": 0, "count": metrics.num_workers() },
        "stats": { "sys": sys(&metrics), "timers": {}, "flamegraph": { "running": "", "pending": "", "elapsed_time": "" } },
    }))
}

fn sys(metrics: &RuntimeMetrics) -> Value {
    let (alive, waiting) = (metrics.num_alive_tasks(), metrics.global_queue_depth());
    json!({ "total": alive, "running": alive.saturating_sub(waiting), "pending": waiting, "waiting": 0 })
}
