//! What the plugin can be told.

use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::{Subschema, field};
use serde_json::Value;

use crate::authentication::{AuthenticationRule, Visibility};
use crate::config_error;
use crate::schema_of::{self, switch};

const DEFAULT_REALM: &str = "service";

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let config = [
        field("anonymous")
            .string()
            .describe("The id or username of the consumer that unauthenticated requests go on as."),
        switch("hide_credentials", false).describe("Whether the password is taken out of what the upstream gets."),
        field("realm").string().required().default(DEFAULT_REALM).describe("The realm that `WWW-Authenticate` names."),
    ];
    schema_of::requests_of_all("basic-auth", config)
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) visibility: Visibility,
    pub(super) rule: AuthenticationRule,
    pub(super) realm: Box<str>,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        let realm = config.optional_text("realm")?.unwrap_or(DEFAULT_REALM).into();
        Ok(Self { visibility: Visibility::read(config)?, rule: AuthenticationRule::read(config)?, realm })
    }
}
