//! Entities that clients can read about in `/schemas`, and of which this gateway keeps no records.
//!
//! Tags are a view of other records. The others belong to ways of running Kong Gateway that are not here: filters in
//! WebAssembly, a control plane with data planes, several workspaces, and what it notes for itself.

mod filter_chain;

use gibbon_schema::typedefs::{auto_timestamp_s, host, ip, utf8_name, uuid};
use gibbon_schema::{EntityDef, Rule, Schema, field, map_of, record, set_of, string};

use crate::tag;

/// Their declarations.
pub fn described_definitions() -> Vec<EntityDef> {
    vec![tag::definition(), filter_chain::definition(), workspace(), parameter(), data_plane(), counter()]
}

/// The names that no workspace can have, because paths begin with them.
const RESERVED: [&str; 17] = [
    "workspaces",
    "consumers",
    "certificates",
    "services",
    "routes",
    "snis",
    "upstreams",
    "targets",
    "plugins",
    "tags",
    "ca_certificates",
    "clustering_data_planes",
    "parameters",
    "vaults",
    "key_sets",
    "keys",
    "filter_chains",
];

fn workspace() -> EntityDef {
    let fields = [
        field("id").of(uuid()),
        field("name").of(utf8_name()).required().len_min(1).not_one_of(RESERVED).describe("A unique name."),
        field("comment").string().describe("What the workspace is for."),
        field("created_at").of(auto_timestamp_s()),
        field("updated_at").of(auto_timestamp_s()),
        field("meta").record([]).required().describe("What tools note."),
        field("config").record([]).required().describe("What holds in the workspace."),
    ];
    without_records("workspaces", Schema::new(fields))
}

fn parameter() -> EntityDef {
    let fields = [
        field("created_at").of(auto_timestamp_s()),
        field("key").string().required().unique().describe("The name of the parameter."),
        field("value").string().required().describe("Its value."),
    ];
    without_records("parameters", Schema::new(fields))
}

fn data_plane() -> EntityDef {
    let statuses = [
        "unknown",
        "normal",
        "kong_version_incompatible",
        "plugin_set_incompatible",
        "plugin_version_incompatible",
        "filter_set_incompatible",
    ];
    let version = string()
        .match_none([Rule::new("%.%.", "must not have empty version segments")])
        .match_any(["^%d+[%.%d]*$", "^%d+[%.%d]*%-?.*$"], Some("invalid version number: must be in format of X.Y.Z"))
        .describe("The version that the node runs.");
    let expiry =
        field("expiry_timestamp").number().optional().timestamp().describe("When the certificate of the node expires.");
    let fields = [
        field("id").of(uuid()).required(),
        field("last_seen").of(auto_timestamp_s()).describe("When the node was heard of last."),
        field("updated_at").of(auto_timestamp_s()),
        field("ip").of(ip()).required().describe("The address of the node."),
        field("config_hash").string().len_eq(32).describe("The digest of the configuration that the node has."),
        field("hostname").of(host()).required().describe("The name of the node's machine."),
        field("version").of(version),
        field("sync_status")
            .string()
            .required()
            .default("unknown")
            .one_of(statuses)
            .describe("Whether the node can have the configuration."),
        field("labels").of(map_of(string(), string())).describe("What the node says of itself."),
        field("cert_details").of(record([expiry])).required().describe("The certificate of the node."),
        field("rpc_capabilities").of(set_of(string())).describe("What the node can be asked to do."),
    ];
    without_records("clustering_data_planes", Schema::new(fields))
}

/// The store counts for several nodes in a table of its own, and not in records.
fn counter() -> EntityDef {
    let fields = [
        field("identifier").string().required().len_min(0).describe("Who is counted."),
        field("period").string().required().describe("How long a window is."),
        field("period_date").integer().required().timestamp().describe("When the window began."),
        field("service_id").string().uuid().required().describe("The service whose requests are counted."),
        field("route_id").string().uuid().required().describe("The route whose requests are counted."),
        field("value").integer().required().describe("How many there were."),
    ];
    without_records("ratelimiting_metrics", Schema::new(fields))
}

fn without_records(name: &'static str, schema: Schema) -> EntityDef {
    EntityDef { name, collection: name, nested: name, endpoint_key: None, version: 1, schema }
}
