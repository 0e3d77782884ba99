//! What a token permits: its scopes (RFC 6749 section 3.3), or roles and groups that are listed in the same way.

use std::fmt;

use gibbon_entities::{Body, BodyError};
use gibbon_jose::json::{JsonObject, JsonValue};

use super::{ClaimPath, Lack};
use crate::jwt::steps::{Outcome, Step, Steps, shown};

/// The scopes that a token needs.
#[derive(Debug)]
pub(super) struct Scopes {
    /// One of these.
    any: Vec<Box<str>>,
    /// All of these.
    all: Vec<Box<str>>,
    /// Where they stand; they count together.
    claims: Vec<ClaimPath>,
}

impl Scopes {
    pub(super) fn read(config: Body<'_>) -> Result<Option<Self>, BodyError> {
        if config.get("scopes").is_none() {
            return Ok(None);
        }
        let scopes = config.record("scopes")?;
        let claims = scopes.texts("claims")?.iter().map(|path| ClaimPath::new(path)).collect();
        Ok(Some(Self { any: scopes.texts("any")?, all: scopes.texts("all")?, claims }))
    }

    pub(super) fn check(&self, claims: &JsonObject, steps: &mut impl Steps) -> Result<(), Lack> {
        let has = |wanted: &str| self.claims.iter().filter_map(|path| path.find(claims)).any(|v| lists(v, wanted));
        let any = self.any.is_empty() || self.any.iter().any(|scope| has(scope));
        let holds = any && self.all.iter().all(|scope| has(scope));
        steps.note(|| {
            let found = self.claims.iter().find_map(|path| path.find(claims));
            let names: Vec<_> = self.claims.iter().map(|path| format!("`{path}`")).collect();
            let step = Step::judged(format!("scopes in {}", names.join(", ")), Outcome::of(holds));
            step.found(shown(found)).wanted(self.words())
        });
        if holds { Ok(()) } else { Err(Lack::Scope) }
    }

    fn words(&self) -> String {
        let parts = [("one of", &self.any), ("all of", &self.all)];
        let said = parts.iter().filter(|(_, list)| !list.is_empty());
        said.map(|(words, list)| format!("{words} {}", list.join(", "))).collect::<Vec<_>>().join("; ")
    }
}

/// Those that are needed in any case, or else those of which one is enough, with spaces between them.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = if self.all.is_empty() { &self.any } else { &self.all };
        f.write_str(&list.join(" "))
    }
}

/// Whether a scope is among those of a value: words of a text, or elements of an array.
fn lists(value: JsonValue<'_>, wanted: &str) -> bool {
    match value {
        JsonValue::String(words) => words.to_str().split(' ').any(|word| word == wanted),
        several => several.items().any(|word| word.as_str().is_some_and(|word| word == wanted)),
    }
}

/// A check for the elements of a field that holds scopes (RFC 6749 section 3.3).
pub(super) fn check(scope: &str) -> Result<(), String> {
    let is_fit = |byte: u8| matches!(byte, b'!' | b'#'..=b'[' | b']'..=b'~');
    if !scope.is_empty() && scope.bytes().all(is_fit) {
        return Ok(());
    }
    Err("a scope has no spaces, quotes, backslashes or control characters".to_owned())
}
