//! What the plugin can be told.

use gibbon_entities::{Body, BodyError, Switch};
use gibbon_plugin_api::ConfigureError;
use gibbon_schema::typedefs::{timeout, url};
use gibbon_schema::{Field, Subschema, array_of, field, record};
use http::{HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::config_error;
use crate::propagation::{
    Format, FormerField, Length, Propagation, default_header_type, header_type, propagation_field,
};
use crate::queue::{Limits, queue_field};
use crate::schema_of::{self, switch};

/// Tags that the plugin sets itself.
const OWN_TAGS: [&str; 13] = [
    "error",
    "http.method",
    "http.path",
    "http.status_code",
    "kong.balancer.state",
    "kong.balancer.try",
    "kong.consumer",
    "kong.credential",
    "kong.node.id",
    "kong.route",
    "kong.service",
    "lc",
    "peer.hostname",
];

const FORMATS: [&str; 9] = ["b3", "b3-single", "w3c", "jaeger", "ot", "aws", "datadog", "gcp", "instana"];

/// The schema of the plugin's configuration.
pub(super) fn schema() -> Subschema {
    let config = [
        field("local_service_name").string().required().default("kong").describe("What the gateway calls itself."),
        field("http_endpoint").of(url()).describe("Where spans are sent; without, contexts only go on."),
        field("sample_ratio")
            .number()
            .between(0, 1)
            .default(json!(0.001))
            .describe("The share of requests that are recorded, where the client has not decided."),
        field("default_service_name").string().describe("What a service without a name is called."),
        switch("include_credential", true).describe("Whether spans name the credential."),
        field("traceid_byte_count")
            .integer()
            .required()
            .default(16)
            .one_of([8, 16])
            .describe("How many bytes the id of a new trace has."),
        header_type(FormerField {
            values: ["preserve", "ignore"].into_iter().chain(FORMATS).collect(),
            message: "zipkin: config.header_type is deprecated, please use config.propagation options instead",
        })
        .required(),
        default_header_type(FormerField {
            values: FORMATS.to_vec(),
            message: "zipkin: config.default_header_type is deprecated, please use config.propagation.default_format instead",
        })
        .required(),
        field("tags_header")
            .string()
            .required()
            .default("Zipkin-Tags")
            .describe("The field of a request with further tags, as in `a=b; c=d`."),
        static_tags(),
        field("http_span_name")
            .string()
            .required()
            .default("method")
            .one_of(["method", "method_path"])
            .describe("How spans of requests are called."),
        field("connect_timeout").of(timeout()).default(2000).describe("How many milliseconds connecting may take."),
        field("send_timeout").of(timeout()).default(5000).describe("How many milliseconds sending may take."),
        field("read_timeout").of(timeout()).default(5000).describe("How many milliseconds the answer may take."),
        field("http_response_header_for_traceid")
            .string()
            .describe("The field of the answer that tells the client the trace's id."),
        field("phase_duration_flavor")
            .string()
            .required()
            .default("annotations")
            .one_of(["annotations", "tags"])
            .describe("How spans say when phases were."),
        queue_field(),
        propagation_field("b3"),
    ];
    schema_of::requests_and_streams("zipkin", config)
}

fn static_tags() -> Field {
    let fields = [
        field("name").string().required().not_one_of(OWN_TAGS).describe("Its name."),
        field("value").string().required().describe("Its value."),
    ];
    field("static_tags").of(array_of(record(fields))).describe("Tags that all spans of requests have.")
}

/// A configuration, ready to be used.
pub(super) struct Config {
    pub(super) local_service_name: Box<str>,
    pub(super) default_service_name: Option<Box<str>>,
    pub(super) sample_ratio: f64,
    pub(super) credential: Credential,
    pub(super) id_length: Length,
    pub(super) tags_header: Box<str>,
    pub(super) static_tags: Vec<StaticTag>,
    pub(super) span_name: SpanName,
    pub(super) told_in: Option<HeaderName>,
    pub(super) flavor: Flavor,
    pub(super) propagation: Propagation,
}

/// A tag that all spans of requests have.
pub(super) struct StaticTag {
    pub(super) name: Box<str>,
    pub(super) value: Box<str>,
}

/// Whether spans name the credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Credential {
    Named,
    Unnamed,
}

/// How spans of requests are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SpanName {
    Method,
    MethodAndPath,
}

/// How spans say when phases were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavor {
    Annotations,
    Tags,
}

impl Config {
    pub(super) fn read(config: &Value) -> Result<(Self, Limits), ConfigureError> {
        config_error::read(config, |config| Ok((Self::of(config)?, Limits::read(config)?)))
    }

    fn of(config: Body<'_>) -> Result<Self, BodyError> {
        let length = match config.integer("traceid_byte_count", 16)? {
            8 => Length::Short,
            _ => Length::Long,
        };
        let text = |field, usual: &'static str| Ok(config.optional_text(field)?.unwrap_or(usual));
        Ok(Self {
            local_service_name: text("local_service_name", "kong")?.into(),
            default_service_name: config.boxed("default_service_name")?,
            sample_ratio: config.number("sample_ratio", 0.001)?,
            credential: match config.boolean("include_credential", Switch::On)? {
                true => Credential::Named,
                false => Credential::Unnamed,
            },
            id_length: length,
            tags_header: text("tags_header", "Zipkin-Tags")?.into(),
            static_tags: tags(config)?,
            span_name: match text("http_span_name", "method")? {
                "method_path" => SpanName::MethodAndPath,
                _ => SpanName::Method,
            },
            told_in: told_in(config)?,
            flavor: match text("phase_duration_flavor", "annotations")? {
                "tags" => Flavor::Tags,
                _ => Flavor::Annotations,
            },
            propagation: Propagation::read(config, Format::B3)?,
        })
    }
}

fn told_in(config: Body<'_>) -> Result<Option<HeaderName>, BodyError> {
    let field = "http_response_header_for_traceid";
    let name = config.optional_text(field)?;
    let name = name.map(|name| name.parse().map_err(|_| BodyError::Value { field, value: name.to_owned() }));
    name.transpose()
}

fn tags(config: Body<'_>) -> Result<Vec<StaticTag>, BodyError> {
    let field = "static_tags";
    if config.get(field).is_none_or(Value::is_null) {
        return Ok(Vec::new());
    }
    let tags = config.elements(field)?.iter().filter_map(Value::as_object).map(Body::new);
    tags.map(|tag| Ok(StaticTag { name: tag.text("name")?.into(), value: tag.text("value")?.into() })).collect()
}

/// The id of a trace in the answer; digits are always a valid value.
pub(super) fn value_of(id: &str) -> HeaderValue {
    HeaderValue::from_str(id).unwrap_or(HeaderValue::from_static(""))
}
