//! What the plugin can be told.

use gibbon_entities::{Body, BodyError, Switch};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::{Subschema, field};
use serde_json::Value;

use crate::config_error;
use crate::custom_fields::custom_fields_by_lua;
use crate::schema_of::{self, switch};

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let config = [
        field("path")
            .string()
            .required()
            .match_pattern("^[^%s*&%%\\`][^*&%%\\`]*[^%s*&%%\\`]$")
            .err("not a valid filename")
            .describe("The file that lines are added to."),
        switch("reopen", false)
            .describe("Whether the file is opened anew for each line, so that it can be moved away."),
        custom_fields_by_lua(),
    ];
    schema_of::requests_and_streams("file-log", config)
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) path: Box<str>,
    pub(super) opening: Opening,
}

/// How often the file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    Once,
    ForEachLine,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        let opening = if config.boolean("reopen", Switch::Off)? { Opening::ForEachLine } else { Opening::Once };
        Ok(Self { path: config.text("path")?.into(), opening })
    }
}
