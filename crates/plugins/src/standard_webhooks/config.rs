//! What the plugin can be told.

use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::{Subschema, field};
use serde_json::Value;

use crate::config_error;
use crate::schema_of;

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let config = [
        field("secret_v1")
            .string()
            .required()
            .encrypted()
            .referenceable()
            .describe("The secret that messages are signed with, byte by byte as it stands here."),
        field("tolerance_second")
            .integer()
            .required()
            .default(300)
            .gt(-1)
            .describe("How many seconds old a message may be."),
    ];
    schema_of::requests_of_all("standard-webhooks", config)
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) secret: Box<str>,
    /// Seconds.
    pub(super) tolerance: i64,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        Ok(Self { secret: config.text("secret_v1")?.into(), tolerance: config.integer("tolerance_second", 300)? })
    }
}
