//! The records of health checks, as they are declared.

use gibbon_schema::typedefs::{header_name, path, sni};
use gibbon_schema::{Field, array_of, field, integer, map_of, number, record, string};
use serde_json::json;

const PASSED: [u16; 19] =
    [200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 306, 307, 308];
const FAILED: [u16; 3] = [429, 500, 503];
const PROBE_PASSED: [u16; 2] = [200, 302];
const PROBE_FAILED: [u16; 8] = [429, 404, 500, 501, 502, 503, 504, 505];

/// `healthchecks`. All defaults together mean that nothing is checked.
pub(super) fn healthchecks() -> Field {
    let fields = [
        passive(),
        active(),
        field("threshold")
            .number()
            .default(0)
            .between(0, 100)
            .describe("The percentage of the weight that must be available for the upstream to be healthy."),
    ];
    // What clients read as the default leaves the threshold to its own.
    let default = record([passive(), active()]).defaults();
    field("healthchecks")
        .of(record(fields))
        .required()
        .default(default)
        .describe("What tells whether targets are healthy.")
}

fn passive() -> Field {
    let unhealthy = [
        statuses("http_statuses", &FAILED, "The statuses of answers that count as failures."),
        count("tcp_failures", "How many failed connections make a target unhealthy; 0 for no matter how many."),
        count("timeouts", "How many timeouts make a target unhealthy; 0 for no matter how many."),
        count("http_failures", "How many failures make a target unhealthy; 0 for no matter how many."),
    ];
    let healthy = [
        statuses("http_statuses", &PASSED, "The statuses of answers that count as successes."),
        count("successes", "How many successes make a target healthy; 0 for no matter how many."),
    ];
    let fields = [
        whole(record(unhealthy), "unhealthy", "What makes a target unhealthy."),
        protocol("What targets speak."),
        whole(record(healthy), "healthy", "What makes a target healthy."),
    ];
    whole(record(fields), "passive", "What the answers to requests of clients tell.")
}

fn active() -> Field {
    let healthy = [
        statuses("http_statuses", &PROBE_PASSED, "The statuses of answers that count as successes."),
        seconds("interval", 0, "Seconds between two checks of a healthy target; 0 for none."),
        count("successes", "How many successes make a target healthy; 0 for no matter how many."),
    ];
    let unhealthy = [
        statuses("http_statuses", &PROBE_FAILED, "The statuses of answers that count as failures."),
        seconds("interval", 0, "Seconds between two checks of an unhealthy target; 0 for none."),
        count("tcp_failures", "How many failed connections make a target unhealthy; 0 for no matter how many."),
        count("timeouts", "How many timeouts make a target unhealthy; 0 for no matter how many."),
        count("http_failures", "How many failures make a target unhealthy; 0 for no matter how many."),
    ];
    let fields = [
        field("headers")
            .of(map_of(header_name(), array_of(string())))
            .optional()
            .describe("Headers that checks carry, with all their values."),
        whole(record(healthy), "healthy", "What makes a target healthy."),
        whole(record(unhealthy), "unhealthy", "What makes a target unhealthy."),
        field("http_path").of(path()).default("/").describe("The path that checks ask for."),
        field("concurrency")
            .of(integer())
            .default(10)
            .between(1, 2_147_483_648_i64)
            .describe("How many targets are checked at the same time."),
        field("https_verify_certificate")
            .boolean()
            .required()
            .default(true)
            .describe("Whether checks verify the certificates of targets."),
        protocol("What checks speak."),
        seconds("timeout", 1, "Seconds after which a check has failed."),
        field("https_sni").of(sni()).optional().describe("The host name that checks ask for in the TLS handshake."),
    ];
    whole(record(fields), "active", "The checks that the gateway makes itself.")
}

/// A record that is there even if a body leaves it out, with what its fields are by default.
fn whole(record: Field, name: &'static str, description: &'static str) -> Field {
    let default = record.defaults();
    field(name).of(record).required().default(default).describe(description)
}

fn statuses(name: &'static str, default: &[u16], description: &'static str) -> Field {
    let list = array_of(integer().between(100, 999));
    field(name).of(list).default(json!(default)).describe(description)
}

fn count(name: &'static str, description: &'static str) -> Field {
    field(name).of(integer()).default(0).between(0, 255).describe(description)
}

fn seconds(name: &'static str, default: u8, description: &'static str) -> Field {
    field(name).of(number()).default(default).between(0, 65_535).describe(description)
}

fn protocol(description: &'static str) -> Field {
    field("type").string().default("http").one_of(["tcp", "http", "https", "grpc", "grpcs"]).describe(description)
}
