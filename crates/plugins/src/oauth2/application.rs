//! Applications as requests are checked against them: the records `oauth2_credentials`.

use std::sync::Arc;

use gibbon_entities::{Body, BodyError, Switch, UnknownName};
use gibbon_plugin_api::LoadedCredential;
use gibbon_schema::Object;
use uuid::Uuid;

/// The name of the entity.
pub(super) const KIND: &str = "oauth2_credentials";

/// An application.
pub(super) struct Application {
    pub(super) id: Uuid,
    pub(super) consumer: Uuid,
    pub(super) client_id: Box<str>,
    pub(super) secret: Secret,
    pub(super) client_type: ClientType,
    /// Where users may be sent; none at all where it sends none.
    pub(super) redirect_uris: Vec<Box<str>>,
}

/// What it proves itself by.
#[derive(Clone)]
pub(super) enum Secret {
    Clear(Box<str>),
    /// Argon2id, or one of Kong's; either takes long to check.
    Hash(Box<str>),
}

/// Whether it can keep a secret (RFC 6749, section 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClientType {
    Confidential,
    Public,
}

impl ClientType {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Confidential => "confidential",
            Self::Public => "public",
        }
    }
}

impl std::str::FromStr for ClientType {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        [Self::Confidential, Self::Public].into_iter().find(|kind| kind.as_str() == name).ok_or(UnknownName)
    }
}

/// Makes the form that requests are checked against.
pub(super) fn load(body: &Object) -> Result<LoadedCredential, BodyError> {
    let body = Body::new(body);
    let (id, client_id) = (body.id()?, body.text("client_id")?);
    let consumer = body.reference("consumer")?.ok_or(BodyError::Missing { field: "consumer" })?;
    let secret = body.text("client_secret")?.into();
    let secret = match body.boolean("hash_secret", Switch::Off)? {
        true => Secret::Hash(secret),
        false => Secret::Clear(secret),
    };
    let application = Application {
        id,
        consumer,
        client_id: client_id.into(),
        secret,
        client_type: body.parsed_or("client_type", ClientType::Confidential)?,
        redirect_uris: body.texts("redirect_uris")?,
    };
    Ok(LoadedCredential { id, consumer, key: client_id.into(), value: Arc::new(application) })
}
