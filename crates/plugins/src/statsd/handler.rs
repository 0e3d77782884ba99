//! What the plugin does when an exchange is over.

use std::sync::Arc;

use gibbon_plugin_api::{ConfigureError, Handler, LogCx, Phases, Settings, StreamLogCx};
use serde_json::Value;

use super::config::Config;
use crate::queue::Queue;
use crate::statistic::{Sender, Subject};

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let (config, place, limits) = Config::read(config, &settings.node.hostname)?;
    let sender = Sender::to(place);
    let send = Arc::new(move |batch: &[Vec<u8>]| sender.send(batch).map_err(|error| error.to_string()));
    Ok(Box::new(Statsd { config, queue: Queue::start(&settings.node, "statsd", limits, send) }))
}

struct Statsd {
    config: Config,
    /// The lines of an exchange are one entry.
    queue: Queue<Vec<u8>>,
}

impl Handler for Statsd {
    fn log(&self, cx: &LogCx<'_>) {
        self.write(&Subject::of(cx));
    }

    fn stream_log(&self, cx: &StreamLogCx<'_>) {
        self.write(&Subject::of_stream(cx));
    }

    fn phases(&self) -> Phases {
        Phases::LOG.and(Phases::STREAM_LOG)
    }
}

impl Statsd {
    fn write(&self, subject: &Subject<'_>) {
        let lines = lines(&self.config, subject);
        if !lines.is_empty() {
            self.queue.push(lines.join("\n").into_bytes());
        }
    }
}

/// The lines of an exchange.
pub(super) fn lines(config: &Config, subject: &Subject<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if config.counts(subject.status) {
        config.metrics.iter().for_each(|metric| metric.write(config, subject, &mut lines));
    }
    lines
}
