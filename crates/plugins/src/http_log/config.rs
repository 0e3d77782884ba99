//! What the plugin can be told.

use std::time::Duration;

use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::typedefs::url;
use gibbon_schema::{Field, Rule, Subschema, field, map_of, string};
use http::{HeaderName, HeaderValue, Method};
use serde_json::Value;

use crate::config_error;
use crate::custom_fields::custom_fields_by_lua;
use crate::queue::{FormerNames, Limits, queue_field};
use crate::schema_of;

const FORMER: FormerNames = FormerNames {
    retry_count: "http-log: config.retry_count no longer works, please use config.queue.max_retry_time instead",
    queue_size: "http-log: config.queue_size is deprecated, please use config.queue.max_batch_size instead",
    flush_timeout: "http-log: config.flush_timeout is deprecated, please use config.queue.max_coalescing_delay instead",
};

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let [retry_count, queue_size, flush_timeout] = FORMER.fields();
    let config = [
        field("http_endpoint").of(url()).required().encrypted().referenceable().describe("Where exchanges are sent."),
        field("method").string().default("POST").one_of(["POST", "PUT", "PATCH"]).describe("The method to send with."),
        field("content_type")
            .string()
            .default("application/json")
            .one_of(["application/json", "application/json; charset=utf-8"])
            .describe("The media type to send as."),
        field("timeout").number().default(10_000).describe("How many milliseconds sending may take."),
        field("keepalive").number().default(60_000).describe("How many milliseconds an idle connection is kept."),
        retry_count,
        queue_size,
        flush_timeout,
        headers(),
        queue_field(),
        custom_fields_by_lua(),
    ];
    schema_of::requests_and_streams("http-log", config)
}

fn headers() -> Field {
    let name = string().match_none([
        Rule::new("^[Hh][Oo][Ss][Tt]$", "cannot contain 'Host' header"),
        Rule::new("^[Cc][Oo][Nn][Tt][Ee][Nn][Tt]%-[Ll][Ee][nn][Gg][Tt][Hh]$", "cannot contain 'Content-Length' header"),
        Rule::new("^[Cc][Oo][Nn][Tt][Ee][Nn][Tt]%-[Tt][Yy][Pp][Ee]$", "cannot contain 'Content-Type' header"),
    ]);
    field("headers").of(map_of(name, string().referenceable())).describe("Headers that are sent with it.")
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) endpoint: Box<str>,
    pub(super) method: Method,
    pub(super) content_type: Box<str>,
    pub(super) timeout: Duration,
    pub(super) keepalive: Duration,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) limits: Limits,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        let millis = |field, default| Ok(Duration::from_millis(config.number(field, default)?.max(0.0) as u64));
        Ok(Self {
            endpoint: config.text("http_endpoint")?.into(),
            method: config.parsed_or("method", Method::POST)?,
            content_type: config.optional_text("content_type")?.unwrap_or("application/json").into(),
            timeout: millis("timeout", 10_000.0)?,
            keepalive: millis("keepalive", 60_000.0)?,
            headers: given_headers(config)?,
            limits: Limits::read(config)?.or_former(config, ("queue_size", 1), ("flush_timeout", 2.0))?,
        })
    }
}

fn given_headers(config: Body<'_>) -> Result<Vec<(HeaderName, HeaderValue)>, BodyError> {
    let field = "headers";
    let members = config.get(field).and_then(Value::as_object).into_iter().flatten();
    let read = |(name, value): (&String, &Value)| {
        let refused = || BodyError::Value { field, value: name.clone() };
        let text = value.as_str().ok_or_else(refused)?;
        Ok((name.parse().map_err(|_| refused())?, HeaderValue::from_str(text).map_err(|_| refused())?))
    };
    members.map(read).collect()
}
