//! What the plugin can be told.

use gibbon_entities::typedefs::protocols_of;
use gibbon_entities::{Body, BodyError, Protocol};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::typedefs::ip_or_cidr;
use gibbon_schema::{Field, Subschema, at_least_one_of, field};
use http::StatusCode;
use serde_json::Value;

use super::blocks::Blocks;
use crate::config_error;

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    use Protocol::{Grpc, Grpcs, Http, Https, Tcp, Tls};
    let fields = [
        field("protocols").of(protocols_of(&Protocol::ALL, &[Http, Https, Tcp, Tls, Grpc, Grpcs])),
        field("config").record(config_fields()).required(),
    ];
    Subschema::new("ip-restriction", fields).entity_checks([at_least_one_of(["config.allow", "config.deny"])])
}

fn config_fields() -> [Field; 4] {
    [
        field("allow").array_of(ip_or_cidr()).describe("Addresses and ranges that may pass; all others may not."),
        field("deny").array_of(ip_or_cidr()).describe("Addresses and ranges that may not pass."),
        field("status").number().optional().describe("The status of a refusal; 403 unless set."),
        field("message").string().optional().describe("The message of a refusal."),
    ]
}

/// A configuration, ready to be used.
pub(super) struct Config {
    /// `None` where every address may pass that is not denied.
    pub(super) allow: Option<Blocks>,
    pub(super) deny: Blocks,
    pub(super) status: StatusCode,
    pub(super) message: Option<Box<str>>,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        Ok(Self {
            allow: Some(Blocks::read(config, "allow")?).filter(|allow| !allow.is_empty()),
            deny: Blocks::read(config, "deny")?,
            status: status(config.number("status", 403.0)?)?,
            message: config.boxed("message")?,
        })
    }
}

fn status(number: f64) -> Result<StatusCode, BodyError> {
    let code = format!("{number}").parse().ok().and_then(|code| StatusCode::from_u16(code).ok());
    code.ok_or_else(|| BodyError::Value { field: "status", value: number.to_string() })
}
