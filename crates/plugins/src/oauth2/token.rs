//! Tokens as requests are checked against them: the records `oauth2_tokens`.

use std::sync::Arc;

use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::LoadedCredential;
use gibbon_schema::Object;
use uuid::Uuid;

/// The name of the entity.
pub(super) const KIND: &str = "oauth2_tokens";

/// A token.
pub(super) struct Token {
    /// The application that it was given to.
    pub(super) application: Uuid,
    /// The service that it is for; none for all.
    pub(super) service: Option<Uuid>,
    pub(super) user: Option<Box<str>>,
    pub(super) scope: Option<Box<str>>,
    created_at: i64,
    /// In seconds; zero means for ever.
    expires_in: i64,
}

impl Token {
    /// Whether it can still be used at `now`, in seconds since 1970.
    pub(super) fn is_alive(&self, now: i64) -> bool {
        self.expires_in <= 0 || now.saturating_sub(self.created_at) <= self.expires_in
    }
}

/// Makes the form that requests are checked against. Whose it is, its application knows.
pub(super) fn load(body: &Object) -> Result<LoadedCredential, BodyError> {
    let body = Body::new(body);
    let (id, key) = (body.id()?, body.text("access_token")?);
    let application = body.reference("credential")?.ok_or(BodyError::Missing { field: "credential" })?;
    let token = Token {
        application,
        service: body.reference("service")?,
        user: body.boxed("authenticated_userid")?,
        scope: body.boxed("scope")?,
        created_at: body.integer("created_at", 0)?,
        expires_in: body.integer("expires_in", 0)?,
    };
    Ok(LoadedCredential { id, consumer: application, key: key.into(), value: Arc::new(token) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_lives_for_its_seconds_or_for_ever() {
        let token = |expires_in| Token {
            application: Uuid::nil(),
            service: None,
            user: None,
            scope: None,
            created_at: 100,
            expires_in,
        };
        assert!(token(10).is_alive(110) && !token(10).is_alive(111));
        assert!(token(0).is_alive(i64::MAX));
    }
}
