//! The credentials of the plugin: `hmacauth_credentials`.

use gibbon_schema::typedefs::{auto_timestamp_s, tags, uuid};
use gibbon_schema::{EntityDef, Schema, field};

use crate::owner;

/// The declaration of `hmacauth_credentials`.
pub(crate) fn definition() -> EntityDef {
    let fields = [
        field("id").of(uuid()),
        field("created_at").of(auto_timestamp_s()),
        owner::consumer(),
        field("username").string().required().unique().describe("What requests name the credential by."),
        field("secret").string().auto().secret().describe("The secret that requests are signed with."),
        field("tags").of(tags()),
    ];
    EntityDef {
        name: "hmacauth_credentials",
        collection: "hmac-auths",
        nested: "hmac-auth",
        endpoint_key: Some("username"),
        version: 1,
        schema: Schema::new(fields),
    }
}
