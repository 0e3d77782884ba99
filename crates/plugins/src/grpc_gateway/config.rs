//! What the plugin can be told.

use gibbon_plugin_api::ConfigureError;
use gibbon_schema::{Subschema, field};
use serde_json::Value;

use crate::grpc_proto::protos::{Binding, Protos};
use crate::schema_of;

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let proto = "The file that defines the services, whose methods have paths of HTTP (`google.api.http`).";
    schema_of::requests_and_streams("grpc-gateway", [field("proto").string().optional().describe(proto)])
}

/// The paths that there are; none where no file is named.
pub(super) fn read(config: &Value) -> Result<Option<Vec<Binding>>, ConfigureError> {
    config["proto"].as_str().map(|path| Protos::load(path)?.bindings()).transpose()
}
