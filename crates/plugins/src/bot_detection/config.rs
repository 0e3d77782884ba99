//! What the plugin can be told.

use gibbon_plugin_api::ConfigureError;
use gibbon_schema::{Field, Subschema, field, string};
use serde_json::{Value, json};

use crate::regex::Regex;
use crate::{config_error, schema_of};

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let config = [
        expressions("allow").describe("Regular expressions of user agents that pass, whatever else is said of them."),
        expressions("deny").describe("Regular expressions of user agents that do not pass, beside the known bots."),
    ];
    schema_of::requests_of_all("bot-detection", config)
}

fn expressions(name: &'static str) -> Field {
    field(name).array_of(string().is_regex()).default(json!([]))
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) allow: Vec<Regex>,
    pub(super) deny: Vec<Regex>,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        let compiled = |field: &'static str| {
            let texts = config_error::read(config, |config| config.texts(field))?;
            texts.iter().map(|pattern| Regex::new(pattern, field)).collect::<Result<Vec<_>, _>>()
        };
        Ok(Self { allow: compiled("allow")?, deny: compiled("deny")? })
    }
}
