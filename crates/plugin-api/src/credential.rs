//! Credentials: what a plugin keeps for its consumers, and how it is looked up on a request.

use std::any::Any;
use std::sync::Arc;

use gibbon_entities::BodyError;
use gibbon_schema::{EntityDef, Object};
use uuid::Uuid;

/// The credential that authenticated a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// The id of the stored credential.
    pub id: Uuid,
    /// What `X-Credential-Identifier` tells the upstream.
    pub identifier: Box<str>,
}

/// A credential entity that a plugin brings.
pub struct CredentialDef {
    /// The name of the entity, such as `jwt_secrets`.
    pub kind: &'static str,
    /// Its declaration.
    pub entity: fn() -> EntityDef,
    /// Makes the compact form that requests are checked against out of a stored body.
    pub load: fn(&Object) -> Result<LoadedCredential, BodyError>,
}

/// The compact form of one stored credential.
pub struct LoadedCredential {
    /// The id of the stored credential.
    pub id: Uuid,
    /// Whose it is.
    pub consumer: Uuid,
    /// What a request is looked up by; unique within the kind.
    pub key: Box<str>,
    /// The plugin's own type, given back by [`crate::RequestCx::credential`].
    pub value: Arc<dyn Any + Send + Sync>,
}
