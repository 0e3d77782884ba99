//! Sessions that requests bring: read out of a cookie, and where they are stored, out of the gateway's records.

use gibbon_plugin_api::RequestCx;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::config::{Config, Lasting, Storage};
use super::seal::{ID_LENGTH, Id, Purpose, Sealer};
use super::stored::{KIND, StoredSession};
use super::times::Times;

/// What is remembered of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Content {
    /// Whom it is for.
    pub(super) audience: String,
    /// Whose it is, by name.
    pub(super) subject: String,
    pub(super) consumer: Uuid,
    /// What was accepted as proof.
    pub(super) credential: Uuid,
    pub(super) groups: Option<Vec<Box<str>>>,
}

/// What is sealed in a cookie.
#[derive(Serialize, Deserialize)]
pub(super) struct Inside {
    pub(super) times: Times,
    /// None where it is stored.
    pub(super) content: Option<Content>,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) kind: Kind,
    pub(super) id: Id,
    pub(super) times: Times,
    pub(super) content: Content,
    /// Where it is stored: under which id, and whether it was replaced already.
    pub(super) row: Option<Row>,
}

/// Which cookie it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Session,
    /// It begins a new one.
    Remember,
}

/// A record of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) freshness: Freshness,
}

/// Whether a stored session has been replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Freshness {
    Fresh,
    /// By another, and it is good for a moment still: for requests that were on their way.
    Stale,
}

impl Kind {
    pub(super) fn purpose(self) -> Purpose {
        match self {
            Self::Session => Purpose::Session,
            Self::Remember => Purpose::Remember,
        }
    }
}

impl Session {
    /// What it is stored under.
    pub(super) fn key(&self) -> String {
        key(&self.id)
    }
}

pub(super) fn key(id: &Id) -> String {
    base64_simd::URL_SAFE_NO_PAD.encode_to_string(id)
}

/// The session of a request; without a good one, what its client is remembered by. Whatever is damaged, too old or for
/// somebody else is nothing.
pub(super) fn open(config: &Config, sealer: &Sealer, cx: &RequestCx<'_>) -> Option<Session> {
    let one = read(&config.session, Kind::Session, config, sealer, cx);
    one.or_else(|| read(config.remember.as_ref()?, Kind::Remember, config, sealer, cx))
}

fn read(lasting: &Lasting, kind: Kind, config: &Config, sealer: &Sealer, cx: &RequestCx<'_>) -> Option<Session> {
    let value = lasting.jar.read(cx)?;
    let bytes = base64_simd::URL_SAFE_NO_PAD.decode_to_vec(value.as_bytes()).ok()?;
    let (id, sealed) = bytes.split_first_chunk::<ID_LENGTH>()?;
    let inside: Inside = serde_json::from_slice(&sealer.open(kind.purpose(), id, sealed)?).ok()?;
    let (content, row) = match (config.storage, inside.content) {
        (Storage::Cookie, Some(content)) => (content, None),
        (Storage::Records, None) => stored(id, sealer, cx)?,
        _ => return None,
    };
    let is_good = content.audience == *config.audience && !lasting.limits.is_over(inside.times, cx.now);
    is_good.then_some(Session { kind, id: *id, times: inside.times, content, row })
}

fn stored(id: &Id, sealer: &Sealer, cx: &RequestCx<'_>) -> Option<(Content, Option<Row>)> {
    let stored: &StoredSession = cx.credential(KIND, &key(id))?;
    if stored.expires.is_some_and(|expires| expires < cx.now) {
        return None;
    }
    let sealed = base64_simd::URL_SAFE_NO_PAD.decode_to_vec(stored.data.as_bytes()).ok()?;
    let content = serde_json::from_slice(&sealer.open(Purpose::Record, id, &sealed)?).ok()?;
    Some((content, Some(Row { id: stored.id, freshness: stored.freshness })))
}
