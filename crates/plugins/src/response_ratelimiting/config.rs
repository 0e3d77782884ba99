//! What the plugin can be told.

use std::sync::Arc;

use gibbon_entities::typedefs::protocols_http;
use gibbon_entities::{Body, BodyError, Switch};
use gibbon_plugin_api::{ConfigureError, Settings};
use gibbon_schema::{Field, Subschema, at_least_one_of, field, record, string};
use http::HeaderName;
use serde_json::Value;
use tokio::runtime::Handle;

use crate::config_error;
use crate::counting::policy::{Outage, Policy};
use crate::counting::quota::{self, Quota};
use crate::counting::redis_fields;
use crate::field_name;
use crate::schema_of::switch;

const DEFAULT_HEADER: &str = "x-kong-limit";

/// What is said of the former names of the fields of `redis`, in their order.
const FORMER: [&str; 9] = [
    "response-ratelimiting: config.redis_host is deprecated, please use config.redis.host instead",
    "response-ratelimiting: config.redis_port is deprecated, please use config.redis.port instead",
    "response-ratelimiting: config.redis_password is deprecated, please use config.redis.password instead",
    "response-ratelimiting: config.redis_username is deprecated, please use config.redis.username instead",
    "response-ratelimiting: config.redis_ssl is deprecated, please use config.redis.ssl instead",
    "response-ratelimiting: config.redis_ssl_verify is deprecated, please use config.redis.ssl_verify instead",
    "response-ratelimiting: config.redis_server_name is deprecated, please use config.redis.server_name instead",
    "response-ratelimiting: config.redis_timeout is deprecated, please use config.redis.timeout instead",
    "response-ratelimiting: config.redis_database is deprecated, please use config.redis.database instead",
];

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let config = field("config").record(config_fields()).shorthands(redis_fields::former(FORMER)).required();
    Subschema::new("response-ratelimiting", [field("protocols").of(protocols_http()), config])
        .entity_checks(redis_fields::checks())
}

fn config_fields() -> [Field; 8] {
    let limit = record(quota::fields())
        .entity_checks([at_least_one_of(["second", "minute", "hour", "day", "month", "year"])])
        .required()
        .check(quota::check_order);
    [
        field("header_name")
            .string()
            .default(DEFAULT_HEADER)
            .check_str(field_name::check)
            .describe("The header in which an upstream says what it has used."),
        field("limit_by")
            .string()
            .default("consumer")
            .one_of(["consumer", "credential", "ip"])
            .describe("Whose answers are counted together; those of an address where that cannot be said."),
        field("policy")
            .string()
            .default("local")
            .one_of(["local", "cluster", "redis"])
            .describe("Where is counted: in this node's memory, in the database, or in a Redis."),
        switch("fault_tolerant", true).describe("Whether requests pass while the counts cannot be had."),
        redis_fields::redis(),
        switch("block_on_first_violation", false)
            .describe("Whether a request is refused as soon as any of the limits is used up."),
        switch("hide_client_headers", false).describe("Whether clients are not told what is left."),
        field("limits")
            .map_of(string().check_str(check_name), limit)
            .required()
            .len_min(1)
            .describe("The limits by their names, each with as many as are allowed in a period."),
    ]
}

/// Names become parts of headers.
fn check_name(name: &str) -> Result<(), String> {
    let fits = format!("x-{name}").parse::<HeaderName>().is_ok();
    if fits { Ok(()) } else { Err(format!("'{name}' cannot be a part of a header")) }
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) header: HeaderName,
    pub(super) limit_by: LimitBy,
    pub(super) policy: Policy,
    pub(super) outage: Outage,
    pub(super) used_up: UsedUp,
    pub(super) client: Client,
    pub(super) limits: Vec<Limit>,
    /// Where is counted what need not be waited for.
    pub(super) runtime: Option<Handle>,
}

/// One of the limits.
pub(super) struct Limit {
    pub(super) name: Box<str>,
    pub(super) quotas: Arc<[Quota]>,
    /// What the upstream is told of it.
    pub(super) remaining: HeaderName,
}

/// Whose answers are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LimitBy {
    Consumer,
    Credential,
    Ip,
}

/// What becomes of a request while a limit is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UsedUp {
    Refused,
    SentOn,
}

/// Whether the client is told what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Client {
    Told,
    NotTold,
}

impl Config {
    pub(super) fn read(config: &Value, settings: &Settings) -> Result<Self, ConfigureError> {
        let (policy, runtime) = (Policy::read(config, settings)?, settings.node.runtime.clone());
        config_error::read(config, |config| Self::of(config, policy, runtime))
    }

    fn of(config: Body<'_>, policy: Policy, runtime: Option<Handle>) -> Result<Self, BodyError> {
        let limit_by = match config.optional_text("limit_by")?.unwrap_or("consumer") {
            "credential" => LimitBy::Credential,
            "ip" => LimitBy::Ip,
            _ => LimitBy::Consumer,
        };
        let refuses = config.boolean("block_on_first_violation", Switch::Off)?;
        let hides = config.boolean("hide_client_headers", Switch::Off)?;
        let header = config.optional_text("header_name")?.unwrap_or(DEFAULT_HEADER);
        Ok(Self {
            header: header.parse().map_err(|_| BodyError::Value { field: "header_name", value: header.to_owned() })?,
            limit_by,
            policy,
            outage: Outage::read(config)?,
            used_up: if refuses { UsedUp::Refused } else { UsedUp::SentOn },
            client: if hides { Client::NotTold } else { Client::Told },
            limits: limits(config)?,
            runtime,
        })
    }
}

fn limits(config: Body<'_>) -> Result<Vec<Limit>, BodyError> {
    let field = "limits";
    let limits = config.get(field).and_then(Value::as_object).ok_or(BodyError::Missing { field })?;
    let limit = |(name, record): (&String, &Value)| {
        let record = record.as_object().ok_or(BodyError::Type { field, expected: "a map of records" })?;
        let remaining = format!("x-ratelimit-remaining-{name}").to_ascii_lowercase();
        let remaining = remaining.parse().map_err(|_| BodyError::Value { field, value: name.clone() })?;
        Ok(Limit { name: name.as_str().into(), quotas: Quota::read(Body::new(record))?.into(), remaining })
    };
    limits.iter().map(limit).collect()
}
