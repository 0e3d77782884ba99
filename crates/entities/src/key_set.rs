//! A set of keys.

use gibbon_schema::typedefs::{auto_timestamp_s, tags, uuid};
use gibbon_schema::{EntityDef, Object, Schema, field};
use uuid::Uuid;

use crate::body::{Body, BodyError};

/// A set as the data plane keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySet {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: Option<Box<str>>,
}

impl KeySet {
    /// Reads a stored body.
    ///
    /// # Errors
    /// If it has no id.
    pub fn from_body(body: &Object) -> Result<Self, BodyError> {
        let body = Body::new(body);
        Ok(Self { id: body.id()?, name: body.boxed("name")? })
    }
}

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
