//! The fields of a configuration.

use gibbon_schema::{Deprecation, Field, array_of, field, record, string};
use serde_json::json;

const EXTRACT: [&str; 8] = ["datadog", "aws", "gcp", "instana", "w3c", "b3", "jaeger", "ot"];
const INJECT: [&str; 10] = ["preserve", "datadog", "aws", "gcp", "instana", "w3c", "b3", "b3-single", "jaeger", "ot"];
const DEFAULT_FORMAT: [&str; 9] = ["datadog", "aws", "gcp", "instana", "w3c", "b3", "b3-single", "jaeger", "ot"];

/// The field `propagation`.
pub(crate) fn propagation_field(default_format: &str) -> Field {
    let fields = [
        field("extract")
            .of(array_of(string().one_of(EXTRACT)))
            .describe("The formats in which a context may come, the first that is found counts."),
        field("clear").of(array_of(string())).describe("Fields that do not go upstream."),
        field("inject")
            .of(array_of(string().one_of(INJECT)))
            .describe("The formats in which the context goes upstream; `preserve` is the one in which it came."),
        field("default_format")
            .string()
            .required()
            .one_of(DEFAULT_FORMAT)
            .describe("The format to `preserve` where none came."),
    ];
    let default = json!({ "default_format": default_format });
    field("propagation").of(record(fields)).required().default(default).describe("How contexts of traces go on.")
}

/// What is said of a field that `propagation` has replaced.
pub(crate) struct FormerField {
    /// Its values, in Kong's order.
    pub(crate) values: Vec<&'static str>,
    /// What Kong says of it.
    pub(crate) message: &'static str,
}

/// The field `header_type`.
pub(crate) fn header_type(former: FormerField) -> Field {
    former_field("header_type", former, "preserve").describe("The former way to say what is extracted and injected.")
}

/// The field `default_header_type`.
pub(crate) fn default_header_type(former: FormerField) -> Field {
    former_field("default_header_type", former, "b3").describe("The former name of `propagation.default_format`.")
}

fn former_field(name: &'static str, FormerField { values, message }: FormerField, default: &'static str) -> Field {
    let old_default = Some(default.into());
    let deprecation = Deprecation { message, removal_in_version: "4.0", old_default, replaced_with: vec![] };
    field(name).string().default(default).one_of(values).deprecated(deprecation)
}
