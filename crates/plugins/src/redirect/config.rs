//! What the plugin can be told.

use gibbon_entities::{Body, BodyError, Switch};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::typedefs::url;
use gibbon_schema::{Subschema, field};
use http::StatusCode;
use serde_json::Value;

use crate::config_error;
use crate::schema_of;

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let config = [
        field("status_code").integer().between(100, 599).required().default(301).describe("The status of the answer."),
        field("location").of(url()).required().describe("The URL that clients are sent to."),
        field("keep_incoming_path")
            .boolean()
            .default(false)
            .describe("Whether path and query of the request take the place of those of `location`."),
    ];
    schema_of::requests("redirect", config)
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) status: StatusCode,
    pub(super) target: Target,
}

/// Where clients are sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// To this URL.
    Location(Box<str>),
    /// To the path that they asked for, on this site: scheme, host and port.
    SamePath(Box<str>),
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        let code: u16 = config.integer("status_code", 301)?;
        let status = StatusCode::from_u16(code)
            .map_err(|_| BodyError::Value { field: "status_code", value: code.to_string() })?;
        let location = config.text("location")?;
        let target = match config.boolean("keep_incoming_path", Switch::Off)? {
            true => Target::SamePath(site(location).into()),
            false => Target::Location(location.into()),
        };
        Ok(Self { status, target })
    }
}

/// A URL up to its path.
fn site(location: &str) -> &str {
    let host = location.find("://").map_or(0, |place| place + 3);
    let rest = location.get(host..).unwrap_or("");
    let end = rest.find(['/', '?', '#']).map_or(location.len(), |place| host + place);
    location.get(..end).unwrap_or(location)
}

#[cfg(test)]
mod tests {
    use super::site;

    #[test]
    fn a_site_is_a_url_up_to_its_path() {
        for (location, expected) in [
            ("https://a.example:8443/b?c", "https://a.example:8443"),
            ("https://a.example", "https://a.example"),
            ("https://a.example?b/c", "https://a.example"),
            ("http://[::1]:80/", "http://[::1]:80"),
        ] {
            assert_eq!(site(location), expected);
        }
    }
}
