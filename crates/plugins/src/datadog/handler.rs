//! What the plugin does when an exchange is over.

use gibbon_plugin_api::{ConfigureError, Handler, Settings};
use serde_json::Value;

use super::config::{Config, Metric};
use crate::statistic::{ConsumerIdentifier, Line, StatisticLog, Subject, Tags};

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let (config, place, limits) = Config::read(config)?;
    let lines = move |subject: &Subject<'_>| lines(&config, subject);
    Ok(Box::new(StatisticLog::start(&settings.node, "datadog", place, limits, lines)))
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
