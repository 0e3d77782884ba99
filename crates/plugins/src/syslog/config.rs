//! What the plugin can be told.

use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::{Field, Subschema, field};
use serde_json::Value;

use crate::config_error;
use crate::custom_fields::custom_fields_by_lua;
use crate::schema_of;
use crate::severity::{self, Severities};

/// The facilities, with their numbers (RFC 5424 section 6.2.1).
const FACILITIES: [(&str, u8); 20] = [
    ("auth", 4),
    ("authpriv", 10),
    ("cron", 9),
    ("daemon", 3),
    ("ftp", 11),
    ("kern", 0),
    ("lpr", 6),
    ("mail", 2),
    ("news", 7),
    ("syslog", 5),
    ("user", USER),
    ("uucp", 8),
    ("local0", 16),
    ("local1", 17),
    ("local2", 18),
    ("local3", 19),
    ("local4", 20),
    ("local5", 21),
    ("local6", 22),
    ("local7", 23),
];

const USER: u8 = 1;

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let [log_level, successful, client_errors, server_errors] = severity::fields().map(Field::required);
    let config = [
        log_level,
        successful,
        client_errors,
        server_errors,
        custom_fields_by_lua(),
        field("facility")
            .string()
            .required()
            .default("user")
            .one_of(FACILITIES.map(|(name, _)| name))
            .describe("The part of the system that messages are said to come from."),
    ];
    schema_of::requests_and_streams("syslog", config)
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) severities: Severities,
    pub(super) facility: u8,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        let facility = config.optional_text("facility")?.unwrap_or("user");
        let facility = FACILITIES.iter().find(|(name, _)| *name == facility).map_or(USER, |(_, number)| *number);
        Ok(Self { severities: Severities::read(config)?, facility })
    }
}
