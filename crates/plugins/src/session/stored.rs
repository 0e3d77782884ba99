//! Sessions as requests find them: the records `sessions`.

use std::sync::Arc;

use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::LoadedCredential;
use gibbon_schema::Object;
use uuid::Uuid;

use super::opened::Freshness;

/// The name of the entity.
pub(super) const KIND: &str = "sessions";

/// What begins the data of a session that was replaced. No base64 has it.
pub(super) const STALE: &str = "~";

/// A record of a session.
pub(super) struct StoredSession {
    pub(super) id: Uuid,
    /// Sealed, in base64.
    pub(super) data: Box<str>,
    /// When it is over, in seconds since 1970.
    pub(super) expires: Option<i64>,
    pub(super) freshness: Freshness,
}

/// Makes the form that requests find. Whose it is stands in its data.
pub(super) fn load(body: &Object) -> Result<LoadedCredential, BodyError> {
    let body = Body::new(body);
    let (id, key) = (body.id()?, body.text("session_id")?);
    let data = body.optional_text("data")?.unwrap_or("");
    let (data, freshness) = match data.strip_prefix(STALE) {
        Some(data) => (data, Freshness::Stale),
        None => (data, Freshness::Fresh),
    };
    let expires = body.get("expires").and_then(serde_json::Value::as_i64);
    let value = Arc::new(StoredSession { id, data: data.into(), expires, freshness });
    Ok(LoadedCredential { id, consumer: id, key: key.into(), value })
}
