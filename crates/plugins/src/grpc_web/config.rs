//! What the plugin can be told.

use gibbon_entities::{Body, BodyError, Switch};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::{Subschema, field};
use http::HeaderValue;
use serde_json::Value;

use crate::config_error;
use crate::grpc_proto::protos::Protos;
use crate::schema_of;

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let config = [
        field("proto").string().optional().describe("The file that defines the services, for calls in JSON."),
        field("pass_stripped_path")
            .boolean()
            .optional()
            .describe("Whether the upstream gets the path without what the route takes off."),
        field("allow_origin_header")
            .string()
            .optional()
            .default("*")
            .describe("What `Access-Control-Allow-Origin` says."),
    ];
    schema_of::requests_and_streams("grpc-web", config)
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) protos: Option<Protos>,
    pub(super) path: Path,
    pub(super) allow_origin: Option<HeaderValue>,
}

/// Which path the upstream gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Path {
    Clients,
    Stripped,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        let protos = config["proto"].as_str().map(Protos::load).transpose()?;
        config_error::read(config, |config| Self::of(config, protos))
    }

    fn of(config: Body<'_>, protos: Option<Protos>) -> Result<Self, BodyError> {
        let is_stripped = config.boolean("pass_stripped_path", Switch::Off)?;
        let allow_origin = config.optional_text("allow_origin_header")?.map(|text| {
            let value = text.to_owned();
            HeaderValue::try_from(text).map_err(|_| BodyError::Value { field: "allow_origin_header", value })
        });
        let path = if is_stripped { Path::Stripped } else { Path::Clients };
        Ok(Self { protos, path, allow_origin: allow_origin.transpose()? })
    }
}
