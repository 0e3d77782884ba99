//! What the plugin can be told.

use gibbon_entities::{Body, BodyError, Switch};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::{Subschema, field};
use serde_json::Value;

use crate::config_error;
use crate::schema_of::{self, switch};

const DEFAULT_SIZE: i64 = 128;

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let config = [
        field("allowed_payload_size")
            .integer()
            .default(DEFAULT_SIZE)
            .describe("How large a body may be, in the unit of `size_unit`."),
        field("size_unit")
            .string()
            .one_of(["megabytes", "kilobytes", "bytes"])
            .required()
            .default("megabytes")
            .describe("The unit of `allowed_payload_size`: 2^20 bytes, 2^10 bytes or one."),
        switch("require_content_length", false).describe("Whether a request without `Content-Length` is refused."),
    ];
    schema_of::requests("request-size-limiting", config)
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) bytes: u64,
    pub(super) unknown_lengths: UnknownLengths,
}

/// What becomes of a request that does not say how long its body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnknownLengths {
    Counted,
    Refused,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<Self, ConfigureError> {
        config_error::read(config, Self::of)
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        let unit: u64 = match config.optional_text("size_unit")?.unwrap_or("megabytes") {
            "megabytes" => 1 << 20,
            "kilobytes" => 1 << 10,
            _ => 1,
        };
        let size = u64::try_from(config.integer("allowed_payload_size", DEFAULT_SIZE)?).unwrap_or(0);
        let unknown_lengths = match config.boolean("require_content_length", Switch::Off)? {
            true => UnknownLengths::Refused,
            false => UnknownLengths::Counted,
        };
        Ok(Self { bytes: size.saturating_mul(unit), unknown_lengths })
    }
}
