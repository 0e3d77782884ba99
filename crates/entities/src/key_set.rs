//! A set of keys.

use gibbon_schema::typedefs::{auto_timestamp_s, tags, uuid};
use gibbon_schema::{EntityDef, Schema, field};

/// The declaration of `key_sets`.
pub fn definition() -> EntityDef {
    let fields = [
        field("id").of(uuid()),
        field("name").string().optional().unique().describe("A unique name."),
        field("tags").of(tags()),
        field("created_at").of(auto_timestamp_s()),
        field("updated_at").of(auto_timestamp_s()),
    ];
    EntityDef {
        name: "key_sets",
        collection: "key-sets",
        nested: "key-sets",
        endpoint_key: Some("name"),
        version: 1,
        schema: Schema::new(fields),
    }
}
