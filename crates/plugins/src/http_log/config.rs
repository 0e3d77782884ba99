//! What the plugin can be told.

use std::time::Duration;

use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::typedefs::url;
use gibbon_schema::{Deprecation, Field, Rule, Subschema, field, map_of, record, string};
use http::{HeaderName, HeaderValue, Method};
use serde_json::Value;

use super::queue::{Concurrency, Limits};
use crate::config_error;
use crate::custom_fields::custom_fields_by_lua;
use crate::schema_of;

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
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
        former(
            field("retry_count").integer(),
            "http-log: config.retry_count no longer works, please use config.queue.max_retry_time instead",
            10,
        )
        .describe("Without effect."),
        former(
            field("queue_size").integer(),
            "http-log: config.queue_size is deprecated, please use config.queue.max_batch_size instead",
            1,
        )
        .describe("The former name of `queue.max_batch_size`."),
        former(
            field("flush_timeout").number(),
            "http-log: config.flush_timeout is deprecated, please use config.queue.max_coalescing_delay instead",
            2,
        )
        .describe("The former name of `queue.max_coalescing_delay`."),
        headers(),
        queue(),
        custom_fields_by_lua(),
    ];
    schema_of::requests_and_streams("http-log", config)
}

fn former(field: Field, message: &'static str, old_default: i64) -> Field {
    let old_default = Some(old_default.into());
    field.deprecated(Deprecation { message, removal_in_version: "4.0", old_default, replaced_with: vec![] })
}

fn headers() -> Field {
    let name = string().match_none([
        Rule::new("^[Hh][Oo][Ss][Tt]$", "cannot contain 'Host' header"),
        Rule::new("^[Cc][Oo][Nn][Tt][Ee][Nn][Tt]%-[Ll][Ee][nn][Gg][Tt][Hh]$", "cannot contain 'Content-Length' header"),
        Rule::new("^[Cc][Oo][Nn][Tt][Ee][Nn][Tt]%-[Tt][Yy][Pp][Ee]$", "cannot contain 'Content-Type' header"),
    ]);
    field("headers").of(map_of(name, string().referenceable())).describe("Headers that are sent with it.")
}

fn queue() -> Field {
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
            .between(serde_json::json!(0.001), 1_000_000)
            .default(serde_json::json!(0.01))
            .describe("Seconds until the second attempt; twice as many until each further one."),
        field("max_retry_delay")
            .number()
            .between(serde_json::json!(0.001), 1_000_000)
            .default(60)
            .describe("The most seconds between two attempts."),
        field("concurrency_limit")
            .integer()
            .one_of([-1, 1])
            .default(1)
            .describe("Whether one batch is sent after the other (1), or all at the same time (-1)."),
    ];
    field("queue").of(record(fields)).required().describe("How exchanges wait to be sent.")
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
            limits: limits(config)?,
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

/// The former names count where they say something else than they did by default.
fn limits(config: Body<'_>) -> Result<Limits, BodyError> {
    let queue = config.record("queue")?;
    let seconds = |field, default| Ok(Duration::try_from_secs_f64(queue.number(field, default)?).unwrap_or_default());
    let former_size = config.integer("queue_size", 1)?;
    let former_delay = config.number("flush_timeout", 2.0)?;
    let has_former_delay = (former_delay - 2.0).abs() > f64::EPSILON;
    let max_bytes = queue.integer("max_bytes", 0)?;
    Ok(Limits {
        batch: if former_size == 1 { queue.integer("max_batch_size", 1)? } else { former_size },
        coalescing: match has_former_delay {
            true => Duration::try_from_secs_f64(former_delay).unwrap_or_default(),
            false => seconds("max_coalescing_delay", 1.0)?,
        },
        entries: queue.integer("max_entries", 10_000)?,
        bytes: (max_bytes > 0).then_some(max_bytes),
        retry_time: seconds("max_retry_time", 60.0)?,
        first_delay: seconds("initial_retry_delay", 0.01)?,
        longest_delay: seconds("max_retry_delay", 60.0)?,
        concurrency: match queue.integer("concurrency_limit", 1_i64)? {
            1 => Concurrency::OneByOne,
            _ => Concurrency::AllAtOnce,
        },
    })
}
