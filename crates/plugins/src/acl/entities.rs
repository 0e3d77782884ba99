//! The groups that consumers are in: `acls`.

use std::sync::Arc;

use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::LoadedCredential;
use gibbon_schema::typedefs::{auto_timestamp_s, tags, uuid};
use gibbon_schema::{EntityDef, Object, Schema, field};
use uuid::Uuid;

use crate::owner;

/// The name of the entity.
pub(super) const KIND: &str = "acls";

/// The declaration of `acls`. Below its consumer a record is named by the group.
pub(super) fn definition() -> EntityDef {
    let fields = [
        field("id").of(uuid()),
        field("created_at").of(auto_timestamp_s()),
        owner::consumer().describe("Who is in the group."),
        field("group").string().required().describe("The name of the group."),
        field("tags").of(tags()),
    ];
    EntityDef {
        name: KIND,
        collection: "acls",
        nested: "acls",
        endpoint_key: None,
        version: 1,
        schema: Schema::new(fields).key_below_parent("consumer,group"),
    }
}

/// That a consumer is in a group.
#[derive(Debug)]
pub(super) struct Membership {
    pub(super) group: Box<str>,
}

/// What the keys of all groups of a consumer begin with.
pub(super) fn key_of(consumer: Uuid) -> String {
    let mut key = String::with_capacity(uuid::fmt::Hyphenated::LENGTH + 1);
    key.push_str(consumer.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
    key.push(':');
    key
}

/// Makes the form that requests are checked against.
pub(super) fn load(body: &Object) -> Result<LoadedCredential, BodyError> {
    let body = Body::new(body);
    let (id, group) = (body.id()?, body.text("group")?);
    let consumer = body.reference("consumer")?.ok_or(BodyError::Missing { field: "consumer" })?;
    let key = key_of(consumer) + group;
    Ok(LoadedCredential { id, consumer, key: key.into(), value: Arc::new(Membership { group: group.into() }) })
}
