//! The groups that consumers are in: `acls`.

use gibbon_schema::typedefs::{auto_timestamp_s, tags, uuid};
use gibbon_schema::{EntityDef, Schema, field};

use crate::owner;

/// The declaration of `acls`. Below its consumer a record is named by the group.
pub(crate) fn definition() -> EntityDef {
    let fields = [
        field("id").of(uuid()),
        field("created_at").of(auto_timestamp_s()),
        owner::consumer().describe("Who is in the group."),
        field("group").string().required().describe("The name of the group."),
        field("tags").of(tags()),
    ];
    EntityDef {
        name: "acls",
        collection: "acls",
        nested: "acls",
        endpoint_key: None,
        version: 1,
        schema: Schema::new(fields).key_below_parent("consumer,group"),
    }
}
