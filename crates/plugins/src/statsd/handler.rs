//! What the plugin does when an exchange is over.

use gibbon_plugin_api::{ConfigureError, Handler, Settings};
use serde_json::Value;

use super::config::Config;
use crate::statistic::{StatisticLog, Subject};

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let (config, place, limits) = Config::read(config, &settings.node.hostname)?;
    let lines = move |subject: &Subject<'_>| lines(&config, subject);
    Ok(Box::new(StatisticLog::start(&settings.node, "statsd", Some(place), limits, lines)))
}

/// The lines of an exchange.
pub(super) fn lines(config: &Config, subject: &Subject<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if config.counts(subject.status) {
        config.metrics.iter().for_each(|metric| metric.write(config, subject, &mut lines));
    }
    lines
}
