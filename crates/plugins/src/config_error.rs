//! Stored configurations that do not have the types of their schema.

use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::Object;
use serde_json::Value;

/// Reads a plugin's configuration with `read`.
///
/// # Errors
/// The field that `read` could not make sense of. Configurations are validated when they are written, so this means
/// that one was damaged or comes from another version.
pub(crate) fn read<T>(
    config: &Value,
    read: impl FnOnce(Body<'_>) -> Result<T, BodyError>,
) -> Result<T, ConfigureError> {
    let nothing = Object::new();
    read(Body::new(config.as_object().unwrap_or(&nothing))).map_err(|error| {
        let (BodyError::Missing { field } | BodyError::Type { field, .. } | BodyError::Value { field, .. }) = error;
        ConfigureError { field, reason: error.to_string() }
    })
}
