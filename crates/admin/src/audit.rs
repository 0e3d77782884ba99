//! The log of writes: a line of JSON for everything that was asked to be changed, done or refused.

use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use gibbon_runtime::Definitions;
use http::Method;
use serde_json::{Value, json};

use crate::answer::Answer;

/// Who wanted what.
pub(crate) struct Attempt {
    /// When, in milliseconds since 1970.
    at: u64,
    pub(crate) peer: SocketAddr,
    pub(crate) method: Method,
    /// The path, in which names that are secrets are masked.
    pub(crate) path: String,
}

impl Attempt {
    /// Somebody wants something now; what changes nothing is no attempt.
    pub(crate) fn new(peer: SocketAddr, method: &Method, path: impl FnOnce() -> String) -> Option<Self> {
        let at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_millis());
        let at = u64::try_from(at).unwrap_or(u64::MAX);
        (!method.is_safe()).then(|| Self { at, peer, method: method.clone(), path: path() })
    }

    /// The line, when it is known what became of it.
    pub(crate) fn line(&self, token: Option<&str>, answer: &Answer, definitions: &Definitions) -> Vec<u8> {
        let written = answer.written.as_deref();
        let line = json!({
            // Written so that it reads as seconds, as all times of this API are.
            "at": self.at as f64 / 1000.0,
            "peer": self.peer.to_string(),
            "token": token,
            "method": self.method.as_str(),
            "path": self.path,
            "status": answer.status.as_u16(),
            "entity": written.map(|entry| &entry.entity),
            "undoes": written.and_then(|entry| entry.undoes),
            "changes": written.map_or(Value::Array(Vec::new()), |entry| entry.changes_shown(definitions)),
        });
        let mut bytes = line.to_string().into_bytes();
        bytes.push(b'\n');
        bytes
    }
}
