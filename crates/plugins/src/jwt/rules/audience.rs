//! For whom a token is (RFC 7519 section 4.1.3).

use gibbon_jose::json::{JsonObject, JsonValue};

use super::{Lack, one_of};
use crate::jwt::steps::{Outcome, Step, Steps, shown};

/// The names of those of whom one has to be meant; none where it does not matter.
#[derive(Debug)]
pub(in crate::jwt) struct Audiences(pub(in crate::jwt) Vec<Box<str>>);

impl Audiences {
    pub(in crate::jwt) fn check(&self, claims: &JsonObject, steps: &mut impl Steps) -> Result<(), Lack> {
        if self.0.is_empty() {
            return Ok(());
        }
        let found = claims.get("aud");
        let holds = found.is_some_and(|audience| match audience {
            JsonValue::String(name) => self.has(&name.to_str()),
            several => several.items().any(|name| name.as_str().is_some_and(|name| self.has(&name))),
        });
        steps.note(|| Step::judged("claim `aud`", Outcome::of(holds)).found(shown(found)).wanted(one_of(&self.0)));
        if holds { Ok(()) } else { Err(Lack::Audience) }
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|wanted| **wanted == *name)
    }
}
