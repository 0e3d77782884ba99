//! What the plugin can be told.

use gibbon_entities::{Body, BodyError, Switch};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::{Subschema, field, string};
use serde_json::{Value, json};

use super::algorithm::Algorithm;
use crate::authentication::{AuthenticationRule, Visibility};
use crate::config_error;
use crate::schema_of::{self, switch};

/// The seconds that clocks may differ by, unless said.
const DEFAULT_SKEW: u32 = 300;

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let names = Algorithm::ALL.map(Algorithm::as_str);
    let config = [
        switch("hide_credentials", false).describe("Whether the signature is taken out of what the upstream gets."),
        field("clock_skew")
            .number()
            .default(DEFAULT_SKEW)
            .gt(0)
            .describe("How many seconds the date of a request may differ from now."),
        field("anonymous")
            .string()
            .describe("The id or username of the consumer that unauthenticated requests go on as."),
        switch("validate_request_body", false).describe("Whether the header `Digest` must be that of the body."),
        field("enforce_headers")
            .array_of(string())
            .default(json!([]))
            .describe("What a signature must cover at least."),
        field("algorithms")
            .array_of(string().one_of(names))
            .default(names.to_vec())
            .describe("The algorithms that a signature may be made with."),
        field("realm").string().optional().describe("The realm that `WWW-Authenticate` names."),
    ];
    schema_of::requests_of_all("hmac-auth", config)
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) visibility: Visibility,
    pub(super) clock_skew: f64,
    pub(super) bodies: Bodies,
    pub(super) enforce_headers: Vec<Box<str>>,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) rule: AuthenticationRule,
    pub(super) realm: Option<Box<str>>,
}

/// Whether bodies are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bodies {
    Validated,
    Unseen,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        let bodies = match config.boolean("validate_request_body", Switch::Off)? {
            true => Bodies::Validated,
            false => Bodies::Unseen,
        };
        Ok(Self {
            visibility: Visibility::read(config)?,
            clock_skew: config.number("clock_skew", DEFAULT_SKEW.into())?,
            bodies,
            enforce_headers: config.texts("enforce_headers")?,
            algorithms: algorithms(config)?,
            rule: AuthenticationRule::read(config)?,
            realm: config.boxed("realm")?,
        })
    }
}

/// Null is all of them, as where nothing is said.
fn algorithms(config: Body<'_>) -> Result<Vec<Algorithm>, BodyError> {
    let field = "algorithms";
    if config.get(field).is_none() {
        return Ok(Algorithm::ALL.to_vec());
    }
    let parse = |name: &str| name.parse().map_err(|_| BodyError::Value { field, value: name.to_owned() });
    config.texts(field)?.iter().map(|name| parse(name)).collect()
}
