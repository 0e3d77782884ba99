//! What the plugin can be told.

use gibbon_entities::{Body, BodyError, Switch};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::{Subschema, field};
use http::HeaderName;
use serde_json::Value;

use super::generator::Generator;
use crate::config_error;
use crate::field_name;
use crate::schema_of::{self, switch};

const DEFAULT_HEADER: &str = "Kong-Request-ID";

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let config = [
        field("header_name")
            .string()
            .default(DEFAULT_HEADER)
            .check_str(field_name::check)
            .describe("The header that holds the id."),
        field("generator")
            .string()
            .one_of(Generator::ALL.map(Generator::as_str))
            .required()
            .default(Generator::UuidAndCounter.as_str())
            .describe("How ids are made for requests that have none."),
        switch("echo_downstream", false).describe("Whether the client is told the id."),
    ];
    schema_of::requests("correlation-id", config)
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) header: HeaderName,
    pub(super) generator: Generator,
    pub(super) client: Echo,
}

/// Whether the client is told the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Echo {
    Told,
    NotTold,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        let name = config.optional_text("header_name")?.unwrap_or(DEFAULT_HEADER);
        let header = name.parse().map_err(|_| BodyError::Value { field: "header_name", value: name.to_owned() })?;
        let client = if config.boolean("echo_downstream", Switch::Off)? { Echo::Told } else { Echo::NotTold };
        Ok(Self { header, generator: config.parsed_or("generator", Generator::UuidAndCounter)?, client })
    }
}
