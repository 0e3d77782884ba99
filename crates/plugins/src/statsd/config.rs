//! What the plugin has been told.

use std::ops::RangeInclusive;
use std::str::FromStr;

use gibbon_entities::{Body, BodyError, Switch};
use gibbon_plugin_api::ConfigureError;
use serde_json::Value;

use super::metric::{self, Metric, ServiceIdentifier, Usual};
use super::schema::{HOST, PREFIX};
use crate::config_error;
use crate::queue::Limits;
use crate::statistic::{ConsumerIdentifier, Means, Place};

/// A configuration, ready to be used.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) metrics: Vec<Metric>,
    pub(super) prefix: String,
    /// The name of the machine, with `_` in place of dots.
    pub(super) hostname: String,
    pub(super) tag_style: Option<TagStyle>,
    /// The statuses that are counted; `None` for all.
    statuses: Option<Vec<RangeInclusive<u64>>>,
}

/// In which form metrics have tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TagStyle {
    Dogstatsd,
    Influxdb,
    Librato,
    Signalfx,
}

impl Config {
    pub(super) fn read(config: &Value, hostname: &str) -> Result<(Self, Place, Limits), ConfigureError> {
        config_error::read(config, |config| {
            let limits = Limits::read(config)?.or_former(config, ("queue_size", 1), ("flush_timeout", 2.0))?;
            Ok((Self::of(config, hostname.replace('.', "_"))?, place(config)?, limits))
        })
    }

    fn of(config: Body<'_>, hostname: String) -> Result<Self, BodyError> {
        let usual = Usual {
            consumer: config.parsed_or("consumer_identifier_default", ConsumerIdentifier::CustomId)?,
            service: config.parsed_or("service_identifier_default", ServiceIdentifier::NameOrHost)?,
            workspace: metric::workspace(config.optional_text("workspace_identifier_default")?.unwrap_or_default()),
        };
        let tag_style = config.optional_text("tag_style")?.and_then(|style| style.parse().ok());
        let mut prefix = config.optional_text("prefix")?.unwrap_or(PREFIX).to_owned();
        if config.boolean("hostname_in_prefix", Switch::Off)? && tag_style.is_none() {
            prefix = format!("{prefix}.node.{hostname}");
        }
        let metrics = config.elements("metrics")?.iter().filter_map(Value::as_object);
        Ok(Self {
            metrics: metrics.map(|metric| Metric::read(Body::new(metric), usual)).collect::<Result<_, _>>()?,
            prefix,
            hostname,
            tag_style,
            statuses: statuses(config)?,
        })
    }

    /// Whether exchanges with that answer are counted.
    pub(super) fn counts(&self, status: u16) -> bool {
        self.statuses.as_ref().is_none_or(|ranges| ranges.iter().any(|range| range.contains(&u64::from(status))))
    }
}

/// A number that is too large to be one is larger than any status.
fn statuses(config: Body<'_>) -> Result<Option<Vec<RangeInclusive<u64>>>, BodyError> {
    if config.get("allow_status_codes").is_none_or(Value::is_null) {
        return Ok(None);
    }
    let end = |text: &str| text.parse().unwrap_or(u64::MAX);
    let ranges = config.texts("allow_status_codes")?;
    let range = |text: &str| text.split_once('-').map(|(from, to)| end(from)..=end(to));
    Ok(Some(ranges.iter().filter_map(|text| range(text)).collect()))
}

fn place(config: Body<'_>) -> Result<Place, BodyError> {
    let size = config.number("udp_packet_size", 0.0)?.max(0.0) as usize;
    let means = match (config.boolean("use_tcp", Switch::Off)?, size) {
        (true, _) => Means::Tcp,
        (false, 0) => Means::DatagramEach,
        (false, size) => Means::DatagramsOf(size),
    };
    Ok(Place { host: config.optional_text("host")?.unwrap_or(HOST).into(), port: config.integer("port", 8125)?, means })
}

impl FromStr for TagStyle {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "dogstatsd" => Ok(Self::Dogstatsd),
            "influxdb" => Ok(Self::Influxdb),
            "librato" => Ok(Self::Librato),
            "signalfx" => Ok(Self::Signalfx),
            _ => Err(()),
        }
    }
}
