//! What the plugin does when an exchange is over.

use std::sync::Arc;

use gibbon_plugin_api::{ConfigureError, Handler, LogCx, Phases, Settings, StreamLogCx};
use serde_json::Value;

use super::config::{Config, Metric};
use crate::queue::Queue;
use crate::statistic::{ConsumerIdentifier, Line, Sender, Subject, Tags};

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let (config, place, limits) = Config::read(config)?;
    let sender = place.map(Sender::to);
    let send = Arc::new(move |batch: &[Vec<u8>]| match &sender {
        Some(sender) => sender.send(batch).map_err(|error| error.to_string()),
        None => Err("nobody says where the agent of Datadog is".to_owned()),
    });
    Ok(Box::new(Datadog { config, queue: Queue::start(&settings.node, "datadog", limits, send) }))
}

struct Datadog {
    config: Config,
    /// The lines of an exchange are one entry.
    queue: Queue<Vec<u8>>,
}

impl Handler for Datadog {
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

impl Datadog {
    fn write(&self, subject: &Subject<'_>) {
        let lines = lines(&self.config, subject);
        if !lines.is_empty() {
            self.queue.push(lines.join("\n").into_bytes());
        }
    }
}

/// The lines of an exchange.
pub(super) fn lines(config: &Config, subject: &Subject<'_>) -> Vec<String> {
    let line = |metric: &Metric| {
        let tags = tags(config, metric, subject);
        let line = Line {
            prefix: &config.prefix,
            name: metric.statistic.name(),
            value: subject.value(metric.statistic)?,
            kind: metric.kind,
            sample_rate: metric.sample_rate,
            tags: Tags::Dogstatsd(&tags),
        };
        Some(line.to_string())
    };
    config.metrics.iter().filter_map(line).collect()
}

fn tags(config: &Config, metric: &Metric, subject: &Subject<'_>) -> Vec<String> {
    let service = subject.service_name().unwrap_or_default().replace('.', "_");
    let mut tags =
        vec![format!("{}:{service}", config.service_tag), format!("{}:{}", config.status_tag, subject.status)];
    if let (Some(identifier), Some(consumer)) = (metric.consumer, subject.consumer)
        && let Some(name) = identifier.of(consumer)
    {
        let name = if identifier == ConsumerIdentifier::Id { name.replace('-', "_").into() } else { name };
        tags.push(format!("{}:{name}", config.consumer_tag));
    }
    tags.extend(metric.tags.iter().map(|tag| tag.to_string()));
    tags
}
