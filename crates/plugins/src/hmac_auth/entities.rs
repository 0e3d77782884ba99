//! The credentials of the plugin: `hmacauth_credentials`.

use std::sync::Arc;

use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::LoadedCredential;
use gibbon_schema::typedefs::{auto_timestamp_s, tags, uuid};
use gibbon_schema::{EntityDef, Object, Schema, field};
use uuid::Uuid;

use crate::owner;

/// The name of the entity.
pub(super) const KIND: &str = "hmacauth_credentials";

/// The declaration of `hmacauth_credentials`.
pub(super) fn definition() -> EntityDef {
    let fields = [
        field("id").of(uuid()),
        field("created_at").of(auto_timestamp_s()),
        owner::consumer(),
        field("username").string().required().unique().describe("What requests name the credential by."),
        field("secret").string().auto().secret().describe("The secret that requests are signed with."),
        field("tags").of(tags()),
    ];
    EntityDef {
        name: KIND,
        collection: "hmac-auths",
        nested: "hmac-auth",
        endpoint_key: Some("username"),
        version: 1,
        schema: Schema::new(fields),
    }
}

/// A credential as requests are checked against it.
pub(super) struct SecretCredential {
    pub(super) id: Uuid,
    pub(super) consumer: Uuid,
    pub(super) secret: Box<str>,
}

/// Makes the form that requests are checked against.
pub(super) fn load(body: &Object) -> Result<LoadedCredential, BodyError> {
    let body = Body::new(body);
    let (id, username, secret) = (body.id()?, body.text("username")?, body.text("secret")?);
    let consumer = body.reference("consumer")?.ok_or(BodyError::Missing { field: "consumer" })?;
    let value = Arc::new(SecretCredential { id, consumer, secret: secret.into() });
    Ok(LoadedCredential { id, consumer, key: username.into(), value })
}
