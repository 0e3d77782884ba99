//! The schema of the plugin's configuration.

use gibbon_schema::typedefs::{host, port};
use gibbon_schema::{Field, Subschema, array_of, conditional, field, matching, record, string};
use serde_json::{Value, json};

use super::metric::{NAMES, SERVICE_IDENTIFIERS, WORKSPACE_IDENTIFIERS};
use crate::queue::{FormerNames, queue_field};
use crate::schema_of;
use crate::statistic::ConsumerIdentifier;

const FORMER: FormerNames = FormerNames {
    retry_count: "statsd: config.retry_count no longer works, please use config.queue.max_retry_time instead",
    queue_size: "statsd: config.queue_size is deprecated, please use config.queue.max_batch_size instead",
    flush_timeout: "statsd: config.flush_timeout is deprecated, please use config.queue.max_coalescing_delay instead",
};

pub(super) const HOST: &str = "localhost";
pub(super) const PREFIX: &str = "kong";

pub(super) fn schema() -> Subschema {
    let [retry_count, queue_size, flush_timeout] = FORMER.fields();
    let [consumer, service, workspace] = defaults();
    let config = [
        field("host").of(host()).default(HOST).describe("The host that metrics are sent to."),
        field("port").of(port()).default(8125).describe("Its port."),
        field("prefix").string().default(PREFIX).describe("What the names of metrics begin with."),
        field("metrics").of(array_of(metric())).default(default_metrics()).describe("What is counted and measured."),
        field("allow_status_codes")
            .of(array_of(string().match_pattern("^[0-9]+-[0-9]+$")))
            .describe("Ranges of the statuses that exchanges are counted with; all where there are none."),
        field("udp_packet_size")
            .number()
            .between(0, 65_507)
            .default(0)
            .describe("How many bytes of metrics are put into one datagram; 0 for a datagram for each metric."),
        field("use_tcp").boolean().default(false).describe("Whether metrics are sent over TCP."),
        field("hostname_in_prefix")
            .boolean()
            .default(false)
            .describe("Whether the name of the machine stands behind the prefix."),
        consumer,
        service,
        workspace,
        retry_count,
        queue_size,
        flush_timeout,
        field("tag_style")
            .string()
            .optional()
            .one_of(["dogstatsd", "influxdb", "librato", "signalfx"])
            .describe("In which form metrics have tags; without, their names say what they are of."),
        queue_field(),
    ];
    schema_of::requests_and_streams("statsd", config)
}

fn defaults() -> [Field; 3] {
    [
        field("consumer_identifier_default")
            .string()
            .required()
            .default("custom_id")
            .one_of(ConsumerIdentifier::NAMES)
            .describe("How consumers are called."),
        field("service_identifier_default")
            .string()
            .required()
            .default("service_name_or_host")
            .one_of(SERVICE_IDENTIFIERS)
            .describe("How services are called."),
        field("workspace_identifier_default")
            .string()
            .required()
            .default("workspace_id")
            .one_of(WORKSPACE_IDENTIFIERS)
            .describe("How the workspace is called."),
    ]
}

fn metric() -> Field {
    let fields = [
        field("name").string().required().one_of(NAMES).describe("What is counted or measured."),
        field("stat_type")
            .string()
            .required()
            .one_of(["counter", "gauge", "histogram", "meter", "set", "timer"])
            .describe("What the server does with values."),
        field("sample_rate").number().gt(0).describe("Of how many the value stands for one."),
        field("consumer_identifier")
            .string()
            .one_of(ConsumerIdentifier::NAMES)
            .describe("How consumers are called, where not as usual."),
        field("service_identifier")
            .string()
            .one_of(SERVICE_IDENTIFIERS)
            .describe("How services are called, where not as usual."),
        field("workspace_identifier")
            .string()
            .one_of(WORKSPACE_IDENTIFIERS)
            .describe("How the workspace is called, where not as usual."),
    ];
    let rate = conditional("stat_type", matching().one_of(["counter", "gauge"]), "sample_rate", matching().required());
    record(fields).entity_checks([rate])
}

fn default_metrics() -> Value {
    let counter = |name: &str| json!({ "name": name, "sample_rate": 1, "stat_type": "counter" });
    let timer = |name: &str| json!({ "name": name, "stat_type": "timer" });
    json!([
        counter("request_count"),
        timer("latency"),
        counter("request_size"),
        counter("status_count"),
        counter("response_size"),
        { "name": "unique_users", "stat_type": "set" },
        counter("request_per_user"),
        timer("upstream_latency"),
        timer("kong_latency"),
        counter("status_count_per_user"),
        counter("status_count_per_workspace"),
        counter("status_count_per_user_per_route"),
        { "name": "shdict_usage", "sample_rate": 1, "stat_type": "gauge" },
    ])
}
