//! The schema of the plugin's configuration.

use gibbon_schema::typedefs::{host, port};
use gibbon_schema::{Field, Subschema, array_of, conditional, field, matching, record, string};
use serde_json::{Value, json};

use crate::queue::{FormerNames, queue_field};
use crate::schema_of;
use crate::statistic::ConsumerIdentifier;

const FORMER: FormerNames = FormerNames {
    retry_count: "datadog: config.retry_count no longer works, please use config.queue.max_retry_time instead",
    queue_size: "datadog: config.queue_size is deprecated, please use config.queue.max_batch_size instead",
    flush_timeout: "datadog: config.flush_timeout is deprecated, please use config.queue.max_coalescing_delay instead",
};

const NAMES: [&str; 6] =
    ["kong_latency", "latency", "request_count", "request_size", "response_size", "upstream_latency"];

pub(super) const PREFIX: &str = "kong";
pub(super) const SERVICE_NAME_TAG: &str = "name";
pub(super) const STATUS_TAG: &str = "status";
pub(super) const CONSUMER_TAG: &str = "consumer";

pub(super) fn schema() -> Subschema {
    let [retry_count, queue_size, flush_timeout] = FORMER.fields();
    let config = [
        field("host")
            .of(host())
            .referenceable()
            .default("localhost")
            .describe("The host of the agent; null for the one that `KONG_DATADOG_AGENT_HOST` names."),
        field("port")
            .of(port())
            .default(8125)
            .describe("Its port; null for the one that `KONG_DATADOG_AGENT_PORT` names."),
        field("prefix").string().default(PREFIX).describe("What the names of metrics begin with."),
        field("service_name_tag").string().default(SERVICE_NAME_TAG).describe("The tag for the service."),
        field("status_tag").string().default(STATUS_TAG).describe("The tag for the status."),
        field("consumer_tag").string().default(CONSUMER_TAG).describe("The tag for the consumer."),
        retry_count,
        queue_size,
        flush_timeout,
        queue_field(),
        field("metrics")
            .of(array_of(metric()))
            .required()
            .default(default_metrics())
            .describe("What is counted and measured."),
    ];
    schema_of::requests_and_streams("datadog", config)
}

fn metric() -> Field {
    let fields = [
        field("name").string().required().one_of(NAMES).describe("What is counted or measured."),
        field("stat_type")
            .string()
            .required()
            .one_of(["counter", "gauge", "histogram", "meter", "set", "timer", "distribution"])
            .describe("What the agent does with values."),
        field("tags").of(array_of(string().match_pattern("^.*[^:]$"))).describe("Further tags."),
        field("sample_rate").number().between(0, 1).describe("Of how many the value stands for one."),
        field("consumer_identifier")
            .string()
            .one_of(ConsumerIdentifier::NAMES)
            .describe("How consumers are called; without, they are not named."),
    ];
    let rate = conditional("stat_type", matching().one_of(["counter", "gauge"]), "sample_rate", matching().required());
    record(fields).entity_checks([rate])
}

fn default_metrics() -> Value {
    let timer = |name: &str| json!({ "consumer_identifier": "custom_id", "name": name, "stat_type": "timer", "tags": ["app:kong"] });
    let count = json!({
        "consumer_identifier": "custom_id", "name": "request_count", "sample_rate": 1, "stat_type": "counter",
        "tags": ["app:kong"],
    });
    json!([
        count,
        timer("latency"),
        timer("request_size"),
        timer("response_size"),
        timer("upstream_latency"),
        timer("kong_latency"),
    ])
}
