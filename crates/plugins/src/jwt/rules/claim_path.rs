//! Where a claim stands: `sub`, or `realm_access.roles` for one that is nested.

use std::fmt;

use gibbon_jose::json::{JsonObject, JsonValue};

/// The name of a claim, with dots where it goes into an object.
///
/// Names of claims may have dots themselves (`https://example.com/roles`), so a member that is called exactly as what is
/// left of the path comes before one that is called as its first part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::jwt) struct ClaimPath(Box<str>);

impl ClaimPath {
    pub(in crate::jwt) fn new(path: &str) -> Self {
        Self(path.into())
    }

    pub(in crate::jwt) fn as_str(&self) -> &str {
        &self.0
    }

    /// The value that stands there.
    pub(in crate::jwt) fn find<'c>(&self, claims: &'c JsonObject) -> Option<JsonValue<'c>> {
        if let Some(found) = claims.get(&self.0) {
            return Some(found);
        }
        let (first, mut rest) = self.0.split_once('.')?;
        let mut value = claims.get(first)?;
        loop {
            if let Some(found) = value.get(rest) {
                return Some(found);
            }
            let (next, behind) = rest.split_once('.')?;
            value = value.get(next)?;
            rest = behind;
        }
    }
}

impl fmt::Display for ClaimPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A check for the elements of a field that holds paths.
pub(in crate::jwt) fn check(path: &str) -> Result<(), String> {
    let is_whole = !path.is_empty() && path.matches('.').count() < MOST_DOTS;
    if is_whole { Ok(()) } else { Err(format!("a claim has 1 to {MOST_DOTS} names, with dots between them")) }
}

/// Tokens do not nest deeper.
const MOST_DOTS: usize = 32;

#[cfg(test)]
mod tests {
    use gibbon_jose::Limits;

    use super::*;

    #[test]
    fn a_claim_is_found_by_its_own_name_and_then_by_the_way_to_it() {
        let text = r#"{"sub":"a","x.y":"whole","x":{"y":"nested","u.v":{"w":"deep"}},"a":{"b":{"c":"far"}}}"#;
        let claims = JsonObject::parse(text, &Limits::default()).unwrap();
        for (path, expected) in [
            ("sub", Some("a")),
            ("x.y", Some("whole")),
            ("a.b.c", Some("far")),
            ("x.u.v", None),
            ("a.b.d", None),
            ("a.b.c.d", None),
            ("sub.x", None),
            (".", None),
            ("none", None),
        ] {
            let found = ClaimPath::new(path).find(&claims).and_then(JsonValue::as_str);
            assert_eq!(found.as_deref(), expected, "{path}");
        }
    }
}
