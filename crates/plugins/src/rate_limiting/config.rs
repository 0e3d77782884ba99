//! What the plugin can be told.

use std::borrow::Cow;
use std::sync::Arc;

use gibbon_entities::typedefs::protocols_http;
use gibbon_entities::{Body, BodyError, Switch};
use gibbon_plugin_api::{ConfigureError, Settings};
use gibbon_schema::typedefs::path;
use gibbon_schema::{Field, Subschema, at_least_one_of, conditional, field, matching};
use http::StatusCode;
use serde_json::Value;

use super::identifier::LimitBy;
use crate::config_error;
use crate::counting::policy::{Outage, Policy};
use crate::counting::quota::{self, Quota};
use crate::counting::redis_fields;
use crate::schema_of::switch;

const DEFAULT_MESSAGE: &str = "API rate limit exceeded";

/// What is said of the former names of the fields of `redis`, in their order.
const FORMER: [&str; 9] = [
    "rate-limiting: config.redis_host is deprecated, please use config.redis.host instead",
    "rate-limiting: config.redis_port is deprecated, please use config.redis.port instead",
    "rate-limiting: config.redis_password is deprecated, please use config.redis.password instead",
    "rate-limiting: config.redis_username is deprecated, please use config.redis.username instead",
    "rate-limiting: config.redis_ssl is deprecated, please use config.redis.ssl instead",
    "rate-limiting: config.redis_ssl_verify is deprecated, please use config.redis.ssl_verify instead",
    "rate-limiting: config.redis_server_name is deprecated, please use config.redis.server_name instead",
    "rate-limiting: config.redis_timeout is deprecated, please use config.redis.timeout instead",
    "rate-limiting: config.redis_database is deprecated, please use config.redis.database instead",
];

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let config = field("config").record(config_fields()).shorthands(redis_fields::former(FORMER)).required();
    let periods = ["config.second", "config.minute", "config.hour", "config.day", "config.month", "config.year"];
    let needs = |limit_by: &'static str, needed| {
        conditional("config.limit_by", matching().eq(limit_by), needed, matching().required())
    };
    let [host, port, timeout] = redis_fields::checks();
    let header_name = needs("header", "config.header_name");
    Subschema::new("rate-limiting", [field("protocols").of(protocols_http()), config.check(quota::check_order)])
        .entity_checks([at_least_one_of(periods), host, port, timeout, header_name, needs("path", "config.path")])
}

fn config_fields() -> Vec<Field> {
    let mut fields = quota::fields();
    fields.extend([
        field("limit_by")
            .string()
            .default("consumer")
            .one_of(["consumer", "credential", "ip", "service", "header", "path"])
            .describe("Whose requests are counted together; those of an address where that cannot be said."),
        field("header_name")
            .of(gibbon_schema::typedefs::header_name())
            .describe("The header whose value that is, for `header`."),
        field("path").of(path()).describe("The path whose requests that are, for `path`."),
        field("policy")
            .string()
            .default("local")
            .len_min(0)
            .one_of(["local", "cluster", "redis"])
            .describe("Where is counted: in this node's memory, in the database, or in a Redis."),
        switch("fault_tolerant", true).describe("Whether requests pass while the counts cannot be had."),
        redis_fields::redis(),
        switch("hide_client_headers", false).describe("Whether clients are not told what is left."),
        field("error_code").number().default(429).gt(0).describe("The status of a refusal."),
        field("error_message").string().default(DEFAULT_MESSAGE).describe("The message of a refusal."),
        field("sync_rate")
            .number()
            .required()
            .default(-1)
            .describe("How many seconds pass between two exchanges with the Redis; -1 where every request asks."),
    ]);
    fields
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) quotas: Arc<[Quota]>,
    pub(super) limit_by: LimitBy,
    pub(super) policy: Policy,
    pub(super) outage: Outage,
    pub(super) client: Client,
    pub(super) status: StatusCode,
    pub(super) message: Cow<'static, str>,
}

/// Whether the client is told what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Client {
    Told,
    NotTold,
}

impl Config {
    pub(super) fn read(config: &Value, settings: &Settings) -> Result<Self, ConfigureError> {
        let policy = Policy::read(config, settings)?;
        config_error::read(config, |config| Self::of(config, policy))
    }

    fn of(config: Body<'_>, policy: Policy) -> Result<Self, BodyError> {
        let client = if config.boolean("hide_client_headers", Switch::Off)? { Client::NotTold } else { Client::Told };
        let message = config.optional_text("error_message")?.unwrap_or(DEFAULT_MESSAGE).to_owned();
        Ok(Self {
            quotas: Quota::read(config)?.into(),
            limit_by: LimitBy::read(config)?,
            policy,
            outage: Outage::read(config)?,
            client,
            status: status(config.number("error_code", 429.0)?)?,
            message: message.into(),
        })
    }
}

fn status(number: f64) -> Result<StatusCode, BodyError> {
    let code = number.to_string().parse().ok().and_then(|code| StatusCode::from_u16(code).ok());
    code.ok_or_else(|| BodyError::Value { field: "error_code", value: number.to_string() })
}
