//! What stands in the store but cannot be served.

use uuid::Uuid;

/// A stored record that no longer builds. It is left out closed: its route answers 503, its plugin refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The kind of the record, such as `routes`.
    pub kind: &'static str,
    /// Its id.
    pub id: Uuid,
    /// Why it does not build, in words for an operator.
    pub reason: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} `{}`: {}", self.kind, self.id, self.reason)
    }
}
