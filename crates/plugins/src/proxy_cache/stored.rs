//! An answer that is kept.

use bytes::Bytes;
use gibbon_plugin_api::Headers;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::key::Key;

/// Bytes that an answer takes beside its fields and its body.
const OVERHEAD: usize = 512;

/// The version of this form, which the Admin API tells.
const VERSION: u8 = 1;

/// See the module.
#[derive(Debug)]
pub(super) struct StoredAnswer {
    pub(super) status: StatusCode,
    pub(super) headers: Headers,
    pub(super) body: Bytes,
    /// What its request asked for.
    pub(super) parts: Key,
    /// The fields of requests that it depends on, and what its request had there (RFC 9111 section 4.1).
    pub(super) vary: Vec<(Box<str>, Vec<u8>)>,
    /// When it was asked for, in seconds since 1970.
    pub(super) timestamp: i64,
    /// How old it was then (RFC 9111 section 4.2.3).
    pub(super) initial_age: i64,
    /// For how many seconds it is fresh.
    pub(super) ttl: i64,
    /// Until when it is kept; none for as long as there is room.
    pub(super) until: Option<i64>,
    pub(super) when_stale: WhenStale,
    /// How much memory its body takes.
    pub(super) body_room: usize,
}

/// What becomes of an answer that is not fresh any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WhenStale {
    /// Who asks for an old one gets it.
    MayServe,
    /// Its upstream forbids that (RFC 9111 section 4.2.4).
    MustNot,
}

impl StoredAnswer {
    /// Its age in seconds.
    pub(super) fn age(&self, now: i64) -> i64 {
        now.saturating_sub(self.timestamp).max(0).saturating_add(self.initial_age)
    }

    /// Whether it answers a request with these fields.
    pub(super) fn fits(&self, headers: &Headers) -> bool {
        self.vary.iter().all(|(name, value)| values(headers, name) == *value)
    }

    /// Bytes that it takes in memory.
    pub(super) fn weight(&self) -> u32 {
        let fields: usize = self.headers.iter().map(|(name, value)| name.len() + value.len() + 36).sum();
        let vary: usize = self.vary.iter().map(|(name, value)| name.len() + value.len() + 40).sum();
        u32::try_from(self.body_room + 2 * fields + vary + OVERHEAD).unwrap_or(u32::MAX)
    }

    /// As the Admin API shows it.
    pub(super) fn to_json(&self) -> Value {
        let mut headers = Map::new();
        for (name, value) in self.headers.iter() {
            let [name, value] = [name, value].map(|text| String::from_utf8_lossy(text).into_owned());
            match headers.get_mut(&name) {
                None => drop(headers.insert(name, value.into())),
                Some(Value::Array(values)) => values.push(value.into()),
                Some(first) => *first = json!([first.take(), value]),
            }
        }
        json!({
            "status": self.status.as_u16(),
            "headers": headers,
            "body": String::from_utf8_lossy(&self.body),
            "body_len": self.body.len(),
            "timestamp": self.timestamp,
            "ttl": self.ttl,
            "version": VERSION,
        })
    }
}

/// All values of a field as one text.
pub(super) fn values(headers: &Headers, name: &str) -> Vec<u8> {
    headers.all(name).collect::<Vec<_>>().join(&b", "[..])
}
