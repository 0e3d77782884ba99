//! A chain of filters in WebAssembly, which this gateway does not run.

use gibbon_schema::typedefs::{auto_timestamp_s, tags, utf8_name, uuid};
use gibbon_schema::{
    EntityDef, Field, OnDelete, RunWhen, Schema, array_of, at_least_one_of, custom_check, field, mutually_exclusive,
    record,
};
use serde_json::{Value, json};

/// The filters that there are.
const FILTERS: [&str; 0] = [];

pub(super) fn definition() -> EntityDef {
    let fields = [
        field("id").of(uuid()),
        field("name").of(utf8_name()),
        field("enabled").boolean().required().default(true).describe("Whether the chain runs."),
        scope("route", "routes", "The route whose requests it runs for."),
        scope("service", "services", "The service whose requests it runs for."),
        field("filters").of(array_of(filter())).required().len_min(1).describe("The filters, in order."),
        field("created_at").of(auto_timestamp_s()),
        field("updated_at").of(auto_timestamp_s()),
        field("tags").of(tags()),
    ];
    let checks = [
        mutually_exclusive(["service", "route"]),
        at_least_one_of(["service", "route"]),
        // There is no filter whose configuration could be looked at.
        custom_check(["filters"], |_| Ok(())).run_when(RunWhen::Invalid),
    ];
    super::without_records("filter_chains", Schema::new(fields).entity_checks(checks))
}

fn scope(name: &'static str, target: &'static str, description: &'static str) -> Field {
    field(name).foreign(target).default(Value::Null).unique().on_delete(OnDelete::Cascade).describe(description)
}

fn filter() -> Field {
    let config = json!({
        "default": {"$schema": "http://json-schema.org/draft-04/schema#", "type": ["string", "null"]},
        "namespace": "proxy-wasm-filters",
        "optional": true,
        "parent_subschema_key": "name",
    });
    record([
        field("name").string().required().one_of(FILTERS).err("no such filter").describe("Which filter it is."),
        field("enabled").boolean().required().default(true).describe("Whether the filter runs."),
        field("config").any_json().optional().json_schema(config).describe("What the filter is told."),
    ])
}
