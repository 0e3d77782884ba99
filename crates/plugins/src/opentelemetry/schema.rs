//! The schema of the plugin's configuration.

use gibbon_schema::typedefs::{timeout, url};
use gibbon_schema::{Deprecation, Field, Shorthand, Subschema, at_least_one_of, field, map_of, string};
use serde_json::json;

use crate::propagation::{FormerField, header_type, propagation_field};
use crate::queue::queue_field;

const HEADER_TYPES: [&str; 11] =
    ["preserve", "ignore", "b3", "b3-single", "w3c", "jaeger", "ot", "aws", "gcp", "datadog", "instana"];

pub(super) fn schema() -> Subschema {
    let config = field("config")
        .record(fields())
        .entity_checks([at_least_one_of(["traces_endpoint", "logs_endpoint"])])
        .shorthands([endpoint()])
        .required();
    Subschema::new("opentelemetry", [field("protocols").of(gibbon_entities::typedefs::protocols_http()), config])
}

fn fields() -> Vec<Field> {
    vec![
        field("traces_endpoint").of(url()).referenceable().describe("Where spans are sent."),
        field("logs_endpoint").of(url()).referenceable().describe("Where lines of the gateway's log are sent."),
        field("headers").of(map_of(string(), string().referenceable())).describe("Headers that are sent with them."),
        field("resource_attributes")
            .of(map_of(string().required(), string().required()))
            .describe("What is said of the gateway itself."),
        queue_field().default(json!({ "max_batch_size": 200 })),
        former("batch_span_count", SPAN_COUNT, 200).describe("The former name of `queue.max_batch_size`."),
        former("batch_flush_delay", FLUSH_DELAY, 3).describe("The former name of `queue.max_coalescing_delay`."),
        field("connect_timeout").of(timeout()).default(1000).describe("How many milliseconds connecting may take."),
        field("send_timeout").of(timeout()).default(5000).describe("How many milliseconds sending may take."),
        field("read_timeout").of(timeout()).default(5000).describe("How many milliseconds the answer may take."),
        field("http_response_header_for_traceid")
            .string()
            .describe("The field of the answer that tells the client the trace's id."),
        header_type(FormerField {
            values: HEADER_TYPES.to_vec(),
            message: "opentelemetry: config.header_type is deprecated, please use config.propagation options instead",
        })
        .optional(),
        field("sampling_rate")
            .number()
            .optional()
            .between(0, 1)
            .describe("The share of requests that are traced, in place of `tracing_sampling_rate`."),
        propagation_field("w3c"),
    ]
}

const SPAN_COUNT: &str =
    "opentelemetry: config.batch_span_count is deprecated, please use config.queue.max_batch_size instead";
const FLUSH_DELAY: &str =
    "opentelemetry: config.batch_flush_delay is deprecated, please use config.queue.max_coalescing_delay instead";

fn former(name: &'static str, message: &'static str, old_default: i64) -> Field {
    let old_default = Some(old_default.into());
    let deprecation = Deprecation { message, removal_in_version: "4.0", old_default, replaced_with: vec![] };
    field(name).integer().deprecated(deprecation)
}

fn endpoint() -> Shorthand {
    let deprecation = Deprecation {
        message: "OpenTelemetry: config.endpoint is deprecated, please use config.traces_endpoint instead",
        removal_in_version: "4.0",
        old_default: None,
        replaced_with: vec![],
    };
    Shorthand::renamed(field("endpoint").of(url()).referenceable().deprecated(deprecation), &["traces_endpoint"])
}
