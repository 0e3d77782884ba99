//! What a rule has found.

use serde_json::{Value, json};
use uuid::Uuid;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It may be meant.
    Info,
    /// It does something else than it seems to.
    Warning,
    /// Requests fail because of it.
    Error,
}

/// Something that is surely not meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is: a code that does not change from version to version.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The kind of the entity, such as `plugins`.
    pub kind: &'static str,
    /// The id of the entity.
    pub id: Uuid,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// What happens, and what to do.
    pub message: String,
}

impl Severity {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Finding {
    /// For programs.
    pub fn to_json(&self) -> Value {
        json!({
            "code": self.code,
            "severity": self.severity.as_str(),
            "entity": { "type": self.kind, "id": self.id, "name": self.name },
            "message": self.message,
        })
    }
}

/// For people: `warning jwt-without-exp: plugins jwt (…): expired tokens pass…`
impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.name.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
        let Self { code, severity, kind, id, message, .. } = self;
        write!(f, "{} {code}: {kind}{name} ({id}): {message}", severity.as_str())
    }
}
