//! The credentials of the plugin: `keyauth_credentials`.

use std::sync::Arc;

use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::LoadedCredential;
use gibbon_schema::typedefs::{auto_timestamp_s, tags, uuid};
use gibbon_schema::{EntityDef, Object, OnDelete, Schema, field};
use uuid::Uuid;

use crate::timestamp;

/// The name of the entity.
pub(super) const KIND: &str = "keyauth_credentials";

/// The declaration of `keyauth_credentials`.
pub(super) fn definition() -> EntityDef {
    let fields = [
        field("id").of(uuid()),
        field("created_at").of(auto_timestamp_s()),
        field("consumer")
            .foreign("consumers")
            .required()
            .on_delete(OnDelete::Cascade)
            .describe("Whose credential it is."),
        field("key").string().optional().unique().auto().secret().describe("The key that requests carry."),
        field("tags").of(tags()),
    ];
    EntityDef {
        name: KIND,
        collection: "key-auths",
        nested: "key-auth",
        endpoint_key: Some("key"),
        version: 1,
        schema: Schema::new(fields).with_ttl(),
    }
}

/// A credential as requests are checked against it.
#[derive(Debug)]
pub(super) struct KeyCredential {
    pub(super) id: Uuid,
    pub(super) consumer: Uuid,
    /// When its `ttl` is over, in seconds since 1970.
    expires_at: Option<i64>,
}

impl KeyCredential {
    /// Whether it may still be used at `now`.
    pub(super) fn is_alive(&self, now: i64) -> bool {
        self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}

/// Makes the form that requests are checked against.
pub(super) fn load(body: &Object) -> Result<LoadedCredential, BodyError> {
    let body = Body::new(body);
    let (id, key) = (body.id()?, body.text("key")?);
    let consumer = body.reference("consumer")?.ok_or(BodyError::Missing { field: "consumer" })?;
    // A body says how long the record has to live from the moment at which it was read, which is now; as when it is
    // written, 0 means that there is no limit.
    let ttl = body.integer("ttl", 0)?;
    let expires_at = (ttl > 0).then(|| timestamp::now().saturating_add(ttl));
    let value = Arc::new(KeyCredential { id, consumer, expires_at });
    Ok(LoadedCredential { id, consumer, key: key.into(), value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_lives_until_its_time_is_over() {
        let credential = |expires_at| KeyCredential { id: Uuid::nil(), consumer: Uuid::nil(), expires_at };
        assert!(credential(None).is_alive(i64::MAX));
        assert!(credential(Some(100)).is_alive(99));
        assert!(!credential(Some(100)).is_alive(100));
    }
}
