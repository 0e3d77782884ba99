//! What the plugin has been told.

use std::time::Duration;

use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::ConfigureError;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue};
use serde_json::Value;

use crate::collector::Patience;
use crate::config_error;
use crate::propagation::{Format, Propagation};
use crate::queue::Limits;

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) traces: Option<Box<str>>,
    pub(super) logs: Option<Box<str>>,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) patience: Patience,
    pub(super) told_in: Option<HeaderName>,
    pub(super) sampling_rate: Option<f64>,
    pub(super) propagation: Propagation,
    pub(super) limits: Limits,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        let has_rate = config.get("sampling_rate").is_some_and(|rate| !rate.is_null());
        let told_in = "http_response_header_for_traceid";
        Ok(Self {
            traces: config.boxed("traces_endpoint")?,
            logs: config.boxed("logs_endpoint")?,
            headers: headers(config)?,
            patience: patience(config)?,
            told_in: config.optional_text(told_in)?.map(|name| named(told_in, name)).transpose()?,
            sampling_rate: has_rate.then(|| config.number("sampling_rate", 0.0)).transpose()?,
            propagation: Propagation::read(config, Format::W3c)?,
            limits: Limits::read(config)?.or_former(config, ("batch_span_count", 200), ("batch_flush_delay", 3.0))?,
        })
    }
}

fn patience(config: Body<'_>) -> Result<Patience, BodyError> {
    let millis = |field, usual| Ok(Duration::from_millis(config.integer::<u64>(field, usual)?));
    Ok(Patience {
        connect: millis("connect_timeout", 1000)?,
        send: millis("send_timeout", 5000)?,
        read: millis("read_timeout", 5000)?,
    })
}

fn named(field: &'static str, name: &str) -> Result<HeaderName, BodyError> {
    name.parse().map_err(|_| BodyError::Value { field, value: name.to_owned() })
}

/// Members of a map, as texts.
fn members<'c>(config: Body<'c>, field: &'static str) -> Result<Vec<(&'c str, &'c str)>, BodyError> {
    let members = config.get(field).and_then(Value::as_object).into_iter().flatten();
    let read = |(name, value): (&'c String, &'c Value)| {
        let value = value.as_str().ok_or_else(|| BodyError::Value { field, value: name.clone() })?;
        Ok((&**name, value))
    };
    members.map(read).collect()
}

/// With the type of what is sent, unless the configuration says another one.
fn headers(config: Body<'_>) -> Result<Vec<(HeaderName, HeaderValue)>, BodyError> {
    let field = "headers";
    let refused = |name: &str| BodyError::Value { field, value: name.to_owned() };
    let read = |(name, value): (&str, &str)| {
        Ok((named(field, name)?, HeaderValue::from_str(value).map_err(|_| refused(name))?))
    };
    let mut headers = members(config, field)?.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    if headers.iter().all(|(name, _)| *name != CONTENT_TYPE) {
        headers.push((CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf")));
    }
    Ok(headers)
}
