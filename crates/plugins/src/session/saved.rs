//! Sessions on their way to clients, and to the gateway's records.

use gibbon_plugin_api::Edit;
use gibbon_schema::Object;
use http::HeaderValue;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::config::{Config, Lasting, Metadata, Storage};
use super::cookie::Expiry;
use super::entities::METADATA;
use super::opened::{Content, Freshness, Inside, Kind, Row, Session, key};
use super::seal::{Id, Purpose, SealError, Sealer};
use super::shelf::Shelf;
use super::stored::{KIND, STALE};
use super::times::Times;

/// Makes sessions, and keeps them where the configuration says.
pub(super) struct Keeper<'k> {
    pub(super) config: &'k Config,
    pub(super) sealer: &'k Sealer,
    pub(super) shelf: Option<&'k Shelf>,
    /// In seconds since 1970.
    pub(super) now: i64,
}

/// A session cannot be kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeepError {
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error("a session is too long for its cookies")]
    TooLong,
    #[error("there are no records in which a session could be kept")]
    NoRecords,
}

impl Keeper<'_> {
    /// A session under a new id. The cookies take the place of `before` others.
    pub(super) fn begin(
        &self,
        kind: Kind,
        content: Content,
        times: Times,
        before: usize,
    ) -> Result<(Session, Vec<HeaderValue>), KeepError> {
        let id = Sealer::id()?;
        let row = match self.config.storage {
            Storage::Cookie => None,
            Storage::Records => Some(Row { id: Uuid::new_v4(), freshness: Freshness::Fresh }),
        };
        let session = Session { kind, id, times, content, row };
        let cookies = self.cookies(&session, before)?;
        if let Some(row) = row {
            self.store(&session, row)?;
        }
        Ok((session, cookies))
    }

    /// The cookies of a session.
    pub(super) fn cookies(&self, session: &Session, before: usize) -> Result<Vec<HeaderValue>, KeepError> {
        let Some(lasting) = self.lasting(session.kind) else { return Ok(Vec::new()) };
        let content = match self.config.storage {
            Storage::Cookie => Some(session.content.clone()),
            Storage::Records => None,
        };
        let inside = serde_json::to_vec(&Inside { times: session.times, content }).map_err(|_| SealError)?;
        let sealed = self.sealer.seal(session.kind.purpose(), &session.id, &inside)?;
        let value = base64_simd::URL_SAFE_NO_PAD.encode_to_string([&session.id[..], &sealed].concat());
        let expiry = match (session.kind, lasting.limits.left(session.times, self.now).least()) {
            (Kind::Remember, Some(seconds)) => Expiry::After { seconds, now: self.now },
            _ => Expiry::WithBrowser,
        };
        lasting.jar.write(&value, expiry, before).ok_or(KeepError::TooLong)
    }

    /// A session was replaced by another: a stored one is good for a moment still, and one that was remembered is not.
    pub(super) fn replace(&self, old: &Session) {
        let (Some(shelf), Some(row)) = (self.shelf, old.row) else { return };
        if row.freshness == Freshness::Stale {
            return;
        }
        let edit = match old.kind {
            Kind::Session if self.config.stale_ttl > 0 => {
                let ttl = self.config.stale_ttl;
                let Ok(data) = self.sealed(&old.id, &old.content) else { return };
                let data = format!("{STALE}{data}");
                let fields = object(json!({ "data": data, "expires": self.now + ttl, "ttl": ttl }));
                Edit::Update { kind: KIND, id: row.id, fields }
            }
            Kind::Session | Kind::Remember => Edit::Delete { kind: KIND, id: row.id },
        };
        shelf.put(vec![edit]);
    }

    fn lasting(&self, kind: Kind) -> Option<&Lasting> {
        match kind {
            Kind::Session => Some(&self.config.session),
            Kind::Remember => self.config.remember.as_ref(),
        }
    }

    fn store(&self, session: &Session, row: Row) -> Result<(), KeepError> {
        let shelf = self.shelf.ok_or(KeepError::NoRecords)?;
        let left = self.lasting(session.kind).and_then(|it| it.limits.left(session.times, self.now).of_record());
        let mut body = object(json!({
            "id": row.id,
            "session_id": session.key(),
            "data": self.sealed(&session.id, &session.content)?,
        }));
        if let Some(left) = left {
            body.insert("expires".to_owned(), self.now.saturating_add(left).into());
            body.insert("ttl".to_owned(), left.max(1).into());
        }
        let mut edits = vec![Edit::Insert { kind: KIND, body }];
        edits.extend(self.metadata(session, row).map(|body| Edit::Insert { kind: METADATA, body }));
        shelf.put(edits);
        Ok(())
    }

    fn metadata(&self, session: &Session, row: Row) -> Option<Object> {
        let subject = match self.config.metadata {
            Metadata::Nothing => return None,
            Metadata::Subject => session.content.subject.clone(),
            Metadata::HashOfSubject => {
                base64_simd::URL_SAFE_NO_PAD.encode_to_string(Sha256::digest(&session.content.subject))
            }
        };
        Some(object(json!({
            "session": { "id": row.id },
            "sid": key(&session.id),
            "audience": session.content.audience,
            "subject": subject,
        })))
    }

    fn sealed(&self, id: &Id, content: &Content) -> Result<String, SealError> {
        let text = serde_json::to_vec(content).map_err(|_| SealError)?;
        Ok(base64_simd::URL_SAFE_NO_PAD.encode_to_string(self.sealer.seal(Purpose::Record, id, &text)?))
    }
}

fn object(value: Value) -> Object {
    if let Value::Object(object) = value { object } else { Object::new() }
}
