//! What the plugin has been told.

use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::ConfigureError;
use serde_json::Value;

use super::schema::{CONSUMER_TAG, PREFIX, SERVICE_NAME_TAG, STATUS_TAG};
use crate::config_error;
use crate::queue::Limits;
use crate::statistic::{ConsumerIdentifier, Means, Place, StatType, Statistic};

/// The variables of the environment that say where the agent is, where the configuration does not.
const AGENT_HOST: &str = "KONG_DATADOG_AGENT_HOST";
const AGENT_PORT: &str = "KONG_DATADOG_AGENT_PORT";

/// A configuration, ready to be used.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) prefix: Box<str>,
    pub(super) service_tag: Box<str>,
    pub(super) status_tag: Box<str>,
    pub(super) consumer_tag: Box<str>,
    pub(super) metrics: Vec<Metric>,
}

/// What is told of each exchange.
#[derive(Debug)]
pub(super) struct Metric {
    pub(super) statistic: Statistic,
    pub(super) kind: StatType,
    pub(super) sample_rate: Option<f64>,
    pub(super) tags: Vec<Box<str>>,
    pub(super) consumer: Option<ConsumerIdentifier>,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<(Self, Option<Place>, Limits), ConfigureError> {
        config_error::read(config, |config| {
            let limits = Limits::read(config)?.or_former(config, ("queue_size", 1), ("flush_timeout", 2.0))?;
            Ok((Self::of(config)?, place(config, |name| std::env::var(name).ok())?, limits))
        })
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        let text = |field, usual: &str| Ok(config.optional_text(field)?.unwrap_or(usual).into());
        let metrics = config.elements("metrics")?.iter().filter_map(Value::as_object);
        Ok(Self {
            prefix: text("prefix", PREFIX)?,
            service_tag: text("service_name_tag", SERVICE_NAME_TAG)?,
            status_tag: text("status_tag", STATUS_TAG)?,
            consumer_tag: text("consumer_tag", CONSUMER_TAG)?,
            metrics: metrics.map(|metric| Metric::read(Body::new(metric))).collect::<Result<_, _>>()?,
        })
    }
}

impl Metric {
    fn read(metric: Body<'_>) -> Result<Self, BodyError> {
        let has = |field| metric.get(field).is_some_and(|value| !value.is_null());
        Ok(Self {
            statistic: metric.parsed("name")?,
            kind: metric.parsed("stat_type")?,
            sample_rate: has("sample_rate").then(|| metric.number("sample_rate", 1.0)).transpose()?,
            tags: if has("tags") { metric.texts("tags")? } else { Vec::new() },
            consumer: has("consumer_identifier").then(|| metric.parsed("consumer_identifier")).transpose()?,
        })
    }
}

/// Where the agent is; `None` where nobody says. What the configuration says counts before the environment.
pub(super) fn place(
    config: Body<'_>,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Option<Place>, BodyError> {
    let host = config.boxed("host")?.or_else(|| environment(AGENT_HOST).map(Box::from));
    let port = match config.integer("port", 0)? {
        0 => environment(AGENT_PORT).and_then(|port| port.parse().ok()),
        port => Some(port),
    };
    Ok(host.zip(port).map(|(host, port)| Place { host, port, means: Means::DatagramEach }))
}
