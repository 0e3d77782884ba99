//! What the plugin can be told.

use gibbon_entities::typedefs::{no_consumer, protocols_http};
use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::{Field, Subschema, field, string};
use serde_json::{Value, json};

use super::places::KeyPlaces;
use crate::authentication::{AuthenticationRule, Visibility};
use crate::config_error;
use crate::field_name;

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let fields = [
        field("consumer").of(no_consumer()),
        field("protocols").of(protocols_http()),
        field("config").record(config_fields()).required(),
    ];
    Subschema::new("key-auth", fields)
}

fn config_fields() -> Vec<Field> {
    let switch = |name, default: bool| field(name).boolean().required().default(default);
    vec![
        field("key_names")
            .array_of(string().check_str(field_name::check))
            .required()
            .default(json!(["apikey"]))
            .describe("The names under which a key is looked for, in this order."),
        switch("hide_credentials", false).describe("Whether the key is taken out of what the upstream gets."),
        field("anonymous")
            .string()
            .describe("The id or username of the consumer that unauthenticated requests go on as."),
        switch("key_in_header", true).describe("Whether a header may hold the key."),
        switch("key_in_query", true).describe("Whether a query argument may hold the key."),
        switch("key_in_body", false).describe("Whether a form, JSON or multipart body may hold the key."),
        switch("run_on_preflight", true).describe("Whether OPTIONS requests need a key as well."),
        field("realm").string().optional().describe("The realm that `WWW-Authenticate` names."),
    ]
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) places: KeyPlaces,
    pub(super) visibility: Visibility,
    pub(super) rule: AuthenticationRule,
    pub(super) realm: Option<Box<str>>,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        Ok(Self {
            places: KeyPlaces::read(config)?,
            visibility: Visibility::read(config)?,
            rule: AuthenticationRule::read(config)?,
            realm: config.boxed("realm")?,
        })
    }
}
