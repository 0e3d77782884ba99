//! What the plugin can be told.

use std::time::Duration;

use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::typedefs::{host, port};
use gibbon_schema::{Subschema, field};
use serde_json::Value;

use crate::config_error;
use crate::custom_fields::custom_fields_by_lua;
use crate::datagrams::Place;
use crate::schema_of;

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let config = [
        field("host").of(host()).required().describe("The host that lines are sent to."),
        field("port").of(port()).required().describe("Its port."),
        field("timeout").number().default(10_000).describe("How many milliseconds sending may take."),
        custom_fields_by_lua(),
    ];
    schema_of::requests_and_streams("udp-log", config)
}

/// Where a configuration says that lines are sent.
pub(super) fn read(config: &Value) -> Result<Place, ConfigureError> {
    config_error::read(config, place)
}

fn place(config: Body<'_>) -> Result<Place, BodyError> {
    let timeout = Duration::from_millis(config.number("timeout", 10_000.0)?.max(0.0) as u64);
    Ok(Place { host: config.text("host")?.into(), port: config.integer("port", 0)?, timeout })
}
