//! The stored form of a body: its JSON, with the version of its entity as the last member.

use gibbon_schema::{EntityDef, Object};
use serde_json::Value;
use uuid::Uuid;

use crate::{Kinds, StoreError};

/// The member that carries the version. No field of an entity can be called that.
const VERSION: &str = "$v";

/// The field that says how long a record lives, in entities that have it.
const TTL: &str = "ttl";

/// A body ready to be written.
pub(crate) struct Record<'a> {
    pub(crate) def: &'a EntityDef,
    pub(crate) body: &'a Object,
    pub(crate) id: Uuid,
    pub(crate) text: String,
    pub(crate) expires_at: Option<i64>,
}

impl<'a> Record<'a> {
    pub(crate) fn new(def: &'a EntityDef, body: &'a Object, now: i64) -> Result<Self, StoreError> {
        let id = id_of(body).ok_or_else(|| StoreError::MissingId { kind: def.name.to_owned() })?;
        Ok(Self { def, body, id, text: encode(body, def.version)?, expires_at: expiry(def, body, now) })
    }

    /// A time in the body, in Unix seconds.
    pub(crate) fn time(&self, field: &str) -> Option<i64> {
        self.body.get(field).and_then(Value::as_i64)
    }
}

/// The id of a prepared body.
pub(crate) fn id_of(body: &Object) -> Option<Uuid> {
    body.get("id").and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok())
}

fn expiry(def: &EntityDef, body: &Object, now: i64) -> Option<i64> {
    let ttl = body.get(TTL).filter(|_| def.has_field(TTL)).and_then(Value::as_i64)?;
    (ttl > 0).then(|| now.saturating_add(ttl))
}

/// The text that is stored for a body.
pub(crate) fn encode(body: &Object, version: u32) -> Result<String, StoreError> {
    let mut text = serde_json::to_string(body).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    text.pop();
    if !body.is_empty() {
        text.push(',');
    }
    text.push_str(&format!("\"{VERSION}\":{version}}}"));
    Ok(text)
}

/// What a reader needs to make sense of stored text: the moment of the read, and the versions that it understands.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) kinds: &'a dyn Kinds,
    pub(crate) now: i64,
}

impl View<'_> {
    /// The body as it was written, but with a `ttl` that says what is left.
    pub(crate) fn decode(&self, kind: &str, text: &str, expires_at: Option<i64>) -> Result<Object, StoreError> {
        self.decode_versioned(kind, text, expires_at).map(|(body, _)| body)
    }

    /// The same, with the version of the body.
    pub(crate) fn decode_versioned(
        &self,
        kind: &str,
        text: &str,
        expires_at: Option<i64>,
    ) -> Result<(Object, u32), StoreError> {
        let (mut body, version) = split(kind, text)?;
        if let Some(def) = self.kinds.definition(kind)
            && version > def.version
        {
            let what = format!("a record of `{kind}`");
            return Err(StoreError::NewerVersion { what, found: version, known: def.version });
        }
        if let Some(expires_at) = expires_at {
            body.insert(TTL.to_owned(), Value::from(expires_at.saturating_sub(self.now)));
        }
        Ok((body, version))
    }
}

/// Takes stored text apart into the body and its version.
fn split(kind: &str, text: &str) -> Result<(Object, u32), StoreError> {
    let damaged = |why: &str| StoreError::Corrupt(format!("a record of `{kind}` {why}"));
    let mut body: Object = serde_json::from_str(text).map_err(|_| damaged("is not a JSON object"))?;
    let version = body
        .shift_remove(VERSION)
        .and_then(|version| version.as_u64())
        .and_then(|version| u32::try_from(version).ok())
        .ok_or_else(|| damaged("has no version"))?;
    Ok((body, version))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Object {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn a_body_comes_back_as_it_went_in_and_in_order() {
        let body = object(json!({"z": 1, "a": "\u{0}é😀", "n": null, "f": 0.1, "big": u64::MAX}));
        let (back, version) = split("services", &encode(&body, 3).unwrap()).unwrap();
        assert_eq!((&back, version), (&body, 3));
        assert!(back.keys().eq(["z", "a", "n", "f", "big"]));
    }

    #[test]
    fn an_empty_body_carries_a_version_too() {
        assert_eq!(encode(&Object::new(), 1).unwrap(), r#"{"$v":1}"#);
    }

    #[test]
    fn text_that_is_no_body_is_named_as_damage() {
        for text in ["", "[]", "{", r#"{"a":1}"#, r#"{"$v":-1}"#] {
            let error = split("services", text).unwrap_err();
            assert!(matches!(&error, StoreError::Corrupt(why) if why.contains("`services`")), "{text}: {error}");
        }
    }

    #[test]
    fn what_is_left_of_a_life_is_told_at_each_read() {
        let view = View { kinds: &Vec::new(), now: 100 };
        let body = view.decode("keys", r#"{"ttl":60,"$v":1}"#, Some(130)).unwrap();
        assert_eq!(body["ttl"], 30);
    }
}
