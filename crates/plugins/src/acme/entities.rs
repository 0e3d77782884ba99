//! What the plugin keeps: `acme_storage`.

use gibbon_schema::typedefs::{auto_timestamp_s, uuid};
use gibbon_schema::{EntityDef, Schema, field};

/// The name of the entity.
pub(super) const KIND: &str = "acme_storage";

/// The declaration of `acme_storage`.
pub(crate) fn definition() -> EntityDef {
    let fields = [
        field("id").of(uuid()),
        field("key").string().required().unique().auto().describe("The name of what is kept."),
        field("value").string().required().auto().secret().describe("What is kept."),
        field("created_at").of(auto_timestamp_s()),
    ];
    EntityDef {
        name: KIND,
        collection: "acme_storage",
        nested: "acme_storage",
        endpoint_key: None,
        version: 1,
        schema: Schema::new(fields).with_ttl(),
    }
}
