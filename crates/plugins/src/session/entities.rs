//! What the plugin keeps: `sessions` and, about them, `session_metadatas`.

use gibbon_schema::typedefs::{auto_timestamp_s, uuid};
use gibbon_schema::{EntityDef, OnDelete, Paths, Schema, field};

use super::stored::KIND;

/// The name of what is stored about sessions.
pub(super) const METADATA: &str = "session_metadatas";

/// The declaration of `sessions`.
pub(super) fn sessions() -> EntityDef {
    let fields = [
        field("id").of(uuid()),
        field("session_id")
            .string()
            .required()
            .unique()
            .secret()
            .describe("What the cookie of a client names the session by."),
        field("expires").integer().describe("When the session is over, in seconds since 1970."),
        field("data").string().secret().describe("What is remembered, encrypted."),
        field("created_at").of(auto_timestamp_s()),
    ];
    EntityDef {
        name: KIND,
        collection: "sessions",
        nested: "sessions",
        endpoint_key: Some("session_id"),
        version: 1,
        schema: Schema::new(fields).with_ttl(),
    }
}

/// The declaration of `session_metadatas`, which no path leads to.
pub(crate) fn metadatas() -> EntityDef {
    let fields = [
        field("id").of(uuid()),
        field("session")
            .foreign("sessions")
            .required()
            .on_delete(OnDelete::Cascade)
            .describe("The session that it is about."),
        field("sid").string().describe("The id of the session at whoever made it."),
        field("audience").string().describe("Whom the session is for."),
        field("subject").string().describe("Whose session it is."),
        field("created_at").of(auto_timestamp_s()),
    ];
    EntityDef {
        name: METADATA,
        collection: "session_metadatas",
        nested: "session_metadatas",
        endpoint_key: None,
        version: 1,
        schema: Schema::new(fields).paths(Paths::Nowhere),
    }
}
