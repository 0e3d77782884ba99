//! What the plugin can be told.

use std::time::Duration;

use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::typedefs::{host, port};
use gibbon_schema::{Subschema, field, set_of, string};
use serde_json::{Value, json};

use crate::config_error;
use crate::custom_fields::custom_fields_by_lua;
use crate::datagrams::Place;
use crate::schema_of;
use crate::severity::{self, Severities};

const HOST: &str = "logs-01.loggly.com";

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let [log_level, successful, client_errors, server_errors] = severity::fields();
    let config = [
        field("host").of(host()).default(HOST).describe("The host that messages are sent to."),
        field("port").of(port()).default(514).describe("Its port."),
        field("key").string().required().encrypted().referenceable().describe("The customer token."),
        field("tags").of(set_of(string())).default(json!(["kong"])).describe("Tags that messages have."),
        log_level,
        successful,
        client_errors,
        server_errors,
        field("timeout").number().default(10_000).describe("How many milliseconds sending may take."),
        custom_fields_by_lua(),
    ];
    schema_of::requests_and_streams("loggly", config)
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) place: Place,
    /// The structured data of all messages.
    pub(super) data: String,
    pub(super) severities: Severities,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        let place = Place {
            host: config.optional_text("host")?.unwrap_or(HOST).into(),
            port: config.integer("port", 514)?,
            timeout: Duration::from_millis(config.number("timeout", 10_000.0)?.max(0.0) as u64),
        };
        let data = structured_data(config.text("key")?, &config.texts("tags")?);
        Ok(Self { place, data, severities: Severities::read(config)? })
    }
}

/// `[KEY@41058 tag="a" tag="b"]`, where the number is Loggly's.
fn structured_data(key: &str, tags: &[Box<str>]) -> String {
    let tags: Vec<_> = tags.iter().map(|tag| format!("tag=\"{tag}\"")).collect();
    format!("[{key}@41058 {}]", tags.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_and_tags_are_the_structured_data() {
        assert_eq!(structured_data("k", &["kong".into(), "b".into()]), r#"[k@41058 tag="kong" tag="b"]"#);
        assert_eq!(structured_data("k", &[]), "[k@41058 ]");
    }
}
